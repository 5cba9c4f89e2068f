/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.encode;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.Encoding;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.base.NearestName;
import io.embark.model.ModelFolder;
import io.embark.model.ModelSpecification;
import java.util.Collection;

/** What this room refuses, one method for each mistake. */
final class EmbeddingErrors {
    /** How much of a text an error shows. */
    private static final int SHOWN_CHARS = 40;

    private EmbeddingErrors() {}

    static EmbarkException tooManyDimensions(int chosen, ModelFolder folder) {
        int most = folder.specification().dimension();
        return option(
                EmbedOptions.DIMENSIONS,
                "%s is more than model %s gives".formatted(chosen, folder.name()),
                "Its vectors have %s components.".formatted(most),
                "Set dimensions to at most %s, or leave it out.".formatted(most));
    }

    static EmbarkException tooManyTokens(int chosen, ModelFolder folder) {
        ModelSpecification specification = folder.specification();
        int positions = specification.backbone().maxPositions();
        return option(
                EmbedOptions.MAX_TOKENS,
                "%s is more than model %s takes".formatted(chosen, folder.name()),
                "It has %s positions.".formatted(positions),
                "Set max-tokens to at most %s, or leave it out for the model's own limit (%s)."
                        .formatted(positions, specification.maxTokens()));
    }

    static EmbarkException chunksForOneVector() {
        return option(
                EmbedOptions.LONG_TEXT,
                "chunks is not for one vector of each text",
                "A long text has a vector for each of its chunks.",
                "Set long-text to truncate, fail or mean, or get the chunks: with embed_chunks(text) in SQL,"
                        + " embedChunks in Java.");
    }

    static EmbarkException noSuchPrompt(String name, ModelFolder folder, Collection<String> known) {
        return option(
                EmbedOptions.PROMPT_NAME,
                "model %s has no prompt '%s'".formatted(folder.name(), name),
                "It has %s.".formatted(known.isEmpty() ? "none" : String.join(", ", known)),
                NearestName.find(name, known)
                        .map("Did you mean %s?"::formatted)
                        .orElse("Leave prompt-name out, or set prompt to the text itself."));
    }

    static EmbarkException noRanges(Encoding encoding) {
        return option(
                EmbedOptions.ENCODING,
                "%s needs option encoding-ranges".formatted(Option.write(encoding)),
                "Each component is measured within its own range, which has to be the same for every text.",
                "Set encoding-ranges to {\"min\": [...], \"max\": [...]} or to a file of it: the command embark embed takes"
                        + " ranges from a sample of its table and leaves them in its output, in _embark_ranges.json.");
    }

    static EmbarkException rangesOfOtherVectors(int ranges, int dimension, String model) {
        return option(
                EmbedOptions.ENCODING_RANGES,
                "has the ranges of %s components".formatted(ranges),
                "The vectors of model %s have %s, as the options cut them.".formatted(model, dimension),
                "Take the ranges of vectors of the same model and dimensions.");
    }

    private static EmbarkException option(Option<?> option, String problem, String reason, String remedy) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID, "option %s: %s".formatted(option.key(), problem), reason, remedy);
    }

    static EmbarkException blankText(String text) {
        return text(
                "a blank text of %s characters: refused".formatted(text.length()),
                "Option blank is set to fail.",
                "Set blank to embed or null, or on-error to null, or leave such rows out.");
    }

    static EmbarkException tooLong(String text) {
        return text(
                "text '%s': too long".formatted(start(text)),
                "It has more tokens than the limit, and option long-text is set to fail.",
                "Set long-text to truncate or mean, or on-error to null.");
    }

    static EmbarkException tooManyCharacters(String text, int most) {
        return text(
                "text '%s': longer than %s characters".formatted(start(text), most),
                "That is the limit of option max-text-characters, and option long-text reads texts to their end.",
                "Raise max-text-characters, set long-text to truncate, or on-error to null.");
    }

    /** @param misses which token it is, in a sentence */
    static EmbarkException missesToken(String text, String misses, ModelFolder folder) {
        return text(
                "text '%s': model %s has no vector for one of its tokens".formatted(start(text), folder.name()),
                misses,
                "Take tokenizer and weights from the same model, or set on-error to null.");
    }

    static EmbarkException notFinite(String text) {
        return text(
                "text '%s': its vector is not finite".formatted(start(text)),
                "The model's own numbers overflow for it.",
                "Check the model's weights, or set on-error to null.");
    }

    private static EmbarkException text(String problem, String reason, String remedy) {
        return new EmbarkException(ErrorCode.TEXT_REFUSED, problem, reason, remedy);
    }

    private static String start(String text) {
        boolean cut = text.length() > SHOWN_CHARS;
        // A surrogate is matched only without its partner, which the cut may have taken.
        return (cut ? text.substring(0, SHOWN_CHARS) : text).replaceAll("[\\p{Cc}\\p{Cs}]", " ") + (cut ? "..." : "");
    }

    static EmbarkException interrupted(InterruptedException thrown) {
        return new EmbarkException(
                ErrorCode.COMPUTE_FAILED,
                "embedding was interrupted",
                "Somebody asked this thread to stop.",
                "Nothing has to be done; run it again if that was a mistake.",
                thrown);
    }

    static EmbarkException forwardPassFailed(Throwable thrown) {
        return new EmbarkException(
                ErrorCode.COMPUTE_FAILED,
                "the forward pass failed",
                thrown.toString(),
                "Report this with the model's name.",
                thrown);
    }
}
