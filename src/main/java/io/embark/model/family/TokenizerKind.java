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
    /** {@code BertTokenizer}, {@code DistilBertTokenizer} and others that are the same. */
    BERT,
    /** {@code DPRContextEncoderTokenizer} and its kin: BERT's, which never hears of {@code do_lower_case}. */
    DPR,
    /** {@code ConvBertTokenizer}: the file as it is, with BERT's tokens beside each text. */
    CONV_BERT,
    /** {@code MPNetTokenizer}. */
    MPNET,
    /** {@code FunnelTokenizer}. */
    FUNNEL,
    /** {@code SplinterTokenizer}. */
    SPLINTER,
    /** {@code RobertaTokenizer} and others that are the same. */
    ROBERTA,
    /** {@code GPT2Tokenizer}. */
    GPT2,
    /** {@code CodeGenTokenizer}. */
    CODEGEN,
    /** {@code BlenderbotTokenizer}. */
    BLENDERBOT,
    /** {@code DebertaTokenizer}. */
    DEBERTA,
    /** {@code GPTNeoXTokenizer}. */
    GPT_NEOX,
    /** {@code CohereTokenizer}. */
    COHERE,
    /** {@code Qwen2Tokenizer}. */
    QWEN2,
    /** {@code Qwen3_5Tokenizer}. */
    QWEN3_5,
    /** {@code LlamaTokenizer}; a file with bytes for characters is taken as it is. */
    LLAMA,
    /** {@code GemmaTokenizer}. */
    GEMMA,
    /** {@code HerbertTokenizer}. */
    HERBERT,
    /** {@code XLMRobertaTokenizer}. */
    XLM_ROBERTA,
    /** {@code CamembertTokenizer}. */
    CAMEMBERT,
    /** {@code T5Tokenizer}. */
    T5,
    /** {@code AlbertTokenizer}. */
    ALBERT,
    /** {@code FNetTokenizer}: the file as it is, with ALBERT's special tokens. */
    FNET,
    /** {@code DebertaV2Tokenizer}. */
    DEBERTA_V2,
    /** {@code BarthezTokenizer}. */
    BARTHEZ,
    /** {@code BigBirdTokenizer}. */
    BIG_BIRD,
    /** {@code RemBertTokenizer}. */
    REM_BERT,
    /** {@code PegasusTokenizer}. */
    PEGASUS,
    /** {@code XLNetTokenizer}. */
    XLNET,
    /** {@code XGLMTokenizer}. */
    XGLM
}
