/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/**
 * What Spark's configuration says about an executor.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class ExecutorSettings {
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[\\s*([0-9]+|\\*)\\s*(?:,\\s*[0-9]+\\s*)?])?");
    private static final Pattern LOCAL_CLUSTER =
            Pattern.compile("local-cluster\\[\\s*[0-9]+\\s*,\\s*([0-9]+)\\s*,\\s*[0-9]+\\s*]");

    private ExecutorSettings() {}

    /**
     * How many models an executor keeps side by side.
     *
     * @throws EmbarkException {@link ErrorCode#OPTION_INVALID} if the value is no positive number
     */
    static int maxModels(SparkConf conf) {
        Option<Integer> option = SparkSettings.MAX_MODELS;
        String key = SparkSettings.key(option);
        return conf.contains(key) ? SparkSettings.parse(option, conf.get(key)) : option.defaultValue();
    }

    /**
     * The cores that Spark gives an executor.
     *
     * @param conf the application's
     * @param isDriver whether this is the driver, which runs tasks under a local master only
     * @param processors those of the machine, as far as this process may use them
     */
    public static int cores(SparkConf conf, boolean isDriver, int processors) {
        String master = conf.get("spark.master", "local[*]");
        if (isDriver) {
            Matcher local = LOCAL.matcher(master);
            boolean isCounted = local.matches() && !"*".equals(local.group(1));
            return !isCounted ? processors : local.group(1) == null ? 1 : Integer.parseInt(local.group(1));
        }
        if (conf.contains("spark.executor.cores")) {
            return conf.getInt("spark.executor.cores", 1);
        }
        if (master.startsWith("yarn") || master.startsWith("k8s://")) {
            return 1;
        }
        Matcher localCluster = LOCAL_CLUSTER.matcher(master);
        if (localCluster.matches()) {
            return Integer.parseInt(localCluster.group(1));
        }
        // A standalone executor gets all that its worker has, up to the application's share.
        return Math.min(processors, conf.getInt("spark.cores.max", processors));
    }

    /** Those of the cores that tasks can occupy: whole multiples of {@code spark.task.cpus}. */
    static int taskCores(SparkConf conf, int cores) {
        int each = Math.max(1, conf.getInt("spark.task.cpus", 1));
        return Math.max(1, cores / each * each);
    }
}
