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
import io.embark.model.SpecialTokens;
import io.embark.model.SpecialTokens.Token;
import io.embark.model.TokenizerSettings;
import io.embark.model.family.TokenizerKind;
import io.embark.text.TokenizerClass.Again;
import io.embark.text.TokenizerClass.Ends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Makes of a {@code tokenizer.json} what transformers 5 makes of it: a class of its own builds model, normaliser, pre-tokenizer
 * and mostly the post-processor anew; whatever the class, the special tokens that other files name are added ({@code
 * TokenizersBackend.__init__}).
 */
final class RebuiltTokenizer {
    private final Path file;
    private final JsonObject json;
    private final TokenizerSettings settings;
    private final SpecialTokens tokens;
    private final TokenizerClass type;
    private final TokenizerBackend backend;

    private RebuiltTokenizer(Path file, JsonObject json, TokenizerSettings settings) {
        this.file = file;
        this.json = json;
        this.settings = settings;
        this.tokens = settings.tokens();
        this.type = settings.kind() == TokenizerKind.LLAMA && hasBytes(json)
                ? TokenizerClass.asWritten()
                : TokenizerClasses.of(settings.kind());
        this.backend = new TokenizerBackend(json, settings, type.tokens());
    }

    /**
     * Changes the content of a tokenizer file.
     *
     * @throws EmbarkException {@link ErrorCode#TOKENIZER_INVALID} if it lacks a special token
     */
    static void rebuild(Path file, JsonObject json, TokenizerSettings settings) {
        new RebuiltTokenizer(file, json, settings).rebuild();
    }

    /** {@code _tokenizer_json_has_byte_level}: such a file belongs to no LlamaTokenizer, whoever says so. */
    private static boolean hasBytes(JsonObject json) {
        return List.of("normalizer", "pre_tokenizer", "post_processor", "decoder").stream()
                .map(json::get)
                .anyMatch(part -> part != null && part.toString().contains("\"ByteLevel\""));
    }

    private void rebuild() {
        JsonElement known = json.get("added_tokens");
        type.build().accept(backend);
        JsonObject model = json.get("model") instanceof JsonObject object ? object : new JsonObject();
        if (!type.builds() && !addsAny()) {
            addEnds(new AddedTokens(known, new TokenNumbers(new JsonObject())));
            return;
        }
        AddedTokens added = new AddedTokens(type.builds() ? null : known, new TokenNumbers(model));
        addTokens(known, added);
        json.add("added_tokens", added.json());
        addEnds(added);
    }

    private boolean addsAny() {
        return !type.tokens().isEmpty()
                || !tokens.named().isEmpty()
                || tokens.extra().isPresent()
                || tokens.byNumber().isPresent()
                || !tokens.legacy().isEmpty();
    }

    private void addTokens(JsonElement known, AddedTokens added) {
        SortedMap<Integer, Token> numbered = tokens.byNumber().orElseGet(() -> fromFiles(known, added));
        Map<String, Token> byContent = new LinkedHashMap<>();
        numbered.values().forEach(token -> byContent.put(token.content(), token));
        List<Token> named = named(byContent);
        Set<String> names = named.stream().map(Token::content).collect(Collectors.toSet());
        numbered.values().forEach(token -> added.add(names.contains(token.content()) ? token.asSpecial() : token));

        List<Token> all = new ArrayList<>(named);
        all.addAll(tokens.extra()
                .orElseGet(() ->
                        type.extra().apply(backend).stream().map(Token::special).toList()));
        for (int i = 0; i < all.size(); i++) {
            if (!added.has(all.get(i).content())) {
                added.add(i < named.size() ? all.get(i).asSpecial() : all.get(i));
            }
        }
        if (type.again() != Again.NO) {
            boolean plain = type.again() == Again.AS_PLAIN;
            all.forEach(
                    token -> added.add(plain || token.plain() ? Token.special(token.content()) : token.asSpecial()));
        }
    }

    /** Those of {@code added_tokens.json}, and over them those of {@code tokenizer.json} itself. */
    private SortedMap<Integer, Token> fromFiles(JsonElement known, AddedTokens added) {
        SortedMap<Integer, Token> numbered = new TreeMap<>(tokens.legacy());
        if (known instanceof JsonArray list) {
            for (JsonElement each : list) {
                Optional<Token> token = token(each);
                if (token.isPresent()) {
                    numbered.put(each.getAsJsonObject().get("id").getAsInt(), token.get());
                } else if (type.builds()) {
                    added.json().add(each);
                }
            }
        }
        return numbered;
    }

    private static Optional<Token> token(JsonElement json) {
        if (!(json instanceof JsonObject object)
                || !(object.get("content") instanceof JsonPrimitive content)
                || !JsonCheck.isNumber(object.get("id"), 0, JsonCheck.LARGEST_ID)) {
            return Optional.empty();
        }
        return Optional.of(new Token(
                content.getAsString(),
                false,
                isTrue(object, "single_word"),
                isTrue(object, "lstrip"),
                isTrue(object, "rstrip"),
                Optional.of(isTrue(object, "normalized")),
                isTrue(object, "special")));
    }

    private static boolean isTrue(JsonObject object, String key) {
        return new JsonPrimitive(true).equals(object.get(key));
    }

    /** Those with a name, in transformers' order, as what is already known of them says. */
    private List<Token> named(Map<String, Token> known) {
        Map<String, Token> byName = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(SpecialTokens.NAMES);
        names.addAll(type.tokens().keySet());
        names.addAll(tokens.named().keySet());
        for (String name : names) {
            Optional<Token> said = tokens.named().get(name);
            if (said == null) {
                said = Optional.ofNullable(type.tokens().get(name)).map(Token::special);
            } else {
                said = said.map(token -> known.getOrDefault(token.content(), token));
            }
            boolean takesBlanks = type.blanksBefore().contains(name);
            said.ifPresent(token -> byName.put(name, takesBlanks && token.plain() ? token.withBlanksBefore() : token));
        }
        return List.copyOf(byName.values());
    }

    private void addEnds(AddedTokens added) {
        JsonElement written = json.get("post_processor");
        boolean hasOwn = written != null && !written.isJsonNull();
        boolean flagged = settings.flags().containsKey("add_bos_token")
                || settings.flags().containsKey("add_eos_token");
        Optional<Ends> ends =
                switch (type.whose()) {
                    case CLASS -> Optional.of(type.ends().apply(backend));
                    case FLAGS -> Optional.of(flagged());
                    case FILE_BEFORE_CLASS ->
                        flagged
                                ? Optional.of(flagged())
                                : hasOwn
                                        ? Optional.empty()
                                        : Optional.of(type.ends().apply(backend));
                    case FILE -> flagged ? Optional.of(flagged()) : Optional.empty();
                };
        ends.ifPresent(made -> json.add("post_processor", template(made, added)));
    }

    private JsonElement template(Ends ends, AddedTokens added) {
        if (ends.equals(Ends.NONE)) {
            return JsonNull.INSTANCE;
        }
        return TokenizerPieces.template(ends.before(), ends.behind(), token -> Optional.ofNullable(
                        ends.numbers().get(token))
                .or(() -> added.number(token))
                .orElseThrow(() -> TokenizerErrors.lacksSpecialToken(file, token)));
    }

    /** {@code update_post_processor}. */
    private Ends flagged() {
        return new Ends(flagged("add_bos_token", "bos_token"), flagged("add_eos_token", "eos_token"));
    }

    private List<String> flagged(String flag, String name) {
        String token = backend.token(name);
        return settings.flag(flag, false) && token != null ? List.of(token) : List.of();
    }
}
