/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.google.gson.JsonObject;
import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.base.Shown;
import io.embark.model.ModelFolder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The tokenizer of a model, in native memory. Any number of threads may tokenise at the same time; none may while or after it
 * is closed. The native libraries must have been loaded before.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TextTokenizer implements AutoCloseable {
    /** Longer texts are cut before tokenising, which would go through all of the text however little of it is kept. */
    private static final int CHARS_PER_TOKEN = 250;

    /** Bound what one native call holds. */
    private static final int TEXTS_PER_CALL = 256;

    private static final long CHARS_PER_CALL = 1_000_000;

    private static final TokenizersLibrary NATIVE = TokenizersLibrary.LIB;

    /** Cuts at the end. */
    private final long handle;

    /** Cuts as the model says; the same one where that is at the end. */
    private final long ownHandle;

    private final ModelFolder folder;
    private final int maxTokens;
    private final int maxChars;
    private final long vocabulary;
    private final boolean addsSpecialTokens;

    private final Set<Integer> specialTokens;
    private final SurroundingTokens surroundingTokens;
    private final TextPieces pieces;

    private TextTokenizer(long handle, long ownHandle, ModelFolder folder, int maxTokens, JsonObject json) {
        this.handle = handle;
        this.ownHandle = ownHandle;
        this.specialTokens = TokenizerJson.specialTokens(json);
        this.pieces = TextPieces.of(json);
        this.folder = folder;
        this.maxTokens = maxTokens;
        // One below the largest number, since callers add to it.
        this.maxChars = (int) Math.min((long) maxTokens * CHARS_PER_TOKEN, Integer.MAX_VALUE - 1);
        this.vocabulary = folder.specification().backbone().vocabulary().orElse(Long.MAX_VALUE);
        this.addsSpecialTokens = folder.specification().tokenizer().addsSpecialTokens();
        this.surroundingTokens = addsSpecialTokens ? SurroundingTokens.of(json) : SurroundingTokens.NONE;
    }

    /**
     * Reads a model's tokenizer and tries it out.
     *
     * @param maxTokens the most tokens of a text that are kept, special tokens included
     * @throws EmbarkException {@link ErrorCode#TOKENIZER_INVALID} if the file is damaged, or if there are texts that it
     *     cannot tokenise; {@link ErrorCode#OPTION_INVALID} if the limit leaves no room beside the special tokens
     */
    public static TextTokenizer open(ModelFolder folder, int maxTokens) {
        JsonObject json = TokenizerReader.read(folder.tokenizerFile(), TokenizerJson.read(folder));
        TokenizerProbe.checkAddedTokens(folder.tokenizerFile(), json);
        JsonObject given =
                folder.specification().tokenizer().tokens().split() ? TokenizerJson.splittingSpecial(json) : json;
        long handle = create(given.toString(), folder);
        TextTokenizer tokenizer = new TextTokenizer(handle, handle, folder, maxTokens, json);
        try {
            TokenizerProbe.check(folder, maxTokens, tokenizer::count);
            NATIVE.setTruncation(handle, maxTokens, "LONGEST_FIRST", 0);
            if (folder.specification().tokenizer().cutsStart()) {
                long ownHandle = create(TokenizerJson.cuttingStart(given, maxTokens), folder);
                return new TextTokenizer(handle, ownHandle, folder, maxTokens, json);
            }
            return tokenizer;
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static long create(String json, ModelFolder folder) {
        try {
            return NATIVE.createTokenizerFromString(json);
        } catch (RuntimeException e) {
            throw TokenizerErrors.unusable(
                    folder, "The tokenizers library refuses it: %s.".formatted(e.getMessage()), e);
        }
    }

    /** The most chars of a text that reach the tokenizer; where {@link #cutsStart()}, the last ones. */
    public int maxChars() {
        return maxChars;
    }

    /** Whether a long text loses its start, and not its end. */
    public boolean cutsStart() {
        return ownHandle != handle;
    }

    /**
     * How many tokens at the front of each text are a prompt's, by the rule of Sentence Transformers: those of the prompt as a
     * text of its own, special ones included, but for a special one at the end.
     *
     * @throws EmbarkException {@link ErrorCode#TOKENIZER_INVALID} if the model's weights lack one of them
     */
    public int promptTokens(String prompt) {
        TokenizedText tokens = tokenize(List.of(prompt)).get(0);
        tokens.misses().ifPresent(misses -> {
            throw TokenizerErrors.promptMisses(folder, prompt, misses);
        });
        int[] ids = tokens.ids();
        return ids.length > 0 && specialTokens.contains(ids[ids.length - 1]) ? ids.length - 1 : ids.length;
    }

    /** The most tokens of a text that are kept, special tokens included. */
    int maxTokens() {
        return maxTokens;
    }

    /**
     * Tokenises texts, on the calling thread.
     *
     * @param texts none is null
     * @return one for each text, in order
     */
    public List<TokenizedText> tokenize(List<String> texts) {
        List<TokenizedText> tokenized = new ArrayList<>(texts.size());
        int start = 0;
        while (start < texts.size()) {
            int end = endOfCall(texts, start);
            tokenizeCall(texts.subList(start, end), tokenized);
            start = end;
        }
        return tokenized;
    }

    private int endOfCall(List<String> texts, int start) {
        long chars = 0;
        int end = start;
        while (end < texts.size() && end - start < TEXTS_PER_CALL && chars < CHARS_PER_CALL) {
            chars += Math.min(texts.get(end).length(), maxChars);
            end++;
        }
        return end;
    }

    private void tokenizeCall(List<String> texts, List<TokenizedText> tokenized) {
        List<TextPieces.Parted> parted = texts.stream().map(this::part).toList();
        String[] whole = parted.stream()
                .map(text -> text.pieces().size() == 1 ? text.pieces().get(0) : "")
                .toArray(String[]::new);
        long[] encodings = NATIVE.batchEncode(ownHandle, whole, addsSpecialTokens);
        long[][] ids = new long[encodings.length][];
        boolean[] overflows = new boolean[encodings.length];
        List<Optional<String>> misses = new ArrayList<>();
        for (int i = 0; i < encodings.length; i++) {
            ids[i] = NATIVE.getTokenIds(encodings[i]);
            overflows[i] = NATIVE.getOverflowCount(encodings[i]) > 0;
            misses.add(misses(ids[i], encodings[i]));
            NATIVE.deleteEncoding(encodings[i]);
        }
        for (int i = 0; i < ids.length; i++) {
            boolean cut = texts.get(i).length() > maxChars || !parted.get(i).whole();
            tokenized.add(
                    parted.get(i).pieces().size() == 1
                            ? new TokenizedText(known(ids[i]), cut || overflows[i], misses.get(i))
                            : tokenizePieces(parted.get(i).pieces(), cut));
        }
    }

    private TextPieces.Parted part(String text) {
        String read = cutsStart() ? TextRepair.cutStart(text, maxChars) : TextRepair.cut(text, maxChars);
        return pieces.part(TextRepair.replaceUnpairedSurrogates(read), cutsStart());
    }

    /** One call for each piece, until there are more tokens than are kept. */
    private TokenizedText tokenizePieces(List<String> pieces, boolean cut) {
        int room = maxTokens - surroundingTokens.count();
        List<long[]> tokens = new ArrayList<>();
        int count = 0;
        Optional<String> misses = Optional.empty();
        for (int i = 0; i < pieces.size() && count <= room; i++) {
            long encoding = NATIVE.batchEncode(ownHandle, new String[] {pieces.get(i)}, false)[0];
            long[] ids = NATIVE.getTokenIds(encoding);
            boolean overflows = NATIVE.getOverflowCount(encoding) > 0;
            misses = misses.isPresent() ? misses : misses(ids, encoding);
            NATIVE.deleteEncoding(encoding);
            tokens.add(cutsStart() ? 0 : tokens.size(), ids);
            // What overflows has been cut to the limit, which is no less than the room.
            count = overflows ? room + 1 : count + ids.length;
        }
        long[] kept = surroundingTokens.around(tokens, room, cutsStart());
        boolean keepsIt = Arrays.stream(kept).anyMatch(id -> id >= vocabulary);
        return new TokenizedText(known(kept), cut || count > room, misses.filter(sentence -> keepsIt));
    }

    /** The tokens of a text behind a prompt, cut at their end to the limit. */
    TokenEnds ends(String prompt, String text) {
        String whole = TextRepair.replaceUnpairedSurrogates(prompt.concat(text));
        long encoding = NATIVE.encode(handle, whole, addsSpecialTokens);
        try {
            List<Integer> ends = new ArrayList<>();
            int point = 0;
            int end = 0;
            for (CharSpan span : NATIVE.getTokenCharSpans(encoding)) {
                // Special tokens have none. The others' are in code points, and never go back by much.
                if (span != null) {
                    end = whole.offsetByCodePoints(end, span.getEnd() - point);
                    point = span.getEnd();
                    if (end > prompt.length()) {
                        ends.add(end - prompt.length());
                    }
                }
            }
            boolean truncated = NATIVE.getOverflowCount(encoding) > 0;
            long[] ids = NATIVE.getTokenIds(encoding);
            return new TokenEnds(new TokenizedText(known(ids), truncated, misses(ids, encoding)), ends);
        } finally {
            NATIVE.deleteEncoding(encoding);
        }
    }

    /** A tokenizer may have more words than its model, and nobody notices until one of them comes. */
    private Optional<String> misses(long[] ids, long encoding) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] >= vocabulary) {
                String token = NATIVE.getTokens(encoding)[i];
                return Optional.of("It has token %s ('%s'), and the model's weights are of %s tokens."
                        .formatted(ids[i], Shown.value(token), vocabulary));
            }
        }
        return Optional.empty();
    }

    private int[] known(long[] ids) {
        return Arrays.stream(ids).mapToInt(id -> id < vocabulary ? (int) id : 0).toArray();
    }

    /** The tokens of one text, cut as the library was told; throws where the call for many texts would abort the process. */
    private int count(String text) {
        long[] ids;
        Optional<String> misses;
        try {
            long encoding = NATIVE.encode(handle, text, addsSpecialTokens);
            ids = NATIVE.getTokenIds(encoding);
            misses = misses(ids, encoding);
            NATIVE.deleteEncoding(encoding);
        } catch (RuntimeException e) {
            throw TokenizerErrors.unusable(
                    folder, "There are texts that it cannot tokenise: %s.".formatted(e.getMessage()), e);
        }
        // Those that stand beside every text.
        if (text.isEmpty() && misses.isPresent()) {
            throw TokenizerErrors.unusable(folder, misses.get(), null);
        }
        return ids.length;
    }

    @Override
    public void close() {
        NATIVE.deleteTokenizer(handle);
        if (ownHandle != handle) {
            NATIVE.deleteTokenizer(ownHandle);
        }
    }
}
