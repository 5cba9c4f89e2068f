/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.weights;

import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelFolderBuilder.Format;
import org.junit.jupiter.api.Nested;

class WeightsTest {
    @Nested
    class Float32Safetensors extends WeightsContract {
        @Override
        ModelFolderBuilder stored(ModelFolderBuilder builder) {
            return builder;
        }

        @Override
        DataType dataType() {
            return DataType.FLOAT32;
        }
    }

    @Nested
    class Float16Safetensors extends WeightsContract {
        @Override
        ModelFolderBuilder stored(ModelFolderBuilder builder) {
            return builder.dataType(DataType.FLOAT16);
        }

        @Override
        DataType dataType() {
            return DataType.FLOAT16;
        }
    }

    @Nested
    class Bfloat16Safetensors extends WeightsContract {
        @Override
        ModelFolderBuilder stored(ModelFolderBuilder builder) {
            return builder.dataType(DataType.BFLOAT16);
        }

        @Override
        DataType dataType() {
            return DataType.BFLOAT16;
        }
    }

    @Nested
    class ShardedSafetensors extends WeightsContract {
        @Override
        ModelFolderBuilder stored(ModelFolderBuilder builder) {
            return builder.format(Format.SHARDED_SAFETENSORS);
        }

        @Override
        DataType dataType() {
            return DataType.FLOAT32;
        }
    }

    @Nested
    class Onnx extends WeightsContract {
        @Override
        ModelFolderBuilder stored(ModelFolderBuilder builder) {
            return builder.format(Format.ONNX);
        }

        @Override
        DataType dataType() {
            return DataType.FLOAT32;
        }
    }
}
