/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.model.SpecialTokens.Token;
import io.embark.model.files.JsonConfig;
import io.embark.model.files.ModelProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which special tokens the files beside {@code tokenizer.json} name, and which of these files wins, as {@code _from_pretrained}
 * of transformers 5 has it ({@code tokenization_utils_base.py}).
 */
final class SpecialTokensReader {
    private static final String DECODER = "added_tokens_decoder";
    private static final String EXTRA = "extra_special_tokens";
    private static final String ADDITIONAL = "additional_special_tokens";
    private static final String MODEL_SPECIFIC = "model_specific_special_tokens";
    private static final String SPLIT = "split_special_tokens";

    /** The fields of {@code tokenizer_config.json} beside those that are the tokens' names. */
    static final List<String> KEYS = List.of(DECODER, EXTRA, ADDITIONAL, MODEL_SPECIFIC, SPLIT);

    private static final String NAME_END = "_token";

    private final JsonConfig config;
    private final JsonConfig arguments;
    private final JsonConfig map;
    private final JsonConfig added;

    private final Map<String, Optional<Token>> named = new LinkedHashMap<>();
    private final Map<String, Optional<Token>> specific = new LinkedHashMap<>();
    private Optional<List<Token>> extra = Optional.empty();

    private SpecialTokensReader(JsonConfig config, JsonConfig arguments, LegacyTokens legacy) {
        this.config = config;
        this.arguments = arguments;
        boolean whole = config.has(DECODER) || arguments.has(DECODER);
        this.map = whole ? JsonConfig.empty("special_tokens_map.json") : legacy.specialTokensMap();
        this.added = whole ? JsonConfig.empty("added_tokens.json") : legacy.addedTokens();
    }

    /**
     * Reads them.
     *
     * @param config {@code tokenizer_config.json}
     * @param arguments those of the Transformer module, which win
     * @param legacy the files that count where neither has an {@code added_tokens_decoder}
     */
    static SpecialTokens read(JsonConfig config, JsonConfig arguments, LegacyTokens legacy) {
        return new SpecialTokensReader(config, arguments, legacy).read();
    }

    private SpecialTokens read() {
        readNamed();
        readExtra();
        Map<String, Optional<Token>> all = new LinkedHashMap<>();
        SpecialTokens.NAMES.stream().filter(named::containsKey).forEach(name -> all.put(name, named.get(name)));
        all.putAll(specific);
        boolean split = first(SPLIT, JsonConfig::flag).orElse(false);
        return new SpecialTokens(all, extra, decoder(), legacyTokens(), split);
    }

    private void readNamed() {
        for (JsonConfig source : List.of(config, arguments)) {
            for (String key : source.keys()) {
                if (SpecialTokens.NAMES.contains(key)) {
                    named.put(key, source.either(key, Token::special, SpecialTokensReader::token));
                } else if (isSpecific(key) && source.isText(key)) {
                    specific.put(key, source.text(key).map(Token::special));
                }
            }
            source.object(MODEL_SPECIFIC).ifPresent(this::addSpecific);
        }
        for (String key : map.keys()) {
            if (!arguments.has(key) && SpecialTokens.NAMES.contains(key)) {
                named.put(key, map.either(key, Token::special, SpecialTokensReader::specialToken));
            } else if (!arguments.has(key) && isSpecific(key)) {
                map.either(key, Token::special, SpecialTokensReader::specialToken)
                        .ifPresent(token -> specific.put(key, Optional.of(token)));
            }
        }
    }

    private static boolean isSpecific(String key) {
        return key.endsWith(NAME_END) && !SpecialTokens.NAMES.contains(key);
    }

    private void addSpecific(JsonConfig tokens) {
        tokens.keys().forEach(key -> tokens.either(key, Token::special, SpecialTokensReader::token)
                .ifPresent(token -> specific.put(key, Optional.of(token))));
    }

