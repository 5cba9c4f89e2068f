/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static io.embark.model.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.model.files.ModelFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which modules texts of a task take. The vectors are those of the oracle: see its fixtures router and router-asym. */
class RouterTest {
    private static final String ROUTER = "2_Router/router_config.json";
    private static final String SENTENCE = "sentence_bert_config.json";
    private static final String TYPES =
            "{\"n\": \"sentence_transformers.models.Normalize\", \"m\": \"sentence_transformers.base.modules.normalize.Normalize\"}";

    @TempDir
    Path temporary;

    private ModelFolderBuilder builder;

    @BeforeEach
    void build() {
        builder = ModelFolderBuilder.in(temporary.resolve("tiny")).file("modules.json", """
                [{"path": "", "type": "sentence_transformers.models.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
                 {"path": "2_Router", "type": "sentence_transformers.base.modules.router.Router"}]""");
        router("{\"query\": [\"n\", \"m\"], \"document\": [\"n\"], \"text\": []}", "{}");
    }

    private void router(String structure, String parameters) {
        builder.file(
                ROUTER,
                "{\"types\": %s, \"structure\": %s, \"parameters\": %s}".formatted(TYPES, structure, parameters));
    }

    /** How many modules the route has tells it from the others. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                                        | query    | 2
            {}                                                                        | document | 1
            {}                                                                        |          | 0
            {"route_mappings": {"('q', 'text')": "query"}}                            | q        | 2
            {"route_mappings": {"('q', None)": "query", "('q', 'text')": "document"}} | q        | 1
            {"route_mappings": {"('q', None)": "query", "('q', 'image')": "text"}}    | q        | 2
            {"route_mappings": {"(None, 'text')": "document"}}                        | query    | 1
            {"route_mappings": {"(None, None)": "document"}}                          |          | 1
            {"route_mappings": {"(None, ('image', 'text'))": "query"}}                |          | 0
            """)
    void aTextTakesTheRouteThatSentenceTransformersFinds(String parameters, String task, int modules) {
        router("{\"query\": [\"n\", \"m\"], \"document\": [\"n\"], \"text\": []}", parameters);
        assertThat(open(task).specification().modules()).hasSize(modules);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                | 2
            {"default_route": "b"}                            | 1
            {"default_route": null, "allow_empty_key": true}  | 2
            """)
    void aTextWithoutATaskTakesTheDefaultRouteOrTheFirst(String parameters, int modules) {
        router("{\"a\": [\"n\", \"m\"], \"b\": [\"n\"]}", parameters);
        assertThat(open(null).specification().modules()).hasSize(modules);
    }

    @Test
    void theModelIsTheSameWhicheverRouteItsTextsTake() {
        ModelFolder query = open("query");
        ModelFolder document = open("document");
        assertThat(query.fingerprint()).isEqualTo(document.fingerprint());
        assertThat(query.files()).extracting(ModelFile::name).contains(ROUTER);
        assertThat(query.specification().tasks()).containsExactly("query", "document", "text");
    }

    @Test
    void refusesATextWithoutATaskWhereThereIsNoDefault() {
        router("{\"query\": [\"n\"], \"document\": []}", "{\"allow_empty_key\": false}");
        refused(
                null,
                ErrorCode.OPTION_INVALID,
                "option task: the model needs one",
                temporary.resolve("tiny").resolve(ROUTER) + " has routes for: query, document.",
                "Set task to one of them.");
    }

    @Test
    void refusesATaskWithoutARoute() {
        router("{\"query\": [\"n\"], \"document\": []}", "{}");
        refused(
                "passage",
                ErrorCode.OPTION_INVALID,
                "option task: the model has no route for 'passage'",
                temporary.resolve("tiny").resolve(ROUTER) + " has routes for: query, document.",
                "Set task to one of them.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"default_route": "c"}                         | : parameters: default_route is 'c'                  | The routes are: query.
            {"route_mappings": {"('q', None)": "c"}}       | : parameters: route_mappings: ('q', None) is 'c'    | The routes are: query.
            {"route_mappings": {"q": "query"}}             | : parameters: route_mappings: key q                 | It must be a task and a modality, as Python writes them: ('query', 'text') or (None, 'text').
            """)
    void refusesWhatLeadsToNoRoute(String parameters, String problem, String cause) {
        router("{\"query\": [\"n\"]}", parameters);
        assertRefused(
                () -> open(null),
                ErrorCode.MODEL_INVALID,
                temporary.resolve("tiny").resolve(ROUTER) + problem,
                cause);
    }

    @Test
    void refusesAParameterThatItDoesNotKnow() {
        router("{\"query\": [\"n\"]}", "{\"route\": 1}");
        refused(
                null,
                ErrorCode.MODEL_UNSUPPORTED,
                temporary.resolve("tiny").resolve(ROUTER) + ": parameters: unknown parameter 'route'",
                "Sentence Transformers cannot load such a module either.",
                "Remove the parameter, or choose another model.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"query\": [\"x\"]}"})
    void refusesRoutesThatAreNotThere(String structure) {
        router(structure, "{}");
        Path file = temporary.resolve("tiny").resolve(ROUTER);
        boolean none = structure.equals("{}");
        assertRefused(
                () -> open(null),
                ErrorCode.MODEL_INVALID,
                none ? file + ": 0 routes" : file + ": types: no field 'x'",
                none ? "A Router has from 1 to 64, in the field structure." : "The model cannot be read without it.");
    }

    @ParameterizedTest
    @CsvSource({"query, 5", "document, 7", ", 10"})
    void aTaskMayHaveALimitOfItsOwn(String task, int tokens) {
        builder.set(SENTENCE, "query_length", "5").set(SENTENCE, "document_length", "7");
        assertThat(open(task).specification().maxTokens()).isEqualTo(tokens);
    }

    @Test
    void anyModelMayBeToldQueriesFromDocuments() {
        builder.file("modules.json", """
                [{"path": "", "type": "sentence_transformers.models.Transformer"},
                 {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]""");
        for (String task : List.of("query", "document")) {
            assertThat(open(task).specification()).isEqualTo(open(null).specification());
        }
        refused(
                "passage",
                ErrorCode.OPTION_INVALID,
                "option task: the model has no task 'passage'",
                "It treats all texts alike.",
                "Leave task out.");
    }

    @Test
    void refusesMoreModulesThanAnyModelHas() {
        String modules = "{\"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"}, ".repeat(64)
                + "{\"path\": \"\", \"type\": \"sentence_transformers.models.Transformer\"}";
        builder.file("modules.json", "[%s]".formatted(modules));
        refused(
                null,
                ErrorCode.MODEL_INVALID,
                "%s: 65 modules".formatted(builder.write().resolve("modules.json")),
                "At most 64 follow each other.",
                "Take the file from the place where the model was published.");
    }

    private ModelFolder open(String task) {
        EmbedOptions options = EmbedOptions.defaults()
                .with(EmbedOptions.MODEL, builder.write().toString())
                .with(EmbedOptions.TASK, task);
        return ModelReference.open(options);
    }

    private void refused(String task, ErrorCode code, String problem, String cause, String remedy) {
        assertRefused(() -> open(task), code, problem, cause, remedy);
    }
}
