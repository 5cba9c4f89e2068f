# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the names of all model types that transformers knows, which a refusal tells from those that nobody knows.

Run by regenerate, with the version that requirements.txt pins.
"""

from pathlib import Path

from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

OUT = Path(__file__).parents[2] / "main/resources/io/embark/model/transformers-model-types.txt"

if __name__ == "__main__":
    OUT.write_text("".join(f"{name}\n" for name in sorted(CONFIG_MAPPING_NAMES)))
