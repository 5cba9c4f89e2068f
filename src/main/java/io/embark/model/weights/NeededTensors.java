/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import io.embark.model.files.FolderFiles;
import java.util.List;

/**
 * What is needed of the weights in one sub-folder. The files are looked for when all else has been read: they may have to be
 * brought from far away, and a model can be refused without them.
 *
 * @param directory the sub-folder, "" for the root
 * @param otherwise as {@link WeightsFiles#find(FolderFiles, String, String)}
 * @param names how the files call the tensors
 * @param shapes what has to be there, by canonical name
 * @hidden Public for Embark's other rooms only.
 */
public record NeededTensors(String directory, String otherwise, TensorNames names, List<TensorShape> shapes) {
    public NeededTensors {
        shapes = List.copyOf(shapes);
    }

    public TensorSource find(FolderFiles files) {
        return new TensorSource(WeightsFiles.find(files, directory, otherwise), names, shapes);
    }
}
