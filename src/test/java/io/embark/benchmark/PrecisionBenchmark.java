/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.benchmark;

import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.Precision;
import io.embark.host.CpuFeatures;
import io.embark.job.bench.PrecisionTrial;
import io.embark.model.ModelReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code jobs/embark embed} in the precisions that this CPU has, in turns, against float32; and how near the vectors are. */
final class PrecisionBenchmark {
    private static final int TURNS = 3;
    private static final int GLOSSES = 30_000;
    private static final int LONG_TEXTS = 6_000;
    private static final int COMPARED = 5_000;

    private PrecisionBenchmark() {}

    static void run() throws Exception {
        List<Precision> tried = Stream.of(Precision.BFLOAT16, Precision.INT8)
                .filter(CpuFeatures::have)
                .toList();
        measure("Glosses", JobBenchmark.write("glosses", Glosses.first(GLOSSES)), tried);
        measure("Texts of about 100 tokens", JobBenchmark.write("joined", Glosses.joined(LONG_TEXTS)), tried);
        EmbedOptions options = EmbedOptions.defaults();
        for (Precision precision : tried) {
            PrecisionTrial trial = PrecisionTrial.of(
                    ModelReference.open(options),
                    options.with(EmbedOptions.PRECISION, precision),
                    Glosses.first(COMPARED));
            Figures.print("%n%s glosses, %s", COMPARED, trial.exactnessInWords());
        }
    }

    private static void measure(String name, Path input, List<Precision> tried) throws Exception {
        Figures.print("%n%s, local[2], seconds from the first row read to the last one written", name);
        Map<Precision, List<Double>> whole = new EnumMap<>(Precision.class);
        Map<Precision, List<Double>> forward = new EnumMap<>(Precision.class);
        for (int turn = 0; turn < TURNS; turn++) {
            JobBenchmark.Run exact = run(input, Precision.FLOAT32);
            for (Precision precision : tried) {
                JobBenchmark.Run run = run(input, precision);
                whole.computeIfAbsent(precision, key -> new ArrayList<>()).add(exact.seconds() / run.seconds());
                forward.computeIfAbsent(precision, key -> new ArrayList<>()).add(exact.forward() / run.forward());
                Figures.print(
                        "  float32 %.1f s, %.0f tokens/s   %s %.1f s, %.0f tokens/s",
                        exact.seconds(),
                        exact.tokens() / exact.seconds(),
                        Option.write(precision),
                        run.seconds(),
                        run.tokens() / run.seconds());
            }
        }
        for (Precision precision : tried) {
            Figures.print("  float32 / %-12s %s", Option.write(precision), Figures.spread(whole.get(precision)));
            Figures.print("    in the model         %s", Figures.spread(forward.get(precision)));
        }
    }

    private static JobBenchmark.Run run(Path input, Precision precision) throws Exception {
        return JobBenchmark.run(
                input,
                "local[2]",
                "--output target/benchmark/output --mode overwrite --precision " + Option.write(precision));
    }
}
