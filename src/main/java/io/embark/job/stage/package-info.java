/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Where finished rows lie until they are committed, so that a run that is killed leaves what it computed to the next one.
 *
 * <p>Read {@code StageFolder} first (the hidden folder of a run beside its output, and those that dead runs left), then
 * {@code CommitEvery} (when a task puts aside what it finished), {@code StageWriter} with {@code StageTask} (how rows come to be
 * {@code StagedFile}s) and {@code StagedRows} (how they are read again). Nothing here knows what the rows are, or which of them
 * still count.
 */
package io.embark.job.stage;
