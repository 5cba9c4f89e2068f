/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.job.table;

import io.embark.spark.version.Scala;
import io.embark.spark.version.SparkVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.UserDefinedExpression;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.util.CharVarcharCodegenUtils;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation;
import org.apache.spark.sql.functions;
import scala.Option;

/**
 * Rows of one table, held at a version by {@link TablePin}, whose format tells how they changed: the same columns, chosen by the
 * same conditions, of the rows that came and went.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TableFeed {
    /** The column that is true of a row that came, or is what another one became; false of one that went, or was before. */
    public static final String CAME = "embark_came";

    /** The column that is greater the later a row came or went; the same for all of one commit. */
    public static final String COMMIT = "embark_commit";

    private static final Set<String> CAMES = Set.of("insert", "update_postimage", "update_after");

    private final Dataset<Row> rows;
    private final LogicalPlan leaf;
    private final ChangeFeed feed;
    private final TableVersion version;

    private TableFeed(Dataset<Row> rows, LogicalPlan leaf, ChangeFeed feed, TableVersion version) {
        this.rows = rows;
        this.leaf = leaf;
        this.feed = feed;
        this.version = version;
    }

    /** The feed of rows that are held at a version; none if no format of theirs has one. */
    public static Answer<TableFeed> of(Dataset<Row> rows) {
        LogicalPlan plan = rows.queryExecution().analyzed();
        List<LogicalPlan> leaves = Scala.list(plan.collectLeaves());
        Optional<ChangeFeed> feed = leaves.size() == 1 ? feed(rows, leaves.get(0)) : Optional.empty();
        if (feed.isEmpty()) {
            return Answer.none("");
        }
        if (!isSparksOwn(plan)) {
            return Answer.none("a function that is not Spark's own may give other rows than it did");
        }
        return feed.get()
                .version()
                .map(version -> Answer.of(new TableFeed(rows, leaves.get(0), feed.get(), version)))
                .orElseGet(() -> Answer.none("its log does not have the version that is read"));
    }

    private static Optional<ChangeFeed> feed(Dataset<Row> rows, LogicalPlan leaf) {
        if (leaf instanceof LogicalRelation files) {
            return DeltaFeed.of(files);
        }
        return leaf instanceof DataSourceV2Relation named
                ? IcebergFeed.of(rows.sparkSession(), named)
                : Optional.empty();
    }

    /** A function of somebody else's may be another one tomorrow, under the same name. */
    private static boolean isSparksOwn(LogicalPlan plan) {
        return Scala.list(plan.expressions()).stream().allMatch(TableFeed::isSparksOwn)
                && Scala.list(plan.children()).stream().allMatch(TableFeed::isSparksOwn);
    }

    private static boolean isSparksOwn(Expression expression) {
        boolean isPadding =
                expression instanceof StaticInvoke call && call.staticObject() == CharVarcharCodegenUtils.class;
        boolean isCall = expression.getClass().getName().startsWith(StaticInvoke.class.getPackageName())
                || expression.getClass().getSimpleName().equals("ApplyFunctionExpression");
        return !(expression instanceof UserDefinedExpression)
                && (isPadding || !isCall)
                && Scala.list(expression.children()).stream().allMatch(TableFeed::isSparksOwn);
    }

    /** The version that is read. */
    public TableVersion version() {
        return version;
    }

    /**
     * What changed between another version and this one, with {@link #CAME} and {@link #COMMIT} beside the columns. Whether all of it
     * is still there shows when it is read.
     *
     * @return none if the other is no earlier version of the same table, or its format knows that it cannot tell
     */
    public Answer<Dataset<Row>> since(TableVersion before) {
        if (!before.isOfTheSameTable(version)) {
            return Answer.none("it is another table than the one that the output is of");
        }
        if (!before.columns().equals(version.columns())) {
            return Answer.none("its columns are others than those that the output is of");
        }
        if (before.equals(version)) {
            return Answer.of(rows.where(functions.lit(false))
                    .withColumn(CAME, functions.lit(true))
                    .withColumn(COMMIT, functions.lit(0L)));
        }
        return feed.since(before).then(changes -> {
            List<String> names = List.of(changes.columns());
            if (names.stream().map(Columns::lower).distinct().count() < names.size()) {
                return Answer.none("a column of its is called as one of its changes");
            }
            return chosen(changes.withColumn(
                            CAME, functions.lower(Columns.named(feed.kind())).isin(CAMES.toArray()))
                    .withColumn(COMMIT, Columns.named(feed.commit()).cast("long")));
        });
    }

    /** Changes of the table as changes of the rows that are chosen of it. */
    private Answer<Dataset<Row>> chosen(Dataset<Row> changes) {
        LogicalPlan plan = changes.queryExecution().analyzed();
        Map<String, Attribute> found = Scala.list(plan.output()).stream()
                .collect(Collectors.toMap(column -> column.name(), Function.identity(), (a, b) -> a));
        List<NamedExpression> columns = new ArrayList<>();
        for (Attribute column : Scala.list(leaf.output())) {
            Attribute same = found.get(column.name());
            if (same == null || !same.dataType().sameType(column.dataType())) {
                return Answer.none("its changes have no column %s of its type".formatted(column.name()));
            }
            columns.add(new Alias(
                    same,
                    column.name(),
                    column.exprId(),
                    column.qualifier(),
                    Option.apply(column.metadata()),
                    Scala.seq(List.of())));
        }
        List<NamedExpression> kept = List.of(found.get(CAME), found.get(COMMIT));
        columns.addAll(kept);
        LogicalPlan read = new Project(Scala.seq(columns), plan);
        LogicalPlan chosen = rows.queryExecution().analyzed().transformUp(Scala.partial(node -> {
            if (node.fastEquals(leaf)) {
                return read;
            }
            if (node instanceof Project project) {
                List<NamedExpression> all = new ArrayList<>(Scala.list(project.projectList()));
                all.addAll(kept);
                return new Project(Scala.seq(all), project.child());
            }
            return node;
        }));
        return Answer.of(SparkVersion.rows(rows.sparkSession(), chosen));
    }
}
