# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a table as Parquet, Delta (delta-rs) and Iceberg (pyiceberg), and compares all rows bit for bit."""

import pathlib
import sys

import numpy
import pyarrow.dataset
from deltalake import DeltaTable
from pyiceberg.table import StaticTable


def rows(table):
    table = table.sort_by("id")
    vectors = table["embedding"].combine_chunks()
    return (
        table["id"].to_pylist(),
        table["text"].to_pylist(),
        vectors.flatten().to_numpy().view(numpy.uint32).reshape(len(vectors), -1),
    )


def main(folder):
    place = pathlib.Path(folder)
    parquet = rows(pyarrow.dataset.dataset(place / "parquet", format="parquet").to_table())
    assert parquet[0] == list(range(20_000)), len(parquet[0])
    assert parquet[2].shape == (20_000, 384) and parquet[2].dtype == numpy.uint32

    delta = DeltaTable(str(place / "delta"))
    read = rows(pyarrow.table(delta.to_pyarrow_table()))
    assert read[:2] == parquet[:2] and numpy.array_equal(read[2], parquet[2])
    label = delta.metadata().configuration
    assert label["embark.embedding.fingerprint"] == "f", label
    print(f"delta-rs: {len(read[0]):,} rows, bit for bit, version {delta.version()}, fingerprint in its properties")

    metadata = sorted(
        (place / "iceberg/db/t/metadata").glob("v*.metadata.json"), key=lambda path: int(path.name[1:].split(".")[0])
    )
    iceberg = StaticTable.from_metadata(str(metadata[-1]))
    read = rows(iceberg.scan().to_arrow())
    assert read[:2] == parquet[:2] and numpy.array_equal(read[2], parquet[2])
    assert iceberg.properties["embark.embedding.fingerprint"] == "f", iceberg.properties
    snapshots = len(iceberg.history())
    print(f"pyiceberg: {len(read[0]):,} rows, bit for bit, {snapshots} snapshots, fingerprint in its properties")


main(sys.argv[1])
