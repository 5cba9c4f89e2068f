/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job;

import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.Option;
import io.embark.Precision;
import io.embark.base.Redaction;
import io.embark.job.bench.PrecisionTrial;
import io.embark.job.bench.SampleTexts;
import io.embark.job.embed.DriverDevice;
import io.embark.job.embed.Report;
import io.embark.job.print.Console;
import io.embark.job.print.CopyLine;
import io.embark.job.print.Figures;
import io.embark.job.print.TextTable;
import io.embark.job.settings.JobSettings;
import io.embark.job.settings.Settings;
import io.embark.model.Backbone;
import io.embark.model.ModelFolder;
import io.embark.model.ModelSpecification;
import io.embark.model.VectorModule;
import io.embark.model.family.Architecture;
import io.embark.model.family.TensorNames;
import io.embark.model.family.TensorShape;
import io.embark.model.files.ModelFile;
import io.embark.model.weights.Weights;
import io.embark.spark.models.DriverModels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code embark inspect}: what a model is, without opening it for computing unless a precision is to be tried. */
final class InspectCommand {
    private static final int TRIED = 1_000;

    private final Settings settings;
    private final Console console;

    InspectCommand(Settings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    void run() {
        ModelFolder model = DriverModels.open(settings.embedOptions(), CopyLine.on(console, false));
        List<String> formats = formats(model);
        Optional<PrecisionTrial> trial = trial(model);
        if (settings.isOn(JobSettings.JSON)) {
            Map<String, Object> facts = facts(model, formats);
            trial.ifPresent(tried -> facts.put("precision", tried.facts()));
            console.out().println(Report.json(facts));
        } else {
            print(model, formats, trial);
        }
    }

    /** What a precision that this command names costs; files name what tables are embedded in, mostly elsewhere. */
    private Optional<PrecisionTrial> trial(ModelFolder model) {
        if (!settings.isOnCommandLine(EmbedOptions.PRECISION)) {
            return Optional.empty();
        }
        Precision chosen = settings.get(EmbedOptions.PRECISION);
        if (!DriverDevice.isOfSomeCpus(chosen)) {
            console.note("only bfloat16 and int8 are tried, against float32");
            return Optional.empty();
        }
        console.note("embedding %s glosses in float32 and %s".formatted(Figures.count(TRIED), Option.write(chosen)));
        return Optional.of(PrecisionTrial.of(model, settings.embedOptions(), SampleTexts.glosses(TRIED)));
    }

    /** The number formats that the weights are stored in; none for a program, which has its own. */
    private static List<String> formats(ModelFolder model) {
        try (Weights weights = model.openWeights()) {
            return weights.tensors().values().stream()
                    .filter(tensor -> !tensor.name().equals(TensorNames.ROWS))
                    .map(tensor -> tensor.dataType().name().toLowerCase(Locale.ROOT))
                    .distinct()
                    .toList();
        }
    }

    private static Map<String, Object> facts(ModelFolder model, List<String> formats) {
        ModelSpecification specification = model.specification();
        Backbone backbone = specification.backbone();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("version", 1);
        facts.put("name", model.name());
        facts.put("reference", Redaction.text(model.reference()));
        model.revision().ifPresent(revision -> facts.put("revision", revision));
        facts.put("path", model.path().toString());
        facts.put("modelType", specification.modelType());
        facts.put("architecture", backbone.script());
        facts.put("hiddenSize", backbone.hiddenSize());
        facts.putAll(backbone.match(
                network -> sizes(
                        network.architecture().layers(), network.architecture().tensors()),
                table -> sizes(0, table.tensors()),
                program -> Map.of()));
        facts.put("storedAs", formats);
        facts.put("tokenModules", formulas(specification.tokenModules()));
        facts.put("pooling", pooling(specification));
        facts.put("modules", formulas(specification.modules()));
        facts.put("normalize", specification.normalizes());
        facts.put("dimension", specification.dimension());
        facts.put("bytesPerVector", bytes(specification.dimension()));
        if (specification.maxTokens() != Architecture.UNLIMITED) {
            facts.put("maxTokens", specification.maxTokens());
        }
        if (backbone.maxPositions() != Architecture.UNLIMITED) {
            facts.put("maxPositions", backbone.maxPositions());
        }
        facts.put("prompts", specification.prompts());
        specification.defaultPromptName().ifPresent(name -> facts.put("defaultPromptName", name));
        facts.put("tasks", specification.tasks());
        facts.put("adaptedMatrices", model.changes().size());
        facts.put("files", model.files());
        facts.put("fingerprint", model.fingerprint());
        return facts;
    }

    private void print(ModelFolder model, List<String> formats, Optional<PrecisionTrial> trial) {
        ModelSpecification specification = model.specification();
        line("Model", model.name());
        line("Reference", model.reference());
        line("Path", model.path().toString());
        line("Architecture", architecture(model));
        if (!formats.isEmpty()) {
            line("Numbers", "stored as %s, computed in float32 on CPUs".formatted(String.join(", ", formats)));
        }
        trial.ifPresent(tried -> {
            line("Precision", tried.exactnessInWords());
            line("", tried.paceInWords());
        });
        if (!specification.tokenModules().isEmpty()) {
            line("Tokens", String.join(", ", formulas(specification.tokenModules())));
        }
        line("Pooling", String.join(", ", pooling(specification)));
        List<String> modules = formulas(specification.modules());
        line("Then", modules.isEmpty() ? "nothing" : String.join(", ", modules));
        line("Dimension", specification.dimension() + " components");
        String limit = specification.maxTokens() == Architecture.UNLIMITED
                ? "none"
                : "%s tokens".formatted(specification.maxTokens());
        line("Limits", "%s; %s".formatted(limit, positions(specification.backbone())));
        line("Bytes", bytesInWords(specification.dimension()));
        line("Prompts", prompts(specification));
        if (!model.changes().isEmpty()) {
            line(
                    "Adapter",
                    "LoRA, added to %s matrices".formatted(model.changes().size()));
        }
        if (!specification.tasks().isEmpty()) {
            line("Tasks", TextTable.clean(String.join(", ", specification.tasks())));
        }
        line("Fingerprint", model.fingerprint());
        console.out().println();
        List<List<String>> files = model.files().stream()
                .map(file -> List.of(file.name(), Figures.bytes(file.bytes()), file.sha256()))
                .toList();
        new TextTable(List.of("file", "size", "SHA-256"), files)
                .lines(Integer.MAX_VALUE)
                .forEach(console.out()::println);
        long bytes = model.files().stream().mapToLong(ModelFile::bytes).sum();
        console.out().println("%s files, %s".formatted(model.files().size(), Figures.bytes(bytes)));
    }

    /** What can be counted where the tensors are known. */
    private static Map<String, Object> sizes(int layers, List<TensorShape> tensors) {
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("layers", layers);
        sizes.put("parameters", parameters(tensors));
        return sizes;
    }

    private static String architecture(ModelFolder model) {
        Backbone backbone = model.specification().backbone();
        String sizes = backbone.match(
                network -> sizesInWords(
                        network.architecture().layers(),
                        network.hiddenSize(),
                        network.architecture().tensors()),
                table -> sizesInWords(0, table.hiddenSize(), table.tensors()),
                program -> "hidden size %s, code that runs: %s"
                        .formatted(program.hiddenSize(), model.path().relativize(program.file())));
        return "%s (%s), %s".formatted(backbone.script(), model.specification().modelType(), sizes);
    }

    private static String sizesInWords(int layers, int hiddenSize, List<TensorShape> tensors) {
        return "%s layers, hidden size %s, %s parameters"
                .formatted(layers, hiddenSize, Figures.count(parameters(tensors)));
    }

    private void line(String name, String value) {
        console.say("%-13s %s".formatted(name, value));
    }

    /** The bytes of a vector in each encoding. */
    private static Map<String, Integer> bytes(int dimension) {
        Map<String, Integer> bytes = new LinkedHashMap<>();
        for (Encoding encoding : Encoding.values()) {
            bytes.put(Option.write(encoding), encoding.bytes(dimension));
        }
        return bytes;
    }

    private static String bytesInWords(int dimension) {
        return bytes(dimension).entrySet().stream()
                .map(entry -> "%s %s".formatted(entry.getKey(), Figures.count(entry.getValue())))
                .collect(Collectors.joining(", "));
    }

    private static String prompts(ModelSpecification specification) {
        String prompts = specification.prompts().entrySet().stream()
                .filter(prompt -> !prompt.getValue().isEmpty())
                .map(prompt -> "%s = \"%s\"".formatted(prompt.getKey(), TextTable.clean(prompt.getValue())))
                .collect(Collectors.joining(", "));
        String known = prompts.isEmpty() ? "none" : prompts;
        return specification
                .defaultPromptName()
                .map(name -> "%s; by default %s".formatted(known, name))
                .orElse(known);
    }

    private static List<String> pooling(ModelSpecification specification) {
        return specification.pooling().stream()
                .map(mode -> mode.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static List<String> formulas(List<VectorModule> modules) {
        return modules.stream().map(VectorModule::formula).toList();
    }

    private static String positions(Backbone backbone) {
        return backbone.maxPositions() == Architecture.UNLIMITED
                ? "no table of positions"
                : "positions for %s".formatted(backbone.maxPositions());
    }

    private static long parameters(List<TensorShape> tensors) {
        return tensors.stream()
                .mapToLong(tensor -> tensor.shape().stream().reduce(1L, (a, b) -> a * b))
                .sum();
    }
}
