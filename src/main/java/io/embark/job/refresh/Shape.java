/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.refresh;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.embark.Device;
import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.Precision;
import io.embark.Stage;
import io.embark.model.ModelFolder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * What shaped a vector beside its text, as one short text: the files of the model, and every option that changes vectors, as it
 * was resolved. {@code <model>:<options>}, 16 hexadecimal digits each: the first 64 bits of a SHA-256, enough to tell apart what
 * one table sees.
 *
 * @param model the start of the fingerprint of the model's files
 * @param options the start of the hash of the options
 */
record Shape(String model, String options) {
    /** Raised when the same model and options give other bits than before. */
    private static final int VECTOR_VERSION = 1;

    private static final int DIGITS = 16;

    /** Options that shape no vector, beside those of the host: the model is known by its files, and a failed text has none. */
    private static final List<Option<?>> SHAPELESS =
            List.of(EmbedOptions.MODEL, EmbedOptions.TRUST_MODEL_CODE, EmbedOptions.ON_ERROR, EmbedOptions.PRECISION);

    private static final List<String> RESOURCES =
            List.of("spark.executor.resource.gpu.amount", "spark.task.resource.gpu.amount");

    static Shape of(ModelFolder model, EmbedOptions options, SparkSession spark) {
        StringBuilder all = new StringBuilder("version=").append(VECTOR_VERSION).append('\n');
        for (Option<?> option : EmbedOptions.at(Stage.OPEN, Stage.LOAD, Stage.COLLECT, Stage.PASS, Stage.FINISH)) {
            Object value = options.get(option);
            if (!option.isOfHost() && !SHAPELESS.contains(option) && value != null) {
                all.append(option.key()).append('=').append(Option.write(value)).append('\n');
            }
        }
        all.append("precision=").append(Option.write(precision(options, spark)));
        return new Shape(
                model.fingerprint().substring(0, DIGITS), sha256(all.toString()).substring(0, DIGITS));
    }

    /** What auto stands for where the tasks run: a GPU computes in half precision, and gives other bits. */
    private static Precision precision(EmbedOptions options, SparkSession spark) {
        Precision chosen = options.get(EmbedOptions.PRECISION);
        if (chosen != Precision.AUTO) {
            return chosen;
        }
        boolean gpus = RESOURCES.stream()
                .anyMatch(key -> spark.sparkContext().getConf().contains(key));
        Device device = options.get(EmbedOptions.DEVICE);
        return device == Device.GPU || (device == Device.AUTO && gpus) ? Precision.FLOAT16 : Precision.FLOAT32;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return model + ":" + options;
    }
}
