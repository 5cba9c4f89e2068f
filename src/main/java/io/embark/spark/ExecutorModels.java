package io.embark.spark;

import io.embark.EmbedOptions;
import io.embark.Option;
import io.embark.encode.Embedder;
import io.embark.encode.EmbeddingModel;
import io.embark.encode.Embeddings;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of this JVM: each is loaded by the first task that needs it, shared by all tasks, and closed when the JVM ends.
 * Thread-safe.
 */
final class ExecutorModels {
    /** What a loaded model depends on; all other options only matter before or after it. */
    private static final List<Option<?>> LOAD_OPTIONS = List.of(
            EmbedOptions.MODEL,
            EmbedOptions.MAX_TOKENS,
            EmbedOptions.DEVICE,
            EmbedOptions.PRECISION,
            EmbedOptions.THREADS,
            EmbedOptions.CACHE_DIR,
            EmbedOptions.TUNE_MALLOC);

    private static final ConcurrentHashMap<EmbedOptions, EmbeddingModel> MODELS = new ConcurrentHashMap<>();

    /** Held for reading by those who embed, for writing by the one who closes. */
    private static final ReentrantReadWriteLock IN_USE = new ReentrantReadWriteLock();

    /** Less than what Spark's workers grant an executor before they kill it. */
    private static final long CLOSE_WAIT_SECONDS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(ExecutorModels.class);

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ExecutorModels::closeAll, "embark-close-models"));
    }

    private ExecutorModels() {}

    /** An embedder on this JVM's model; a model that failed to load is tried again by the next caller. */
    static Embedder embedder(EmbedOptions options) {
        EmbedOptions load = EmbedOptions.defaults();
        for (Option<?> option : LOAD_OPTIONS) {
            load = copy(option, options, load);
        }
        if (load.get(EmbedOptions.THREADS) == 0) {
            load = load.with(EmbedOptions.THREADS, taskSlots());
        }
        return Embedder.on(MODELS.computeIfAbsent(load, ExecutorModels::load), options);
    }

    private static EmbeddingModel load(EmbedOptions options) {
        long start = System.nanoTime();
        EmbeddingModel model = EmbeddingModel.open(options);
        LOG.info(
                "Loaded model {} in {} s, {} forward passes at a time",
                model.folder().name(),
                "%.1f".formatted((System.nanoTime() - start) / 1e9),
                options.get(EmbedOptions.THREADS));
        return model;
    }

    /** Embeds texts with one of this JVM's embedders; when the JVM ends meanwhile, its model outlives this call. */
    static Embeddings embed(Embedder embedder, List<String> texts) {
        IN_USE.readLock().lock();
        try {
            return embedder.embedCounted(texts);
        } finally {
            IN_USE.readLock().unlock();
        }
    }

    /** An executor may be stopped while tasks embed, and native memory that is freed under them ends in a crash. */
    private static void closeAll() {
        try {
            if (!IN_USE.writeLock().tryLock(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS)) {
                LOG.info("Left {} models to the operating system: tasks still use them", MODELS.size());
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        // Never unlocked: nobody may embed from here on.
        for (EmbeddingModel model : MODELS.values()) {
            model.close();
            LOG.info("Closed model {}", model.folder().name());
        }
    }

    private static <T> EmbedOptions copy(Option<T> option, EmbedOptions from, EmbedOptions to) {
        return to.with(option, from.get(option));
    }

    /** How many tasks run in this JVM at the same time. */
    private static int taskSlots() {
        int processors = Runtime.getRuntime().availableProcessors();
        SparkEnv environment = SparkEnv.get();
        if (environment == null) {
            return processors;
        }
        SparkConf conf = environment.conf();
        int cores = environment.executorId().equals("driver")
                ? localCores(conf.get("spark.master", "local[*]"), processors)
                : conf.getInt("spark.executor.cores", processors);
        return Math.max(1, cores / conf.getInt("spark.task.cpus", 1));
    }

    private static int localCores(String master, int processors) {
        if (master.equals("local")) {
            return 1;
        }
        String cores = master.replaceFirst("^local\\[([^,\\]]+).*$", "$1");
        return cores.chars().allMatch(Character::isDigit) ? Integer.parseInt(cores) : processors;
    }
}
