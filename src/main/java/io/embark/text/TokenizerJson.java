package io.embark.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.model.BertNormalizer;
import io.embark.model.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The {@code tokenizer.json} of a model, changed to what Sentence Transformers makes of it. */
final class TokenizerJson {
    private TokenizerJson() {}

    /**
     * The file without its own truncation and padding, which the model's limit replaces, and with the normaliser that
     * transformers builds.
     *
     * @throws EmbarkException {@link ErrorCode#TOKENIZER_INVALID} if the file cannot be read or is not a JSON object
     */
    static String read(ModelFolder folder) {
        JsonObject json = parse(folder.tokenizerFile());
        json.add("truncation", JsonNull.INSTANCE);
        json.add("padding", JsonNull.INSTANCE);
        folder.specification().bertNormalizer().ifPresent(normalizer -> json.add("normalizer", bert(normalizer)));
        if (folder.specification().lowerCase()) {
            json.add("normalizer", lowerCaseFirst(json.get("normalizer")));
        }
        return json.toString();
    }

    private static JsonObject parse(Path file) {
        try {
            JsonElement json = JsonParser.parseString(Files.readString(file));
            if (json.isJsonObject()) {
                return json.getAsJsonObject();
            }
            throw invalid(file, "It is JSON, but not an object.", null);
        } catch (IOException | JsonParseException e) {
            throw invalid(
                    file,
                    "Reading it as JSON in UTF-8 failed: %s."
                            .formatted(e.getClass().getSimpleName()),
                    e);
        }
    }

    private static EmbarkException invalid(Path file, String cause, Exception thrown) {
        return new EmbarkException(
                ErrorCode.TOKENIZER_INVALID,
                "%s: not a tokenizer".formatted(file),
                cause,
                "Copy or download the model again.",
                thrown);
    }

    private static JsonObject bert(BertNormalizer normalizer) {
        JsonObject json = new JsonObject();
        json.addProperty("type", "BertNormalizer");
        json.addProperty("clean_text", true);
        json.addProperty("handle_chinese_chars", normalizer.splitChineseCharacters());
        json.add(
                "strip_accents",
                normalizer
                        .stripAccents()
                        .<JsonElement>map(com.google.gson.JsonPrimitive::new)
                        .orElse(JsonNull.INSTANCE));
        json.addProperty("lowercase", normalizer.lowerCase());
        return json;
    }

    /** Sentence Transformers puts a Lowercase normaliser first, unless there is one. */
    private static JsonElement lowerCaseFirst(JsonElement normalizer) {
        JsonArray steps = new JsonArray();
        JsonObject lowercase = new JsonObject();
        lowercase.addProperty("type", "Lowercase");
        steps.add(lowercase);
        if (normalizer != null && normalizer.isJsonObject()) {
            if (normalizer.toString().contains("\"Lowercase\"")) {
                return normalizer;
            }
            steps.add(normalizer);
        }
        JsonObject sequence = new JsonObject();
        sequence.addProperty("type", "Sequence");
        sequence.add("normalizers", steps);
        return sequence;
    }
}
