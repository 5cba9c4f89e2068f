# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the keys that the oracle's source knows, which KnownKeysTest looks for in Embark's lists.

A key of config.json is a field of the configuration's class, another name of one, what its constructor takes out of its
arguments, or what the network's source asks the configuration for.
"""

import inspect
import json
import re
import sys
from dataclasses import fields
from pathlib import Path

from peft import LoraConfig
from sentence_transformers.base.modules import Dense, Normalize, Router, Transformer
from sentence_transformers.sentence_transformer.modules import Dropout, LayerNorm, Pooling
from transformers import CONFIG_MAPPING, MODEL_MAPPING, PretrainedConfig
from transformers.configuration_utils import PreTrainedConfig
from transformers.generation.configuration_utils import GenerationConfig
from transformers.modeling_rope_utils import RotaryEmbeddingConfigMixin

RESOURCES = Path(__file__).parent.parent / "resources" / "io" / "embark"
TARGET = RESOURCES / "keys" / "fields.json"
TAKEN = re.compile(r"kwargs\.(?:pop|get|setdefault)\(\s*\"(\w+)\"")
ASKED = re.compile(r"\bconfig\.([a-z]\w*)|getattr\((?:self\.)?config, \"([a-z]\w*)\"")
# Names of methods, of what is computed from other keys, and of configurations of other kinds of networks.
NO_KEYS = {"get_text_config", "sub_configs", "text_config", "vision_config", "image_token_id", "mm_tokens_per_image"}


def model_types():
    """Those of the fixtures, as far as transformers itself has them, and those that have a fixture by another name only."""
    types = {"gte", "mt5"}
    for file in sorted((RESOURCES / "families").glob("*/config.json")):
        types.add(json.loads(file.read_text()).get("model_type"))
    return sorted(each for each in types if each in CONFIG_MAPPING)


def common():
    """What every configuration takes."""
    keys = {field.name for field in fields(PretrainedConfig)}
    keys |= set(TAKEN.findall(inspect.getsource(PreTrainedConfig.__post_init__)))
    return sorted(keys | set(GenerationConfig._get_default_generation_params()))


def network(model_type):
    """What a configuration and a network of a type ask for beyond that."""
    config = CONFIG_MAPPING[model_type]
    keys = {field.name for field in fields(config)} | set(config.attribute_map)
    for each in config.__mro__:
        if each.__module__.startswith("transformers.models."):
            keys |= set(TAKEN.findall(inspect.getsource(each)))
    if "rope_parameters" in keys:
        keys |= set(TAKEN.findall(inspect.getsource(RotaryEmbeddingConfigMixin)))
    source = inspect.getsource(sys.modules[MODEL_MAPPING[config].__module__])
    asked = {first or second for first, second in ASKED.findall(source)}
    computed = {name for name, value in inspect.getmembers(config) if callable(value) or isinstance(value, property)}
    fixed = {"base_config_key", "model_type"}
    return sorted((keys | asked) - computed - NO_KEYS - fixed | (keys & computed) - set(common()))


def module(each):
    """The keys of a module's file: what it saves, and what its constructor takes."""
    parameters = set(inspect.signature(each.__init__).parameters) - {"self", "args", "kwargs"}
    renamed = getattr(each, "config_key_renames", {})
    return sorted((parameters | set(each.config_keys) | set(renamed)) - {"model_name_or_path", "sub_modules"})


def main():
    content = {
        "config.json": {"": common()} | {each: network(each) for each in model_types()},
        "modules": {
            each.__name__: module(each) for each in (Transformer, Pooling, Dense, Normalize, LayerNorm, Dropout, Router)
        },
    }
    content["adapter_config.json"] = {"LORA": sorted(field.name for field in fields(LoraConfig))}
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
