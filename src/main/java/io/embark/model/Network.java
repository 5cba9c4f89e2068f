/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.family.Architecture;
import io.embark.model.family.Families;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The network of a folder: one of Embark's own with stored tensors, or else a program of the folder.
 *
 * @param architecture what it is like
 * @param tensors its tensors; empty for a program
 * @param program the program that makes the tokens' vectors
 */
record Network(Architecture architecture, Optional<NeededTensors> tensors, Optional<Path> program) {
    /** The only program that is ever run. */
    private static final String PROGRAM = "model.pt";

    private static final String TRUST =
            " trust-model-code to true: it runs " + PROGRAM + ", which can do whatever you can.";

    private static final int MAX_TOKEN = Integer.MAX_VALUE;

    /** Whatever Embark can compute from data it does, trusted or not. */
    static Network read(FolderFiles files, ModuleList modules, JsonConfig config, ModelCode code) {
        String path = modules.first().path();
        boolean own = Families.find(config).isPresent() && WeightsFiles.exist(files, path);
        if (code == ModelCode.RUNS && !own && files.has(path, PROGRAM)) {
            return new Network(program(files, modules, config), Optional.empty(), files.find(path, PROGRAM));
        }

        String otherwise = otherwiseTrust(files, path, code);
        Family family = Families.of(config, otherwise);
        Architecture architecture = family.read(config);
        NeededTensors tensors = new NeededTensors(path, otherwise, family, architecture.tensors());
        return new Network(architecture, Optional.of(tensors), Optional.empty());
    }

    /** What else can be done about a sub-folder that cannot be computed; empty where there is no program. */
    private static String otherwiseTrust(FolderFiles files, String directory, ModelCode code) {
        if (!files.has(directory, PROGRAM)) {
            return "";
        }
        return switch (code) {
            case RUNS -> "";
            case NEEDS_TRUST -> " Or set" + TRUST;
            case NEEDS_FOLDER -> " Or copy the model to a folder on every host, name that and set" + TRUST;
        };
    }

    private static Architecture program(FolderFiles files, ModuleList modules, JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        return new Architecture(
                "program",
                pooled(files, modules).orElseGet(() -> config.width("hidden_size")),
                0,
                config.findRows("max_position_embeddings").orElse(Architecture.UNLIMITED),
                Map.of("padding_id", (double)
                        json.natural("pad_token_id", MAX_TOKEN).orElse(0)),
                Map.of(),
                List.of());
    }

    /** Components of a token's vector as the Pooling module has them. */
    private static Optional<Integer> pooled(FolderFiles files, ModuleList modules) {
        return modules.pooling().flatMap(module -> {
            NetworkConfig pooling = new NetworkConfig(files.json(module.path(), "config.json"));
            return pooling.findWidth("embedding_dimension").or(() -> pooling.findWidth("word_embedding_dimension"));
        });
    }
}
