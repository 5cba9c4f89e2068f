# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
"""One refresh a night from Airflow, by spark-submit on the connection "spark_default".

Put the jars that the manual's page about clusters names, and a configuration file such as conf/nightly-delta.conf, where the
driver finds them. Exit codes: 1 the run failed and is tried again, which goes on where it was; 2 the request is wrong; 3 more
rows failed than allowed. Secrets come from the environment of the driver, never from here. Parsed by Airflow 2.10.5 with its
provider for Spark 4.11.3.
"""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

EMBARK = "/opt/embark"

with DAG(
    dag_id="embark_nightly",
    description="Embeds what is new or changed in the articles.",
    schedule="17 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    # One output has one run at a time.
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=5)},
    tags=["embeddings"],
):
    SparkSubmitOperator(
        task_id="refresh",
        conn_id="spark_default",
        name="embark-nightly",
        application=f"{EMBARK}/embark.jar",
        java_class="io.embark.job.Main",
        jars=f"{EMBARK}/pytorch-native.jar,{EMBARK}/model.jar",
        packages="io.delta:delta-spark_2.12:3.3.2",
        conf={"spark.plugins": "io.embark.spark.EmbarkPlugin"},
        application_args=["embed", "--config", f"{EMBARK}/conf/nightly-delta.conf"],
    )
