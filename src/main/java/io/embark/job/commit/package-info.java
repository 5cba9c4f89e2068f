/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * How an output comes to be as a whole, whatever ends the run: what a run writes lies hidden beside the output until it is
 * complete, is put in its place by renames, and is found and settled by the next run if this one was killed on the way.
 *
 * <p>Read {@code RunPlaces} first (where a run keeps what nobody may see yet), with {@code Owner} (whose it is, and whether that
 * process still runs), {@code LifeSign} (how it tells so to others) and {@code RunFolder} (the places of a run of this process);
 * then {@code FolderCommit} (the renames), {@code RunState} (where a run stopped, told by what is there) and {@code FolderRecovery} (what is done about it). Nothing here
 * knows what is written: rows, formats and tables are the matter of {@code job.table}.
 */
package io.embark.job.commit;
