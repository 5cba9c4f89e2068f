"""Writes encodings.json beside it: vectors and the codes that Sentence Transformers gives them.

python encodings.py, with sentence-transformers 6.2.0, numpy 2.4.6, torch 2.7.1, Python 3.11
"""
import json
from pathlib import Path

import numpy as np
from sentence_transformers.util.quantization import quantize_embeddings

random = np.random.default_rng(5)
F = np.float32


def case(name, vectors, low, high):
    vectors, ranges = np.asarray(vectors, F), np.asarray([low, high], F)
    codes = {p: quantize_embeddings(vectors, p, ranges=ranges).tolist() for p in ("int8", "uint8", "binary", "ubinary")}
    return {"name": name, "min": ranges[0].tolist(), "max": ranges[1].tolist(), "vectors": vectors.tolist(), **codes}


unit = random.normal(size=(24, 20)).astype(F)
unit /= np.linalg.norm(unit, axis=1, keepdims=True)
odd = random.normal(size=(12, 13)).astype(F)
big = np.finfo(F).max
extreme = [[0, -0.0, 1e-45, -1e-45, big, -big, 1, -1, 0.5]] * 2
start, end = F(-0.137), F(0.291)
edge = (start + np.arange(256, dtype=F) * ((end - start) / F(255))).astype(F)
cases = [
    case("ranges of the vectors themselves", unit, unit.min(axis=0), unit.max(axis=0)),
    case("values outside the ranges", odd, [-0.5] * 13, [0.25] * 13),
    case("extremes", extreme, [-1, 0, 0, 0, -1, -big, 1, -1, 0.5], [1, 0, 1, 1, 1, big, 1, -1, 1]),
    case("at the edges of codes", [edge, np.nextafter(edge, F(9)), np.nextafter(edge, F(-9))], [start] * 256, [end] * 256),
    case("one component", [[0.3], [-0.3], [0]], [-0.3], [0.3]),
]
Path(__file__).with_suffix(".json").write_text("[\n%s\n]\n" % ",\n".join(json.dumps(c) for c in cases))
