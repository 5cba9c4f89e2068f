# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Rows for the proof of PostgreSQL, and what psycopg finds there. The password is that of PGPASSWORD.

    postgresql_rows.py rows GLOSSES COUNT FILE             makes COUNT rows of glosses
    postgresql_rows.py same PORT TABLE TYPE PARQUET COUNT  holds a table against what was written as Parquet
    postgresql_rows.py wait PORT TABLE COUNT               waits until a table has COUNT rows
    postgresql_rows.py count PORT TABLE                    prints how many it has
    postgresql_rows.py run PORT STATEMENT                  runs a statement
"""

import json
import sys
import time
from glob import glob

import numpy as np
import psycopg
import pyarrow.parquet as pq


def connect(port):
    return psycopg.connect(host="127.0.0.1", port=int(port), user="embark", dbname="postgres", autocommit=True)


def rows(glosses, count, file):
    with open(glosses, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines][:250]
    with open(file, "w", encoding="utf-8") as out:
        for i in range(int(count)):
            # Equal texts stand side by side, so that each is embedded about once.
            row = {"id": i, "text": texts[i * len(texts) // int(count)], "even": i % 2 == 0, "tags": ["t", str(i)]}
            out.write(json.dumps(row) + "\n")


def vector(value, kind):
    """The components as float32: pgvector's types come as text, which says each number of 32 bits exactly."""
    numbers = value[1:-1].split(",") if kind in ("vector", "halfvec") else value
    return np.asarray(numbers, dtype=np.float32)


def same(port, table, kind, parquet, count):
    wanted = pq.read_table(sorted(glob(parquet + "/*.parquet"))).to_pandas().set_index("id")
    found = {}
    with connect(port) as server, server.cursor(binary=kind not in ("vector", "halfvec")) as cursor:
        for key, text, even, tags, embedding in cursor.execute(f"SELECT id, text, even, tags, embedding FROM {table}"):
            assert key not in found, f"key {key} stands there twice"
            found[key] = (text, even, tags, embedding)
    assert len(found) == len(wanted) == int(count), (len(found), len(wanted))
    for key, (text, even, tags, embedding) in found.items():
        expected = wanted.loc[key]
        exact = np.asarray(expected["embedding"], dtype=np.float32)
        if kind == "halfvec":
            exact = exact.astype(np.float16).astype(np.float32)
        assert vector(embedding, kind).tobytes() == exact.tobytes(), key
        assert text == expected["text"], key
        assert even == expected["even"], key
        assert tags == list(expected["tags"]), key


def count(port, table):
    with connect(port) as server:
        if server.execute("SELECT to_regclass(%s)", [table]).fetchone()[0] is None:
            return 0
        return server.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def wait(port, table, least):
    for _ in range(2400):
        try:
            if count(port, table) >= int(least):
                return
        except psycopg.OperationalError as not_yet:
            print(not_yet, file=sys.stderr)
        time.sleep(0.05)
    raise AssertionError(f"{table} has not {least} rows after two minutes")


def run(port, statement):
    with connect(port) as server:
        server.execute(statement)


def main(command, *arguments):
    result = {"rows": rows, "same": same, "wait": wait, "count": count, "run": run}[command](*arguments)
    if result is not None:
        print(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
