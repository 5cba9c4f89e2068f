/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import java.util.List;

/**
 * Files with tensors, and what is needed of them.
 *
 * @param files where the tensors are
 * @param names how the files call them
 * @param needed what has to be there, by canonical name; other tensors are left alone
 * @hidden Public for Embark's other rooms only.
 */
public record TensorSource(WeightsFiles files, TensorNames names, List<TensorShape> needed) {
    public TensorSource {
        needed = List.copyOf(needed);
    }
}
