/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Folders of files as outputs.
 *
 * <p>Read {@code FolderKind} first, then {@code FolderFormat} (what files of a format keep; a new format is one constant) and
 * {@code PathSink}. How a folder is put in its place is the matter of {@link io.embark.job.commit}. Nothing here knows a
 * catalog.
 */
package io.embark.job.sink.folder;
