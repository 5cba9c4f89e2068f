/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.spark.call.EmbedExpression;
import io.embark.spark.exec.EmbedStrategy;
import io.embark.spark.version.Scala;
import java.util.List;
import org.apache.commons.lang3.SerializationUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.analysis.SimpleFunctionRegistry;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session that was started without the extension, as PySpark starts its own: by Spark's constructor, not its builder. */
class RegisterTest {
    @RegisterExtension
    static final TinyModel model = TinyModel.registered();

    private final SparkSession plain = new SparkSession(SharedSpark.session().sparkContext());

    @AfterEach
    void leaveNoSessionActive() {
        SparkSession.clearActiveSession();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallInASessionThatDoesNotKnowItSaysWhatIsMissing(boolean generated) {
        plain.conf().set("spark.sql.codegen.wholeStage", generated);
        plain.conf().set("spark.sql.codegen.factoryMode", generated ? "CODEGEN_ONLY" : "NO_CODEGEN");
        Dataset<Row> embedded = texts().select(model.embed("text"));

        assertThatThrownBy(embedded::collectAsList).hasStackTraceContaining("""
                        : nothing in this session's plans runs it
                        Embark's extension takes every call out of a plan before it runs, and this session was started \
                        without it.
                        Start Spark with spark.sql.extensions=io.embark.spark.EmbarkExtensions, or call \
                        EmbarkExtensions.register(spark) before the query.
                        """.strip());
    }

    /** As the constraints of a table format, which take expressions from a query and evaluate them themselves. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallOutsideAPlanSaysThatAndWhatToWriteInstead(boolean extended) throws Exception {
        SparkSession session = extended ? SharedSpark.session() : plain;
        session.range(1).schema();
        SparkSession.setActiveSession(session);
        Expression parsed =
                new EmbedBuilder("embed").apply(Scala.seq(List.of(new BoundReference(0, DataTypes.StringType, true))));
        EmbedExpression sent = SerializationUtils.clone(
                ((EmbedExpression) parsed).of(parsed.children().head()));
        SparkSession.setActiveSession(plain);

        assertThatThrownBy(() -> sent.eval(null))
                .isInstanceOf(EmbarkException.class)
                .hasMessage(extended ? """
                                embed(...): is evaluated outside the plan of a query
                                Embark embeds in the plans of queries, many texts at a time. This call stands where a table \
                                format evaluates expressions row by row: in a CHECK constraint, a generated or default column, \
                                or an action of a MERGE.
                                Put embed in the query: in the source of the MERGE, or in the SELECT that writes a column of \
                                vectors. Drop a constraint that calls it; one over that column, as size(embedding) = 384, needs \
                                no model.""" : """
                                embed(...): nothing in this session's plans runs it
                                Embark's extension takes every call out of a plan before it runs, and this session was started \
                                without it.
                                Start Spark with spark.sql.extensions=io.embark.spark.EmbarkExtensions, or call \
                                EmbarkExtensions.register(spark) before the query.""");
    }

    @Test
    void whatIsMissingIsAProblemOfTheQuery() {
        EmbedExpression call = (EmbedExpression) model.embed("text").expr();

        assertThatThrownBy(() -> call.eval(null))
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_UNSUPPORTED));
    }

    @Test
    void oneLineMakesASessionKnowThem() {
        EmbarkExtensions.register(plain);
        String path = model.options().get(EmbedOptions.MODEL);
        texts().createOrReplaceTempView("phrases");
        Dataset<Row> embedded = plain.sql(
                "SELECT text, embed(text, '%s') FROM phrases WHERE embed(text, '%s')[0] IS NOT NULL AND id < 7"
                        .formatted(path, path));
        List<Row> rows = embedded.collectAsList();

        assertThat(rows).hasSize(7);
        assertThat(Plans.callsLeft(embedded)).isZero();
        for (Row row : rows) {
            model.assertVector(Plans.vector(row, 1), row.getString(0));
        }
    }

    @Test
    void registeringTwiceChangesNothing() {
        EmbarkExtensions.register(plain);
        int optimizations = plain.experimental().extraOptimizations().size();
        EmbarkExtensions.register(plain);

        assertThat(plain.experimental().extraOptimizations().size())
                .isEqualTo(optimizations)
                .isPositive();
        assertThat(plain.experimental().extraStrategies().size()).isEqualTo(1);
    }

    @Test
    void registeringKeepsWhatOthersAdded() {
        EmbedStrategy other = new EmbedStrategy();
        plain.experimental().extraStrategies_$eq(Scala.seq(List.of(other)));
        EmbarkExtensions.register(plain);

        assertThat(Scala.list(plain.experimental().extraStrategies()))
                .hasSize(2)
                .contains(other);
    }

    @Test
    void registeringWhereTheExtensionIsInChangesNothing() {
        SparkSession shared = SharedSpark.session();
        EmbarkExtensions.register(shared);

        assertThat(shared.experimental().extraOptimizations().isEmpty()).isTrue();
        assertThat(shared.experimental().extraStrategies().isEmpty()).isTrue();
        assertThatThrownBy(() -> EmbarkExtensions.register(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("session is null");
    }

    /** Sessions are made of Spark's own registry: there once, a function needs no second way in. */
    @Test
    void noDoorRegistersAFunctionASecondTime() {
        try (CapturedLog log = CapturedLog.of(SimpleFunctionRegistry.class)) {
            SparkSession another = SharedSpark.session().newSession();
            new EmbarkExtensions().apply(new SparkSessionExtensions());
            EmbarkExtensions.register(another);
            EmbarkExtensions.register(plain);
            EmbarkExtensions.register(plain);

            assertThat(another.catalog().functionExists("embed")).isTrue();
            assertThat(log.lines("replaced")).isEmpty();
        }
    }

    private Dataset<Row> texts() {
        return plain.range(0, 20, 1, 2).selectExpr("id", "concat('the cat ', id % 3) AS text");
    }
}
