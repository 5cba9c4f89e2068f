/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.host;

import io.embark.Precision;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What this host's CPU multiplies by itself. libtorch's own answer says that it has bfloat16 where it only emulates it, at less than
 * half the pace of float32.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class CpuFeatures {
    private static final Path CPUS = Path.of("/proc/cpuinfo");

    private static final List<String> FOR_BFLOAT16 = List.of("avx512_bf16", "amx_bf16");
    private static final List<String> FOR_INT8 = List.of("avx512_vnni", "avx_vnni");

    /** By which users hold oneDNN to older instructions; {@code ALL} and {@code DEFAULT} hold it to none. */
    private static final List<String> HELD = List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA");

    private static final List<String> ENOUGH_FOR_BFLOAT16 = List.of("BF16", "FP16", "AMX", "ALL", "DEFAULT", "AVX10");
    private static final List<String> ENOUGH_FOR_INT8 =
            Stream.concat(ENOUGH_FOR_BFLOAT16.stream(), Stream.of("VNNI")).toList();

    private CpuFeatures() {}

    /** Whether products in a precision are this host's own, and fast. */
    public static boolean have(Precision precision) {
        return have(precision, flags(), System.getenv());
    }

    /** The same for a CPU with these flags, under these variables. */
    static boolean have(Precision precision, Set<String> flags, Map<String, String> environment) {
        return switch (precision) {
            case BFLOAT16 ->
                !Collections.disjoint(flags, FOR_BFLOAT16) && isHeldToNoLess(ENOUGH_FOR_BFLOAT16, environment);
            case INT8 -> !Collections.disjoint(flags, FOR_INT8) && isHeldToNoLess(ENOUGH_FOR_INT8, environment);
            case AUTO, FLOAT32, FLOAT16 -> true;
        };
    }

    /** What a precision wants, for people. */
    public static String wanted(Precision precision) {
        return String.join(" or ", precision == Precision.INT8 ? FOR_INT8 : FOR_BFLOAT16);
    }

    private static boolean isHeldToNoLess(List<String> enough, Map<String, String> environment) {
        return HELD.stream()
                .map(environment::get)
                .filter(isa -> isa != null && !isa.isBlank())
                .allMatch(isa -> enough.stream().anyMatch(isa.toUpperCase(Locale.ROOT)::contains));
    }

    /** Those of the first CPU; none where the system does not tell. */
    private static Set<String> flags() {
        try (Stream<String> lines = Files.lines(CPUS)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Set.copyOf(
                            List.of(line.replaceFirst("[^:]*:", "").strip().split("\\s+"))))
                    .orElse(Set.of());
        } catch (IOException e) {
            return Set.of();
        }
    }

    /** What the network calls this host, for the errors of a cluster. */
    public static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this one";
        }
    }
}
