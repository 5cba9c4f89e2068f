# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""embed over Spark Connect, by a session that has no JVM."""

import os
import unittest

import manual
from embed_calls import EmbedCalls


class ConnectTest(EmbedCalls, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        names = {}
        manual.run(manual.CONNECT.replace("sc://localhost:15002", os.environ["EMBARK_REMOTE"]), names)
        cls.spark = names["spark"]

    def test_the_session_has_no_jvm(self):
        self.assertEqual(type(self.spark).__module__, "pyspark.sql.connect.session")


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
