# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""jina-embeddings-v3: XLM-RoBERTa with rotary positions, as transformers 5 saves it, and by its own names."""

from safetensors.torch import load_file, save_file
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import JinaEmbeddingsV3Config, JinaEmbeddingsV3Model, XLMRobertaTokenizer

import vocabularies
import weights
from fixture import Fixture, edit_json, save_model

SPREAD = ((r"(q_proj|k_proj)\.weight", weights.SHARP), (r"token_type_embeddings", 0.7))


def save(folder, name="jina-embeddings-v3", **more):
    vocabulary = vocabularies.unigram(["<s>", "<pad>", "</s>", "<unk>"], ["<mask>"], size=300)
    tokenizer = XLMRobertaTokenizer(vocab=vocabulary, model_max_length=64)
    config = JinaEmbeddingsV3Config(
        vocab_size=len(tokenizer),
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=128,
        **more,
    )
    save_model(
        folder,
        weights.fill(JinaEmbeddingsV3Model(config), name, SPREAD),
        tokenizer,
        [Pooling(24, "mean"), Normalize()],
        prompts={"retrieval.query": "Represent the query for retrieving evidence documents: "},
    )


def save_by_own_names(folder):
    """transformers reads the names that its model has too, though it saves others."""
    save(folder, "jina-embeddings-v3-own-names", rope_parameters={"rope_type": "default", "rope_theta": 300.0})
    file = folder / "model.safetensors"
    tensors = {}
    for name, tensor in load_file(file).items():
        for hub, own in NAMES.items():
            name = name.replace(hub, own)
        parts = tensor.chunk(3) if "qkv" in name else [tensor]
        for part, kind in zip(parts, "qkv"):
            tensors[name.replace("qkv", f"{kind}_proj")] = part.clone()
    save_file(tensors, file, {"format": "pt"})

    def change(config):
        config.pop("rope_parameters")
        return dict(sorted((config | {"rope_theta": 300.0}).items()))

    edit_json(folder / "config.json", change)


NAMES = {
    "emb_ln": "embeddings.LayerNorm",
    "encoder.layers": "layers",
    "mixer.out_proj": "self_attn.o_proj",
    "mixer.Wqkv": "self_attn.qkv",
    "norm1": "post_attention_layernorm",
    "norm2": "post_mlp_layernorm",
}
POOLER = r"^pooler\."
CASES = {"plain": {}, "query": {"prompt-name": "retrieval.query"}}
FIXTURES = [
    Fixture(
        "jina-embeddings-v3",
        save,
        CASES,
        (POOLER,),
        settings={"rope_parameters.rope_theta": 1000.0, "hidden_act": "relu", "layer_norm_eps": 0.01},
    ),
    Fixture("jina-embeddings-v3-own-names", save_by_own_names, idle=(POOLER,), settings={"rope_theta": 10000.0}),
]