    private void readExtra() {
        boolean hasOld = has(ADDITIONAL, source -> true);
        boolean hasNew = has(EXTRA, source -> true);
        boolean isGiven = has(
                EXTRA,
                source -> source.isObject(EXTRA)
                        ? !source.objectOrEmpty(EXTRA).isEmpty()
                        : tokens(source, EXTRA)
                                .filter(tokens -> !tokens.isEmpty())
                                .isPresent());
        if (hasOld && !isGiven) {
            extra = Optional.of(first(ADDITIONAL, SpecialTokensReader::tokens).orElse(List.of()));
        } else if (hasNew) {
            JsonConfig source = arguments.has(EXTRA) ? arguments : config;
            if (source.isObject(EXTRA)) {
                addSpecific(source.objectOrEmpty(EXTRA));
            } else {
                extra = Optional.of(tokens(source, EXTRA).orElse(List.of()));
            }
        }

        if (map.isObject(EXTRA) && !arguments.has(EXTRA)) {
            addSpecific(map.objectOrEmpty(EXTRA));
            extra = Optional.empty();
        } else if (map.has(EXTRA) && !arguments.has(EXTRA)) {
            Set<Token> both = new LinkedHashSet<>(extra.orElse(List.of()));
            both.addAll(map.eachEither(EXTRA, Token::special, SpecialTokensReader::specialToken)
                    .orElseThrow());
            extra = Optional.of(new ArrayList<>(both));
        }
        if (extra.isEmpty() && map.has(ADDITIONAL) && !arguments.has(ADDITIONAL)) {
            extra = map.eachEither(ADDITIONAL, Token::special, SpecialTokensReader::specialToken);
        }
    }

    /** Whether the winning one of the two sources has a key, be it null, and what is true of it. */
    private boolean has(String key, Predicate<JsonConfig> also) {
        JsonConfig source = arguments.keys().contains(key) ? arguments : config;
        return source.keys().contains(key) && also.test(source);
    }

    private static Optional<List<Token>> tokens(JsonConfig source, String key) {
        return source.eachEither(key, Token::special, SpecialTokensReader::token);
    }

    private Optional<SortedMap<Integer, Token>> decoder() {
        JsonConfig source = arguments.has(DECODER) ? arguments : config;
        return source.object(DECODER).map(tokens -> {
            SortedMap<Integer, Token> byNumber = new TreeMap<>();
            for (String key : tokens.keys()) {
                byNumber.put(number(tokens, key), token(tokens.objectOrEmpty(key)));
            }
            return byNumber;
        });
    }

    private static int number(JsonConfig tokens, String key) {
        if (!key.matches("[0-9]{1,9}")) {
            throw ModelProblem.wrongField(
                    "%s: '%s' is no number of a token".formatted(tokens.subject(), ModelProblem.show(key)),
                    "Its keys are whole numbers from 0 to 999999999.");
        }
        return Integer.parseInt(key);
    }

    private SortedMap<Integer, Token> legacyTokens() {
        Set<String> special = new LinkedHashSet<>();
        named.values().forEach(token -> token.ifPresent(each -> special.add(each.content())));
        extra.ifPresent(tokens -> tokens.forEach(each -> special.add(each.content())));
        SortedMap<Integer, Token> tokens = new TreeMap<>();
        for (String content : added.keys()) {
            int number = added.natural(content, Integer.MAX_VALUE - 1).orElse(0);
            boolean isSpecial = special.contains(content);
            tokens.put(number, new Token(content, false, false, false, false, Optional.of(!isSpecial), isSpecial));
        }
        return tokens;
    }

    private <T> Optional<T> first(String key, Reading<T> reading) {
        return arguments.has(key) ? reading.read(arguments, key) : reading.read(config, key);
    }

    /** How the value of a key is read. */
    @FunctionalInterface
    private interface Reading<T> {
        Optional<T> read(JsonConfig source, String key);
    }

    private static Token token(JsonConfig json) {
        return token(json, json.flag("special").orElse(false));
    }

    /** As {@code special_tokens_map.json} has them. */
    private static Token specialToken(JsonConfig json) {
        return token(json, true);
    }

    private static Token token(JsonConfig json, boolean special) {
        Function<String, Boolean> flag = key -> json.flag(key).orElse(false);
        return new Token(
                json.requiredText("content"),
                false,
                flag.apply("single_word"),
                flag.apply("lstrip"),
                flag.apply("rstrip"),
                json.flag("normalized"),
                special);
    }
}
