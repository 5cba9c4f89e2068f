/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import org.apache.spark.sql.catalyst.util.ArrayData;

/**
 * What two vectors have together, as numbers.
 *
 * @hidden Public for Spark only, whose generated code calls it.
 */
public enum VectorKernel {
    /** Their inner product divided by the product of their lengths. */
    COSINE_SIMILARITY("vector_cosine_similarity") {
        @Override
        Double compare(Components a, Components b, int size) {
            double dot = 0;
            double squaresOfA = 0;
            double squaresOfB = 0;
            for (int i = 0; i < size; i++) {
                double x = a.get(i);
                double y = b.get(i);
                dot += x * y;
                squaresOfA += x * x;
                squaresOfB += y * y;
            }
            if (squaresOfA == 0 || squaresOfB == 0) {
                return null;
            }
            double cosine = dot / (Math.sqrt(squaresOfA) * Math.sqrt(squaresOfB));
            return Math.max(-1, Math.min(1, cosine));
        }
    },
    /** The sum of the products of their components. */
    INNER_PRODUCT("vector_inner_product") {
        @Override
        Double compare(Components a, Components b, int size) {
            double dot = 0;
            for (int i = 0; i < size; i++) {
                dot += a.get(i) * b.get(i);
            }
            return dot;
        }
    },
    /** The length of their difference. */
    L2_DISTANCE("vector_l2_distance") {
        @Override
        Double compare(Components a, Components b, int size) {
            double squares = 0;
            for (int i = 0; i < size; i++) {
                double difference = a.get(i) - b.get(i);
                squares += difference * difference;
            }
            return Math.sqrt(squares);
        }
    };

    private final String functionName;

    VectorKernel(String functionName) {
        this.functionName = functionName;
    }

    /** Reads an array of float or double without boxing. */
    record Components(ArrayData array, boolean doubles) {
        double get(int i) {
            return doubles ? array.getDouble(i) : array.getFloat(i);
        }
    }

    abstract Double compare(Components a, Components b, int size);

    /** The name of the function in SQL. */
    String functionName() {
        return functionName;
    }

    /**
     * Compares two vectors.
     *
     * @param a an array of double if {@code aDoubles}, else of float
     * @param b an array of double if {@code bDoubles}, else of float
     * @return null if a component is null, or for the cosine with a vector of no length or no components
     * @throws EmbarkException {@link ErrorCode#COLUMN_INVALID} if they have different numbers of components
     */
    public Double compare(ArrayData a, boolean aDoubles, ArrayData b, boolean bDoubles) {
        int size = a.numElements();
        if (size != b.numElements()) {
            throw FunctionErrors.vectorsOfDifferentLength(functionName, size, b.numElements());
        }

        for (int i = 0; i < size; i++) {
            if (a.isNullAt(i) || b.isNullAt(i)) {
                return null;
            }
        }
        return compare(new Components(a, aDoubles), new Components(b, bDoubles), size);
    }
}
