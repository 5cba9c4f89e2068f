/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The files of a place: a folder, the bundled model, or a copy of files from elsewhere.
 *
 * <p>Read {@code FolderFiles} first. Which files a model is made of, only its readers say ({@code FolderReader}), by asking {@code
 * FolderFiles} for them; {@code FolderFiles.Source} fetches each when it is asked for. {@code RemoteCopy} does so here:
 * it copies from {@link io.embark.model.files.RemoteFiles} into a new folder of the {@code ModelCache}. {@code
 * JsonDocument} and {@code JsonConfig} read untrusted JSON, {@code ModelProblem} words what is wrong with a file. Nothing here
 * knows what a file means.
 */
package io.embark.model.files;
