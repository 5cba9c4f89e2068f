# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""embed in a session that has the jars, as a notebook has, and learns the functions while it runs."""

import unittest
from glob import glob

import manual
from embed_calls import EmbedCalls
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


class RegisteredTest(EmbedCalls, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spark = SparkSession.builder.config("spark.jars", ",".join(glob("target/dist/*.jar"))).getOrCreate()
        try:
            cls.spark.range(1).select(F.expr("embed('bread')"))
            raise AssertionError("embed is known before it is registered")
        except AnalysisException as unknown:
            assert unknown.getErrorClass() == "UNRESOLVED_ROUTINE", unknown
        manual.run(manual.REGISTER, {"spark": cls.spark})


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
