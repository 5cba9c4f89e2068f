# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""embed in a program that spark-submit starts with the jars and the extension."""

import unittest

import manual
from embed_calls import BODIES, DIMENSION, EmbedCalls
from pyspark.ml.clustering import KMeans
from pyspark.ml.functions import array_to_vector
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


class SubmittedTest(EmbedCalls, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spark = SparkSession.builder.getOrCreate()

    def of_a_stream(self, handle, *columns):
        table = self.job_table()
        stream = self.spark.readStream.schema(table.schema).json(table.inputFiles()[0].rsplit("/", 1)[0])
        query = stream.select("*", *columns).writeStream.foreachBatch(handle).trigger(availableNow=True).start()
        self.assertTrue(query.awaitTermination(120))

    def test_a_stream_has_the_vectors_of_the_job(self):
        def keep(batch, number):
            batch.write.mode("append").saveAsTable("streamed")

        self.addCleanup(self.spark.sql, "DROP TABLE IF EXISTS streamed")
        self.of_a_stream(keep, F.call_function("embed", "text").alias("vector"))
        self.assert_those_of_the_job(self.spark.table("streamed"))

    def test_a_batch_of_a_stream_is_embedded_as_a_table(self):
        def embed(batch, number):
            batch.withColumn("vector", F.expr("embed(text)")).write.mode("append").saveAsTable("in_batches")

        self.addCleanup(self.spark.sql, "DROP TABLE IF EXISTS in_batches")
        self.of_a_stream(embed)
        self.assert_those_of_the_job(self.spark.table("in_batches"))

    def test_a_python_function_is_told_the_file_of_each_row(self):
        files = {row.id: row.file for row in self.job_table().withColumn("file", F.input_file_name()).collect()}
        file = F.udf(lambda name: name)(F.input_file_name())
        table = self.job_table().withColumn("vector", F.expr("embed(text)")).withColumn("file", file)
        self.assertEqual({row.id: row.file for row in table.collect()}, files)
        self.assertNotIn("", files.values())

    def test_vectors_become_those_of_ml(self):
        features = array_to_vector(F.call_function("embed", "body")).alias("features")
        table = self.articles().select("body", features).cache()
        clusters = KMeans(k=len(BODIES), seed=1).fit(table).transform(table).collect()
        self.assertEqual({row.features.size for row in clusters}, {DIMENSION})
        self.assertEqual({row.prediction for row in clusters}, set(range(len(BODIES))))

    def test_the_refresh_of_the_manual_embeds_what_is_new(self):
        self.addCleanup(self.spark.sql, "DROP TABLE IF EXISTS articles_nightly")
        articles = self.articles().withColumn("id", F.xxhash64("body"))
        names = {"spark": self.spark, "articles": articles.limit(2)}
        manual.run(manual.REFRESH, names)
        self.assertEqual((names["refreshed"].added(), names["refreshed"].embedded()), (2, 2))
        names["articles"] = articles
        manual.run(manual.REFRESH, names)
        refreshed = names["refreshed"]
        self.assertEqual((refreshed.added(), refreshed.unchanged(), refreshed.embedded()), (1, 2, 1))
        kept = self.spark.table("articles_nightly").withColumn("vector", F.expr("embed(body)")).collect()
        self.assertEqual(len(kept), len(BODIES))
        self.assert_vectors([row.vector for row in kept], [row.embedding for row in kept])

    def test_the_stage_of_the_manual_makes_features(self):
        names = {"spark": self.spark, "articles": self.articles()}
        manual.run(manual.FEATURES, names)
        table = names["features"].withColumn("vector", F.call_function("embed", "body")).cache()
        rows = table.collect()
        self.assert_vectors([row.features.toArray() for row in rows], [row.vector for row in rows])
        clusters = KMeans(k=len(BODIES), seed=1).fit(table).transform(table).collect()
        self.assertEqual({row.prediction for row in clusters}, set(range(len(BODIES))))


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
