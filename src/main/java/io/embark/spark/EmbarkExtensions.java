package io.embark.spark;

import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Teaches a session the functions of Embark and the plan of {@code embed}. Sessions that Java or Scala builds find it by its
 * service file; others name this class in {@code spark.sql.extensions}.
 */
public final class EmbarkExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit>
        implements SparkSessionExtensionsProvider {
    /** Called by Spark. */
    public EmbarkExtensions() {}

    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        SqlFunctions.all().forEach(extensions::injectFunction);
        extensions.injectOptimizerRule(session -> new NullChecks());
        extensions.injectPreCBORule(session -> new ExtractEmbed());
        extensions.injectPlannerStrategy(session -> new EmbedStrategy());
        return BoxedUnit.UNIT;
    }
}
