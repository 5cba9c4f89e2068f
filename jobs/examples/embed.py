# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
r"""Embeds a table of glosses and searches it, cell by cell as in a notebook.

From the root of the repository, once jobs/quickstart has built Embark, with a PySpark 3.5:

    spark-submit --conf spark.sql.extensions=io.embark.spark.EmbarkExtensions \
      --jars "$(echo target/dist/*.jar | tr ' ' ,)" jobs/examples/embed.py
"""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.appName("embed").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")

# A part of the sample, so that this takes seconds.
glosses = spark.read.json("jobs/sample/glosses.jsonl").filter("id LIKE 'noun-%'").limit(500)

# Each text is embedded once, when the table is written.
with_vectors = glosses.withColumn("embedding", F.call_function("embed", "text"))
with_vectors.write.mode("overwrite").parquet("target/examples/embedded")

# Any query can then be compared with the vectors; the query is embedded once, not for each row.
embedded = spark.read.parquet("target/examples/embedded")


def search(query, top=5):
    score = F.call_function("vector_cosine_similarity", "embedding", F.call_function("embed", F.lit(query)))
    return embedded.select(F.round(score, 3).alias("score"), "word", "text").orderBy(F.desc(score)).limit(top)


search("leaving politely").show(truncate=80)
search("something to eat").show(truncate=80)

# The same in SQL: which words mean nearly the same?
embedded.createOrReplaceTempView("embedded")
spark.sql("""
    SELECT round(vector_cosine_similarity(a.embedding, b.embedding), 3) AS score, a.word, b.word AS like_word
    FROM embedded a JOIN embedded b ON a.id < b.id
    ORDER BY score DESC LIMIT 5
""").show()

spark.stop()
