/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import io.embark.EmbarkException;
import io.embark.model.family.TokenizerKind;
import io.embark.model.files.FolderFiles;
import io.embark.model.files.ModelProblem;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the file that a tokenizer is read from: {@code tokenizer.json}, or else the vocabulary of a class that builds the rest. */
final class TokenizerFiles {
    static final String WHOLE = "tokenizer.json";

    private static final String WORDS = "vocab.txt";
    private static final String PIECES = "vocab.json";
    private static final String MERGES = "merges.txt";

    private static final Set<TokenizerKind> OF_WORDS = EnumSet.of(
            TokenizerKind.BERT, TokenizerKind.DPR, TokenizerKind.MPNET, TokenizerKind.FUNNEL, TokenizerKind.SPLINTER);

    private static final Set<TokenizerKind> OF_PIECES = EnumSet.of(
            TokenizerKind.ROBERTA,
            TokenizerKind.GPT2,
            TokenizerKind.CODEGEN,
            TokenizerKind.BLENDERBOT,
            TokenizerKind.DEBERTA,
            TokenizerKind.GPT_NEOX,
            TokenizerKind.QWEN2,
            TokenizerKind.QWEN3_5);

    /** transformers prefers these to {@code vocab.txt} and {@code vocab.json}, or reads nothing else. */
    private static final List<String> OTHERS = List.of(
            "sentencepiece.bpe.model",
            "sentencepiece.model",
            "spiece.model",
            "spm.model",
            "tokenizer.model",
            "tekken.json",
            "tiktoken.model");

    private TokenizerFiles() {}

    /**
     * The file of a tokenizer without a {@code tokenizer.json}.
     *
     * @throws EmbarkException MODEL_INVALID if there is none that is enough for its kind
     */
    static Path instead(FolderFiles files, String directory, TokenizerKind kind) {
        return find(files, directory, kind)
                .orElseThrow(() -> files.absence(directory, WHOLE, () -> missing(files, directory)));
    }

    private static Optional<Path> find(FolderFiles files, String directory, TokenizerKind kind) {
        if (other(files, directory).isPresent()) {
            return Optional.empty();
        } else if (OF_WORDS.contains(kind)) {
            return files.find(directory, WORDS);
        } else if (OF_PIECES.contains(kind)) {
            return files.find(directory, MERGES).flatMap(merges -> files.find(directory, PIECES));
        }
        return Optional.empty();
    }

    private static Optional<String> other(FolderFiles files, String directory) {
        return files.names(directory).stream().filter(OTHERS::contains).findFirst();
    }

    /** Where nothing but {@code tokenizer.json} would do, or nothing else is there. */
    static EmbarkException missing(FolderFiles files, String directory) {
        String cause = other(files, directory)
                .map("A tokenizer is not read from %s."::formatted)
                .orElse(
                        "The tokenizer is read from this file, or from vocab.txt or vocab.json with merges.txt where its class"
                                + " is known to be built from these.");
        return ModelProblem.invalid(
                "%s: no %s".formatted(files.root().resolve(directory), WHOLE),
                cause,
                "Write it once in Python: from transformers import AutoTokenizer;"
                        + " AutoTokenizer.from_pretrained(folder).save_pretrained(folder).");
    }
}
