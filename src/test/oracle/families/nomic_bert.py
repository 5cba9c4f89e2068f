"""NomicBERT: rotary positions, SwiGLU, no biases; as transformers 5 saves it, and with the keys of the Hub."""

import shutil
import tempfile
from pathlib import Path

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import BertTokenizer, NomicBertConfig, NomicBertModel

import vocabularies
import weights
from families.bert import SPECIAL
from fixture import Fixture, edit_json, save_model

SPREAD = ((r"(q_proj|k_proj)\.weight", weights.SHARP), (r"token_type_embeddings", 0.7))


def save(folder, name="nomic-bert", theta=1000.0):
    vocabulary = vocabularies.wordpiece(SPECIAL)
    config = NomicBertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=128,
        rope_parameters={"rope_type": "default", "rope_theta": theta},
    )
    save_model(
        folder,
        weights.fill(NomicBertModel(config), name, SPREAD),
        BertTokenizer(vocab=vocabulary, model_max_length=64),
        [Pooling(32, "mean"), Normalize()],
        prompts={"query": "search_query: ", "document": "search_document: "},
    )


def save_as_on_the_hub(folder):
    """What nomic-embed-text-v1.5 says in config.json, in the sizes of this folder."""
    save(folder, "nomic-bert-hub", theta=700.0)

    def change(config):
        return {
            "activation_function": "swiglu",
            "architectures": ["NomicBertModel"],
            "attn_pdrop": 0.0,
            "bos_token_id": None,
            "causal": False,
            "dense_seq_output": True,
            "embd_pdrop": 0.0,
            "eos_token_id": None,
            "fused_bias_fc": True,
            "fused_dropout_add_ln": True,
            "initializer_range": 0.02,
            "layer_norm_epsilon": 1e-12,
            "max_trained_positions": 2048,
            "mlp_fc1_bias": False,
            "mlp_fc2_bias": False,
            "model_type": "nomic_bert",
            "n_embd": 32,
            "n_head": 4,
            "n_inner": 48,
            "n_layer": 2,
            "n_positions": 128,
            "pad_vocab_size_multiple": 64,
            "parallel_block": False,
            "parallel_block_tied_norm": False,
            "prenorm": False,
            "qkv_proj_bias": False,
            "reorder_and_upcast_attn": False,
            "resid_pdrop": 0.0,
            "rotary_emb_base": 700.0,
            "rotary_emb_fraction": 1.0,
            "rotary_emb_interleaved": False,
            "rotary_emb_scale_base": None,
            "rotary_scaling_factor": None,
            "scale_attn_by_inverse_layer_idx": False,
            "scale_attn_weights": True,
            "summary_activation": None,
            "summary_first_dropout": 0.0,
            "summary_proj_to_labels": True,
            "summary_type": "cls_index",
            "summary_use_proj": True,
            "torch_dtype": "float32",
            "transformers_version": "4.37.2",
            "type_vocab_size": 2,
            "use_cache": True,
            "use_flash_attn": True,
            "use_rms_norm": False,
            "use_xentropy": True,
            "vocab_size": config["vocab_size"],
        }

    edit_json(folder / "config.json", change)


def open_as_on_the_hub(folder):
    """transformers 5 reads the Hub's tensors, but not all of the Hub's keys: they are told to it in its own."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "copy"
        shutil.copytree(folder, copy)

        def change(config):
            return {
                "architectures": ["NomicBertModel"],
                "model_type": "nomic_bert",
                "vocab_size": config["vocab_size"],
                "hidden_size": config["n_embd"],
                "num_hidden_layers": config["n_layer"],
                "num_attention_heads": config["n_head"],
                "intermediate_size": config["n_inner"],
                "max_position_embeddings": config["n_positions"],
                "layer_norm_eps": config["layer_norm_epsilon"],
                "type_vocab_size": config["type_vocab_size"],
                "rope_parameters": {"rope_type": "default", "rope_theta": config["rotary_emb_base"]},
            }

        edit_json(copy / "config.json", change)
        return SentenceTransformer(str(copy), device="cpu")


CASES = {"plain": {}, "query": {"prompt-name": "query"}}
FIXTURES = [
    Fixture("nomic-bert", save, CASES, settings={"rope_parameters.rope_theta": 10000.0, "hidden_act": "gelu"}),
    Fixture(
        "nomic-bert-hub", save_as_on_the_hub, CASES, settings={"rotary_emb_base": 10000.0}, open=open_as_on_the_hub
    ),
]
