/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What people see while a command runs: lines that change, tables, and figures with their units.
 *
 * <p>Read {@code Console} first, then {@code StatusLine}, which {@code ProgressLine} and {@code CopyLine} rewrite. Nothing here
 * knows a command or a setting.
 */
package io.embark.job.print;
