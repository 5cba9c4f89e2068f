package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the model that {@code spark.embark.*} names when an executor starts, so that its first task finds it, and closes all
 * models when the executor ends. Optional: {@code spark.plugins=io.embark.spark.EmbarkPlugin}.
 */
public final class EmbarkPlugin implements SparkPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(EmbarkPlugin.class);

    /** Called by Spark. */
    public EmbarkPlugin() {}

    /** Null: there is nothing to do on the driver. */
    @Override
    public DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> unused) {
                load(context.conf());
            }

            @Override
            public void shutdown() {
                ExecutorModels.closeAll();
            }
        };
    }

    /** An executor without a model still runs what does not embed, and its tasks tell better what is wrong. */
    private static void load(SparkConf conf) {
        try {
            EmbedOptions options = SparkSettings.options(Arrays.stream(conf.getAll())
                    .map(entry -> Map.entry(entry._1(), entry._2()))
                    .toList());
            ExecutorModels.lease(options, () -> false).close();
        } catch (EmbarkException e) {
            LOG.warn("No model was loaded at the start of this executor, its tasks will try again: {}", e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("No model was loaded at the start of this executor, its tasks will try again", e);
        }
    }
}
