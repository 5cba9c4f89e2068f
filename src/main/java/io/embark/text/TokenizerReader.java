/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.text.KnownParts.Part;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Reads a {@code tokenizer.json} into what is known ({@link TokenizerParts}) and nothing else, since the tokenizers library
 * takes much on trust, and a panic within it ends the process. What comes out is what the library is given; how tokens become
 * text again is left out, for nobody asks.
 */
final class TokenizerReader {
    private static final int MOST_ADDED_TOKENS = 20_000;
    private static final int MOST_ADDED_CHARS = 1_000_000;
    private static final Set<String> ADD_TOKENS = Set.of("BertProcessing", "RobertaProcessing", "TemplateProcessing");

    private final JsonObject json;
    private final JsonPlace root;

    private TokenizerReader(JsonObject json, JsonPlace root) {
        this.json = json;
        this.root = root;
    }

    /**
     * Reads a tokenizer.
     *
     * @param file for what is said
     * @throws EmbarkException {@link ErrorCode#TOKENIZER_INVALID} if anything in it is unknown, or not as it must be
     */
    static JsonObject read(Path file, JsonObject json) {
        return new TokenizerReader(json, JsonPlace.root(file)).read();
    }

    private JsonObject read() {
        JsonCheck.oneOf("1.0").orNothing().read(json.get("version"), root.field("version"));
        JsonObject read = new JsonObject();
        read.addProperty("version", "1.0");
        read.add("truncation", JsonNull.INSTANCE);
        read.add("padding", JsonNull.INSTANCE);
        read.add("added_tokens", addedTokens());
        read.add("normalizer", normalizer());
        read.add("pre_tokenizer", preTokenizer());
        read.add("post_processor", postProcessor());
        read.add("decoder", JsonNull.INSTANCE);
        read.add("model", model());
        return read;
    }

    private JsonElement addedTokens() {
        JsonPlace place = root.field("added_tokens");
        JsonElement value = json.get("added_tokens");
        if (value == null || value.isJsonNull()) {
            return new JsonArray();
        }
        JsonCheck token = (each, at) -> {
            JsonObject read = KnownParts.read(TokenizerParts.ADDED_TOKEN, JsonCheck.object(each, at), at);
            read.remove("type");
            return read;
        };
        JsonArray read = (JsonArray) JsonCheck.listOf(token, MOST_ADDED_TOKENS).read(value, place);
        long chars = read.asList().stream()
                .mapToLong(each ->
                        each.getAsJsonObject().get("content").getAsString().length())
                .sum();
        if (chars > MOST_ADDED_CHARS) {
            throw place.refuse("at most %s characters in all".formatted(MOST_ADDED_CHARS), "of " + chars);
        }
        return read;
    }

    private JsonElement normalizer() {
        JsonPlace place = root.field("normalizer");
        JsonElement read = TokenizerParts.NORMALIZERS.read(json.get("normalizer"), place);
        List<JsonObject> steps = requireFew(TokenizerParts.NORMALIZERS.steps(read), place);
        requireOnce("Precompiled", steps, place);
        requireOnce("ByteLevel", steps, place);
        TextGrowth.problem(steps).ifPresent(problem -> {
            throw place.refuse(problem);
        });
        return read;
    }

    private JsonElement preTokenizer() {
        JsonPlace place = root.field("pre_tokenizer");
        JsonElement read = TokenizerParts.PRE_TOKENIZERS.read(json.get("pre_tokenizer"), place);
        List<JsonObject> steps = requireFew(TokenizerParts.PRE_TOKENIZERS.steps(read), place);
        // Each makes two bytes of one.
        requireOnce("ByteLevel", steps, place);
        return read;
    }

    private JsonElement postProcessor() {
        JsonPlace place = root.field("post_processor");
        JsonElement read = TokenizerParts.POST_PROCESSORS.read(json.get("post_processor"), place);
        List<JsonObject> steps = requireFew(TokenizerParts.POST_PROCESSORS.steps(read), place);
        long adding = steps.stream()
                .filter(step -> ADD_TOKENS.contains(step.get("type").getAsString()))
                .count();
        if (adding > 1) {
            // The library's template takes the parts that another one made for as many texts.
            throw place.refuse("Only one part may add special tokens, and %s do.".formatted(adding));
        }
        return read;
    }

    private JsonObject model() {
        JsonPlace place = root.field("model");
        JsonObject model = JsonCheck.object(json.get("model"), place);
        String type = model.has("type") && model.get("type") instanceof JsonPrimitive named
                ? named.getAsString()
                : typeByFields(model);
        Part known = TokenizerParts.MODELS.parts().get(type);
        if (known == null) {
            throw place.field("type")
                    .unknown(type, TokenizerParts.MODELS.parts().keySet());
        }
        return KnownParts.read(known, model, place);
    }

    /** Files from before 2021 do not say, and the library tries the types in this order. */
    private static String typeByFields(JsonObject model) {
        if (model.has("merges")) {
            return "BPE";
        }
        if (model.has("max_input_chars_per_word")) {
            return "WordPiece";
        }
        return model.get("vocab") instanceof JsonArray ? "Unigram" : "WordLevel";
    }

    private static List<JsonObject> requireFew(List<JsonObject> steps, JsonPlace place) {
        if (steps.size() > JsonCheck.MOST_STEPS) {
            throw place.refuse("at most %s parts".formatted(JsonCheck.MOST_STEPS), steps.size());
        }
        return steps;
    }

    private static void requireOnce(String type, List<JsonObject> steps, JsonPlace place) {
        long times = steps.stream().filter(step -> KnownParts.isA(type, step)).count();
        if (times > 1) {
            throw place.refuse("'%s' may stand in it once, and does %s times.".formatted(type, times));
        }
    }
}
