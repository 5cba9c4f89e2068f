# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Rows for the proof of Milvus, and what its own client finds there.

    milvus_rows.py rows GLOSSES COUNT FILE              makes COUNT rows of glosses
    milvus_rows.py same URI COLLECTION PARQUET COUNT    holds a collection against what was written as Parquet
    milvus_rows.py count URI COLLECTION                 prints how many it has
"""

import json
import logging
import sys
from glob import glob

import numpy as np
import pyarrow.parquet as pq
from pymilvus import MilvusClient


def rows(glosses, count, file):
    with open(glosses, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines][:300]
    with open(file, "w", encoding="utf-8") as out:
        for i in range(int(count)):
            # Equal texts stand side by side, so that each is embedded about once.
            row = {"id": i, "text": texts[i * len(texts) // int(count)], "even": i % 2 == 0, "tags": ["t", str(i)]}
            if i % 7 == 0:
                row["rank"] = i / 7
            out.write(json.dumps(row) + "\n")


def same(uri, collection, parquet, count):
    wanted = pq.read_table(sorted(glob(parquet + "/*.parquet"))).to_pandas().set_index("id")
    client = MilvusClient(uri=uri)
    found = {}
    iterator = client.query_iterator(
        collection_name=collection, filter="", output_fields=["*"], batch_size=1000, consistency_level="Strong"
    )
    while batch := iterator.next():
        for row in batch:
            assert row["id"] not in found, f"key {row['id']} stands there twice"
            found[row["id"]] = row
    assert len(found) == len(wanted) == int(count), (len(found), len(wanted))
    for key, row in found.items():
        expected = wanted.loc[key]
        vector = np.asarray(row["embedding"], dtype=np.float32)
        assert vector.tobytes() == np.asarray(expected["embedding"], dtype=np.float32).tobytes(), key
        assert row["text"] == expected["text"], key
        assert row["even"] == expected["even"], key
        assert list(row["tags"]) == list(expected["tags"]), key
        rank = expected["rank"]
        assert (row["rank"] is None) if np.isnan(rank) else row["rank"] == rank, key
    query = wanted.iloc[17]
    hits = client.search(collection, data=[query["embedding"].tolist()], limit=1, output_fields=["text"])
    assert hits[0][0]["entity"]["text"] == query["text"], hits


def count(uri, collection):
    client = MilvusClient(uri=uri)
    if not client.has_collection(collection):
        return 0
    return client.query(collection, filter="", output_fields=["count(*)"])[0]["count(*)"]


def main(command, *arguments):
    result = {"rows": rows, "same": same, "count": count}[command](*arguments)
    if result is not None:
        print(result)


if __name__ == "__main__":
    # Milvus Lite tells no time of its own, which the client warns of at each look.
    logging.disable(logging.WARNING)
    main(*sys.argv[1:])
