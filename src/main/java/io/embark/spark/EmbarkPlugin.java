/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.base.Redaction;
import io.embark.spark.models.AssignedGpu;
import io.embark.spark.models.DriverModels;
import io.embark.spark.models.ExecutorModels;
import io.embark.spark.models.ModelRequest;
import io.embark.spark.models.PinnedModel;
import io.embark.spark.models.SparkSettings;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Loads the model that {@code spark.embark.*} names when an executor starts, so that its first task finds it, and closes all
 * models when the executor ends. Optional: {@code spark.plugins=io.embark.spark.EmbarkPlugin}.
 */
public final class EmbarkPlugin implements SparkPlugin {
    /** The key of what the driver tells the executors. */
    private static final String MODEL = "model";

    private static final Logger LOG = LoggerFactory.getLogger(EmbarkPlugin.class);

    /** Called by Spark. */
    public EmbarkPlugin() {}

    /** Tells the executors which model that is: only the driver asks a hub, and what it finds holds for all. */
    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Map<String, String> init(SparkContext context, PluginContext unused) {
                return pin(context);
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> fromDriver) {
                AssignedGpu.ofExecutor(context.resources());
                if (fromDriver.containsKey(MODEL)) {
                    load(fromDriver.get(MODEL));
                }
            }

            @Override
            public void shutdown() {
                ExecutorModels.closeAll();
            }
        };
    }

    private static Map<String, String> pin(SparkContext context) {
        try {
            EmbedOptions options =
                    SparkSettings.options(Arrays.stream(context.conf().getAll())
                            .map(entry -> Map.entry(entry._1(), entry._2()))
                            .toList());
            PinnedModel model = DriverModels.of(context).pin(context, options);
            return Map.of(MODEL, serialize(new ModelRequest(model, options)));
        } catch (EmbarkException e) {
            LOG.warn("Executors load no model at their start, their tasks will: {}", e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("Executors load no model at their start, their tasks will: {}", Redaction.trace(e));
        }
        return Map.of();
    }

    /** An executor without a model still runs what does not embed, and its tasks tell better what is wrong. */
    private static void load(String serialized) {
        try {
            ModelRequest request = deserialize(serialized);
            OptionalInt gpu = AssignedGpu.of(Map.of(), request.options());
            ExecutorModels.lease(request, gpu, () -> false).close();
        } catch (EmbarkException e) {
            LOG.warn("No model was loaded at the start of this executor, its tasks will try again: {}", e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            LOG.warn(
                    "No model was loaded at the start of this executor, its tasks will try again: {}",
                    Redaction.trace(e));
        }
    }

    private static String serialize(ModelRequest request) {
        ClassTag<ModelRequest> type = ClassTag$.MODULE$.apply(ModelRequest.class);
        ByteBuffer buffer = SparkEnv.get().closureSerializer().newInstance().serialize(request, type);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static ModelRequest deserialize(String request) {
        ClassTag<ModelRequest> type = ClassTag$.MODULE$.apply(ModelRequest.class);
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(request));
        return SparkEnv.get()
                .closureSerializer()
                .newInstance()
                .deserialize(bytes, EmbarkPlugin.class.getClassLoader(), type);
    }
}
