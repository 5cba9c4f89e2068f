/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.model;

import static java.util.Map.entry;

import io.embark.model.family.TokenizerKind;
import io.embark.model.files.ModelProblem;
import java.util.Map;
import java.util.Set;

/**
 * The tokenizer classes of transformers 5.24 that do not take a {@code tokenizer.json} as it is. Those that are not here do: {@code
 * tokenizer_class_from_name} does not know their names, and {@code TokenizersBackend} takes their place.
 */
final class TokenizerClassNames {
    private static final Map<String, TokenizerKind> BUILT = Map.ofEntries(
            entry("BertTokenizer", TokenizerKind.BERT),
            entry("DistilBertTokenizer", TokenizerKind.BERT),
            entry("ConvBertTokenizer", TokenizerKind.CONV_BERT),
            entry("ElectraTokenizer", TokenizerKind.BERT),
            entry("LxmertTokenizer", TokenizerKind.BERT),
            entry("MobileBertTokenizer", TokenizerKind.BERT),
            entry("SqueezeBertTokenizer", TokenizerKind.BERT),
            entry("DPRContextEncoderTokenizer", TokenizerKind.DPR),
            entry("DPRQuestionEncoderTokenizer", TokenizerKind.DPR),
            entry("DPRReaderTokenizer", TokenizerKind.DPR),
            entry("MPNetTokenizer", TokenizerKind.MPNET),
            entry("FunnelTokenizer", TokenizerKind.FUNNEL),
            entry("SplinterTokenizer", TokenizerKind.SPLINTER),
            entry("RobertaTokenizer", TokenizerKind.ROBERTA),
            entry("BartTokenizer", TokenizerKind.ROBERTA),
            entry("LEDTokenizer", TokenizerKind.ROBERTA),
            entry("LongformerTokenizer", TokenizerKind.ROBERTA),
            entry("MvpTokenizer", TokenizerKind.ROBERTA),
            entry("GPT2Tokenizer", TokenizerKind.GPT2),
            entry("CodeGenTokenizer", TokenizerKind.CODEGEN),
            entry("BlenderbotTokenizer", TokenizerKind.BLENDERBOT),
            entry("DebertaTokenizer", TokenizerKind.DEBERTA),
            entry("GPTNeoXTokenizer", TokenizerKind.GPT_NEOX),
            entry("CohereTokenizer", TokenizerKind.COHERE),
            entry("Qwen2Tokenizer", TokenizerKind.QWEN2),
            entry("Qwen3_5Tokenizer", TokenizerKind.QWEN3_5),
            entry("LlamaTokenizer", TokenizerKind.LLAMA),
            entry("GemmaTokenizer", TokenizerKind.GEMMA),
            entry("HerbertTokenizer", TokenizerKind.HERBERT),
            entry("XLMRobertaTokenizer", TokenizerKind.XLM_ROBERTA),
            entry("CamembertTokenizer", TokenizerKind.CAMEMBERT),
            entry("T5Tokenizer", TokenizerKind.T5),
            entry("AlbertTokenizer", TokenizerKind.ALBERT),
            entry("FNetTokenizer", TokenizerKind.FNET),
            entry("DebertaV2Tokenizer", TokenizerKind.DEBERTA_V2),
            entry("BarthezTokenizer", TokenizerKind.BARTHEZ),
            entry("BigBirdTokenizer", TokenizerKind.BIG_BIRD),
            entry("RemBertTokenizer", TokenizerKind.REM_BERT),
            entry("PegasusTokenizer", TokenizerKind.PEGASUS),
            entry("XLNetTokenizer", TokenizerKind.XLNET),
            entry("XGLMTokenizer", TokenizerKind.XGLM));

    /** They build their own from such a file, for tasks other than embedding. */
    private static final Set<String> NOT_BUILT = Set.of(
            "CLIPTokenizer",
            "CodeLlamaTokenizer",
            "EsmcTokenizer",
            "LasrTokenizer",
            "LayoutLMv2Tokenizer",
            "LayoutLMv3Tokenizer",
            "LayoutXLMTokenizer",
            "LukeTokenizer",
            "MBart50Tokenizer",
            "MBartTokenizer",
            "MLukeTokenizer",
            "MarkupLMTokenizer",
            "NllbTokenizer",
            "NougatTokenizer",
            "OpenAIGPTTokenizer",
            "ReformerTokenizer",
            "RoFormerTokenizer",
            "SeamlessM4TTokenizer",
            "Siglip2Tokenizer",
            "Tipsv2Tokenizer",
            "UdopTokenizer",
            "VideoPrismTokenizer",
            "WhisperTokenizer");

    /** They do not read such a file at all. */
    private static final Set<String> IN_PYTHON = Set.of(
            "BartphoTokenizer",
            "BertGenerationTokenizer",
            "BertJapaneseTokenizer",
            "BertTokenizerLegacy",
            "BertweetTokenizer",
            "BioGptTokenizer",
            "BlenderbotSmallTokenizer",
            "ByT5Tokenizer",
            "CTRLTokenizer",
            "CanineTokenizer",
            "ClvpTokenizer",
            "CpmAntTokenizer",
            "CpmTokenizer",
            "DiaTokenizer",
            "EsmTokenizer",
            "FSMTTokenizer",
            "FastSpeech2ConformerTokenizer",
            "FlaubertTokenizer",
            "GPTNeoXJapaneseTokenizer",
            "GPTSw3Tokenizer",
            "M2M100Tokenizer",
            "MarianTokenizer",
            "MgpstrTokenizer",
            "MyT5Tokenizer",
            "PLBartTokenizer",
            "PerceiverTokenizer",
            "PhobertTokenizer",
            "Pop2PianoTokenizer",
            "ProphetNetTokenizer",
            "RagTokenizer",
            "RoCBertTokenizer",
            "SiglipTokenizer",
            "Speech2TextTokenizer",
            "SpeechT5Tokenizer",
            "TapasTokenizer",
            "VitsTokenizer",
            "Wav2Vec2CTCTokenizer",
            "Wav2Vec2PhonemeCTCTokenizer",
            "XLMTokenizer");

    private TokenizerClassNames() {}

    /**
     * What a class makes of the file.
     *
     * @param subject the file that names it
     * @throws io.embark.EmbarkException MODEL_UNSUPPORTED for one that makes what Embark does not
     */
    static TokenizerKind kind(String subject, String declared) {
        String name = declared.replaceFirst("Fast$", "");
        if (NOT_BUILT.contains(name)) {
            throw refused(
                    subject,
                    declared,
                    "A tokenizer of this class is built anew from its vocabulary, and Embark does not build it.");
        }
        if (IN_PYTHON.contains(name)) {
            throw refused(
                    subject, declared, "A tokenizer of this class is Python code and does not read tokenizer.json.");
        }
        return BUILT.getOrDefault(name, TokenizerKind.AS_WRITTEN);
    }

    private static RuntimeException refused(String subject, String declared, String why) {
        return ModelProblem.unsupported(
                "%s: tokenizer_class is '%s'".formatted(subject, ModelProblem.show(declared)),
                why,
                "Choose a model with another tokenizer.");
    }
}
