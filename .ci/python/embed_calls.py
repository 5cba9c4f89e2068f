# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""What holds of embed in every session of PySpark, over Spark Connect too."""

import math
import os
import traceback

import manual
from pyspark.errors import AnalysisException
from pyspark.sql import functions as F

# What `jobs/embark embed` made of texts: JSON with the columns id, text, embedding.
JOB_TABLE = os.environ["EMBARK_JOB_TABLE"]
ROWS = 200
DIMENSION = 384
TOLERANCE = 1e-6

ABOUT_VOLCANOES = "Magma rises through the crust and piles up around the vent."
BODIES = ["Knead flour, water and salt, and let the dough rest.", ABOUT_VOLCANOES, "The income tax has been raised."]


def length(vector):
    return math.sqrt(sum(component * component for component in vector))


class EmbedCalls:
    """Tests; a subclass sets `spark`."""

    spark = None

    def job_table(self):
        return self.spark.read.schema("id string, text string, embedding array<double>").json(JOB_TABLE)

    def articles(self):
        return self.spark.createDataFrame([(body,) for body in BODIES], "body string")

    def tearDown(self):
        for option in ("dimensions", "normalise", "normalize"):
            self.spark.sql(f"RESET spark.embark.{option}").collect()

    def assert_vectors(self, vectors, expected):
        self.assertEqual(len(vectors), len(expected))
        for vector, right in zip(vectors, expected):
            self.assertEqual(len(vector), len(right))
            self.assertLessEqual(max(abs(a - b) for a, b in zip(vector, right)), TOLERANCE)

    def assert_those_of_the_job(self, table):
        self.assertEqual(dict(table.dtypes)["vector"], "array<float>")
        rows = table.select("vector", "embedding").collect()
        self.assertEqual(len(rows), ROWS)
        self.assertEqual(len(rows[0].embedding), DIMENSION)
        self.assert_vectors([row.vector for row in rows], [row.embedding for row in rows])

    def assert_refused(self, make_table, problem, reason, remedy):
        with self.assertRaises(AnalysisException) as refused:
            make_table().collect()
        lines = str(refused.exception).splitlines()
        self.assertEqual(lines[0], problem)
        self.assertTrue(lines[1].startswith(reason), lines[1])
        self.assertTrue(lines[2].startswith(remedy), lines[2])
        shown = "".join(traceback.format_exception_only(type(refused.exception), refused.exception))
        self.assertNotIn("\tat ", shown)
        self.assertNotIn("JVM stacktrace", shown)

    def test_call_function_gives_the_vectors_of_the_job(self):
        self.assert_those_of_the_job(self.job_table().withColumn("vector", F.call_function("embed", "text")))

    def test_call_function_takes_a_model(self):
        call = F.call_function("embed", "text", F.lit("all-MiniLM-L6-v2"))
        self.assert_those_of_the_job(self.job_table().withColumn("vector", call))

    def test_call_function_takes_options(self):
        options = F.create_map(F.lit("dimensions"), F.lit("256"), F.lit("normalize"), F.lit("true"))
        call = F.call_function("embed", "text", F.lit(None), options)
        for row in self.job_table().limit(20).withColumn("vector", call).collect():
            whole = length(row.embedding[:256])
            self.assert_vectors([row.vector], [[component / whole for component in row.embedding[:256]]])

    def test_expr_gives_the_vectors_of_the_job(self):
        self.assert_those_of_the_job(self.job_table().withColumn("vector", F.expr("embed(text)")))

    def test_sql_embeds_a_temporary_view(self):
        self.job_table().createOrReplaceTempView("texts")
        self.assert_those_of_the_job(self.spark.sql("SELECT embedding, embed(text) AS vector FROM texts"))

    def test_a_view_of_vectors_is_read_by_name(self):
        self.job_table().withColumn("vector", F.expr("embed(text)")).createOrReplaceTempView("vectors")
        self.assert_those_of_the_job(self.spark.table("vectors"))

    def test_set_chooses_for_the_calls_after_it(self):
        self.spark.sql("SET spark.embark.dimensions = 128").collect()
        shorter = self.articles().select(F.call_function("embed", "body")).first()[0]
        self.spark.sql("RESET spark.embark.dimensions").collect()
        whole = self.articles().select(F.call_function("embed", "body")).first()[0]

        self.assertEqual(len(whole), DIMENSION)
        self.assert_vectors([shorter], [whole[:128]])

    def test_conf_set_chooses_like_sql(self):
        self.spark.conf.set("spark.embark.dimensions", "64")
        self.assertEqual(len(self.articles().select(F.expr("embed(body)")).first()[0]), 64)

    def test_the_rows_of_a_filter_and_a_limit_have_vectors(self):
        table = self.job_table().withColumn("vector", F.call_function("embed", "text"))
        rows = table.filter(F.length("text") > 40).filter(F.size("vector") == DIMENSION).limit(7).collect()
        self.assertEqual(len(rows), 7)
        self.assertTrue(all(len(row.text) > 40 for row in rows))
        self.assert_vectors([row.vector for row in rows], [row.embedding for row in rows])

    def test_null_stays_null_and_blank_texts_have_vectors(self):
        table = self.spark.createDataFrame([(1, None), (2, ""), (3, "bread")], "id int, body string")
        vectors = {row.id: row.v for row in table.withColumn("v", F.call_function("embed", "body")).collect()}
        self.assertIsNone(vectors[1])
        self.assertEqual([len(vectors[id]) for id in (2, 3)], [DIMENSION, DIMENSION])

    def test_vectors_are_compared_by_name(self):
        question = F.call_function("embed", F.lit("how volcanoes form"))
        score = F.call_function("vector_cosine_similarity", F.call_function("embed", "body"), question)
        best = self.articles().withColumn("score", score).orderBy(F.desc("score")).first()
        self.assertEqual(best.body, ABOUT_VOLCANOES)

    def test_an_unknown_option_is_refused(self):
        self.assert_refused(
            lambda: self.articles().select(F.expr("embed(body, null, map('dimension', '3'))")),
            "embed(body): option 'dimension' does not exist",
            "The options are model,",
            "Did you mean dimensions?",
        )

    def test_an_unknown_setting_is_refused(self):
        self.spark.sql("SET spark.embark.normalise = true").collect()
        self.assert_refused(
            lambda: self.articles().select(F.call_function("embed", "body")),
            "embed(body): spark.embark.normalise: option 'normalise' does not exist",
            "The options are model,",
            "Did you mean spark.embark.normalize?",
        )

    def test_a_model_that_is_no_constant_is_refused(self):
        self.assert_refused(
            lambda: self.articles().select(F.call_function("embed", "body", F.col("body"))),
            "embed(body): model: body is not a constant",
            "Model and options are chosen once for a query",
            "Write them as literals",
        )

    def test_a_model_that_does_not_exist_is_refused(self):
        self.assert_refused(
            lambda: self.articles().select(F.call_function("embed", "body", F.lit("no-model"))),
            "embed(body): model no-model: no such folder",
            "A model is all-MiniLM-L6-v2, which is bundled, a folder",
            "Name one of these",
        )

    def test_a_column_that_is_no_text_is_refused(self):
        with self.assertRaises(AnalysisException) as refused:
            self.spark.range(1).select(F.call_function("embed", "id")).collect()
        self.assertIn("id is of type BIGINT. Cast it: embed(CAST(id AS STRING))", str(refused.exception))

    def test_the_call_of_the_front_door_of_the_manual_runs(self):
        names = {"articles": self.articles()}
        manual.run(manual.DOOR, names)

        rows = names["embedded"].withColumn("vector", F.expr("embed(body)")).collect()
        self.assertEqual(sorted(row.body for row in rows), sorted(BODIES))
        self.assert_vectors([row.embedding for row in rows], [row.vector for row in rows])

    def test_the_calls_of_the_manual_run(self):
        names = {"spark": self.spark, "articles": self.articles()}
        manual.run(manual.CALLS, names)

        vectors = {row.body: row.embedding for row in names["embedded"].collect()}
        shorter = {row.body: row.embedding for row in names["shorter"].collect()}
        self.assertEqual(sorted(vectors), sorted(BODIES))
        self.assert_vectors([shorter[body] for body in BODIES], [vectors[body][:256] for body in BODIES])
        ranked = names["ranked"].collect()
        self.assertEqual(len(ranked), len(BODIES))
        self.assertEqual(ranked[0].body, ABOUT_VOLCANOES)
