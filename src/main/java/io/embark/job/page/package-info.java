/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Pages of figures and charts that people open in a browser: one file each, with all that it needs in it.
 *
 * <p>Read {@link io.embark.job.page.Page} first.
 */
package io.embark.job.page;
