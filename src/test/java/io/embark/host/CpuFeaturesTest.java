/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.embark.Precision;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuFeaturesTest {
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # flags                      | held to            | bfloat16 | int8
            avx2                         | -                  | false    | false
            avx2 avx_vnni                | -                  | false    | true
            avx512f avx512_vnni          | -                  | false    | true
            avx512_vnni avx512_bf16      | -                  | true     | true
            avx512_vnni amx_bf16         | -                  | true     | true
            avx512_vnni avx512_bf16      | ALL                | true     | true
            avx512_vnni avx512_bf16      | avx512_core_bf16   | true     | true
            avx512_vnni avx512_bf16      | AVX512_CORE_AMX    | true     | true
            avx512_vnni avx512_bf16      | AVX512_CORE_VNNI   | false    | true
            avx512_vnni avx512_bf16      | AVX512_CORE        | false    | false
            avx512_vnni avx512_bf16      | AVX2               | false    | false
            """, delimiter = '|')
    void areThoseOfTheCpuUnlessOneDnnIsHeldToLess(String flags, String heldTo, boolean bfloat16, boolean int8) {
        Set<String> all = Set.of(flags.split(" "));
        Map<String, String> environment = heldTo == null ? Map.of() : Map.of("ONEDNN_MAX_CPU_ISA", heldTo);
        assertThat(CpuFeatures.have(Precision.BFLOAT16, all, environment)).isEqualTo(bfloat16);
        assertThat(CpuFeatures.have(Precision.INT8, all, environment)).isEqualTo(int8);
        assertThat(CpuFeatures.have(Precision.FLOAT32, all, environment)).isTrue();
    }
}
