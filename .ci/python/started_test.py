# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""embed in a session that a program starts by the lines of the manual."""

import unittest

import manual
from embed_calls import EmbedCalls


class StartedTest(EmbedCalls, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        names = {}
        manual.run(manual.START, names)
        cls.spark = names["spark"]


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
