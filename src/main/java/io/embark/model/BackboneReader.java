/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.family.Architecture;
import io.embark.model.family.Family;
import io.embark.model.family.NetworkConfig;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.KnownKeys;
import io.embark.model.weights.NeededTensors;
import io.embark.model.weights.WeightsFiles;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a Transformer module computes: a network that Embark knows with stored tensors, or else a program of the folder.
 *
 * @param backbone what it is like
 * @param tensors where its tensors are; empty for a program
 * @param adapter what is added to them
 */
record BackboneReader(Backbone backbone, Optional<NeededTensors> tensors, Optional<LoraAdapter> adapter) {
    /** The only program that is ever run. */
    private static final String PROGRAM = "model.pt";

    private static final String TRUST =
            " trust-model-code to true: it runs " + PROGRAM + ", which can do whatever you can.";

    private static final int MAX_TOKEN = Integer.MAX_VALUE;

    /** Whatever Embark can compute from data it does, trusted or not. */
    static BackboneReader read(
            FolderFiles files,
            ModuleList modules,
            JsonConfig config,
            TransformerArguments arguments,
            ModelChoice choice) {
        ModelCode code = choice.code();
        String path = LoraAdapter.base(files, modules.first().path());
        boolean own = Families.find(config).isPresent() && WeightsFiles.exist(files, path);
        Optional<Path> program = code == ModelCode.RUNS && !own ? files.find(path, PROGRAM) : Optional.empty();
        if (program.isPresent()) {
            LoraAdapter.refuse(files, modules.first().path());
            return new BackboneReader(
                    program(program.get(), files, modules, config), Optional.empty(), Optional.empty());
        }

        String otherwise = otherwiseTrust(files, path, code);
        Family family = Families.of(config, otherwise);
        KnownKeys keys = family.keys();
        Architecture architecture = family.read(keys.read(arguments.changed(config, keys)));
        NeededTensors tensors = new NeededTensors(path, otherwise, family, architecture.tensors());
        Optional<LoraAdapter> adapter =
                LoraAdapter.find(files, modules.first().path(), tensors, () -> tensors.find(files));
        return new BackboneReader(new Backbone.Network(architecture), Optional.of(tensors), adapter);
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

    private static Backbone.Program program(Path file, FolderFiles files, ModuleList modules, JsonConfig json) {
        NetworkConfig config = new NetworkConfig(json);
        return new Backbone.Program(
                file,
                pooled(files, modules).orElseGet(() -> config.width("hidden_size")),
                config.findRows("max_position_embeddings").orElse(Architecture.UNLIMITED),
                json.natural("pad_token_id", MAX_TOKEN).orElse(0));
    }

    /** Components of a token's vector as the Pooling module has them. */
    private static Optional<Integer> pooled(FolderFiles files, ModuleList modules) {
        return modules.pooling().flatMap(module -> {
            NetworkConfig pooling = new NetworkConfig(files.json(module.path(), "config.json"));
            return pooling.findWidth("embedding_dimension").or(() -> pooling.findWidth("word_embedding_dimension"));
        });
    }
}
