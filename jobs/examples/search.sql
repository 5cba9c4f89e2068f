-- Copyright the Embark authors
-- SPDX-License-Identifier: Apache-2.0
-- Embeds a table of glosses once and looks for those that are nearest to a question. From the root of the repository, once
-- jobs/quickstart has built Embark, with the spark-sql of a Spark 3.5:
--
--   spark-sql --driver-memory 2g --conf spark.sql.extensions=io.embark.spark.EmbarkExtensions \
--     --jars "$(echo target/dist/*.jar | tr ' ' ,)" -f jobs/examples/search.sql

CREATE OR REPLACE TEMPORARY VIEW glosses USING json OPTIONS (path 'jobs/sample/glosses.jsonl');

CACHE TABLE embedded AS
SELECT word, text, embed(text) AS embedding FROM glosses WHERE id LIKE 'noun-%' LIMIT 500;

SELECT word, text, vector_cosine_similarity(embedding, embed('leaving politely')) AS score
FROM embedded
ORDER BY score DESC
LIMIT 5;
