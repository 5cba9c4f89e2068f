/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.text;

import io.embark.model.family.TokenizerKind;

/**
 * The classes that are built, each as its {@code __init__} in {@code transformers/models/*}{@code /tokenization_*.py} does. To add
 * one: a kind, its name in {@code TokenizerClassNames}, a case here and a builder beside its kin, and a folder in {@code write_tokenizers.py}.
 */
final class TokenizerClasses {
    private TokenizerClasses() {}

    /** What is known of a kind. */
    static TokenizerClass of(TokenizerKind kind) {
        return switch (kind) {
            case AS_WRITTEN -> TokenizerClass.asWritten();
            case BERT -> WordPieceClasses.bert(backend -> backend.flag("do_lower_case", true));
            case CONV_BERT -> WordPieceClasses.convBert();
            case DPR -> WordPieceClasses.bert(backend -> true);
            case MPNET -> WordPieceClasses.mpnet();
            case FUNNEL -> WordPieceClasses.funnel();
            case SPLINTER -> WordPieceClasses.splinter();
            case ROBERTA -> BytePairClasses.roberta();
            case GPT2, CODEGEN -> BytePairClasses.gpt2();
            case BLENDERBOT -> BytePairClasses.blenderbot();
            case DEBERTA -> BytePairClasses.deberta();
            case GPT_NEOX -> BytePairClasses.gptNeoX();
            case COHERE -> BytePairClasses.cohere();
            case QWEN2 -> BytePairClasses.qwen2();
            case QWEN3_5 -> BytePairClasses.qwen3_5();
            case LLAMA -> BytePairClasses.llama();
            case GEMMA -> BytePairClasses.gemma();
            case HERBERT -> BytePairClasses.herbert();
            case XLM_ROBERTA -> UnigramClasses.xlmRoberta();
            case CAMEMBERT -> UnigramClasses.camembert();
            case T5 -> UnigramClasses.t5();
            case ALBERT -> UnigramClasses.albert();
            case FNET -> TokenizerClass.asWritten(UsualTokens.clsAndSep("<unk>", "<pad>"));
            case DEBERTA_V2 -> UnigramClasses.debertaV2();
            case BARTHEZ -> UnigramClasses.barthez();
            case BIG_BIRD -> UnigramClasses.bigBird();
            case REM_BERT -> UnigramClasses.remBert();
            case PEGASUS -> UnigramClasses.pegasus();
            case XLNET -> UnigramClasses.xlnet();
            case XGLM -> UnigramClasses.xglm();
        };
    }
}
