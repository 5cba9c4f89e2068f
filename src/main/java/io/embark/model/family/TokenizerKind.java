/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model.family;

/**
 * What transformers makes of a {@code tokenizer.json}. Most tokenizer classes take the file as it is; some build normaliser,
 * pre-tokenizer and special tokens themselves, and take from the file little more than the vocabulary.
 *
 * @hidden Public for Embark's other rooms only.
 */
public enum TokenizerKind {
    /** The file as it is. */
    AS_WRITTEN,
    /** {@code BertTokenizer}, {@code DistilBertTokenizer}. */
    BERT,
    /** {@code MPNetTokenizer}. */
    MPNET,
    /** {@code RobertaTokenizer}. */
    ROBERTA,
    /** {@code XLMRobertaTokenizer}. */
    XLM_ROBERTA,
    /** {@code CamembertTokenizer}. */
    CAMEMBERT,
    /** {@code T5Tokenizer}. */
    T5,
    /** {@code Qwen2Tokenizer}. */
    QWEN2,
    /** {@code GemmaTokenizer}. */
    GEMMA
}
