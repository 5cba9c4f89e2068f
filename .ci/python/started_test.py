"""embed in a session that a program starts by the lines of README.md."""

import unittest

import readme
from embed_calls import EmbedCalls


class StartedTest(EmbedCalls, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        names = {}
        readme.run(readme.START, names)
        cls.spark = names["spark"]


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
