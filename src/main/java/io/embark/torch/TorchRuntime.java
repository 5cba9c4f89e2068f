/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.host.CacheDirectory;
import io.embark.model.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The native libraries of this process: unpacked and loaded once, for whoever asks first; the settings of later callers
 * change nothing. Thread-safe.
 *
 * @hidden Public for Embark's other rooms only.
 */
public final class TorchRuntime {
    /** What DJL reads when it is first used: it must not call home, download, or start threads of its own. */
    private static final Map<String, String> DJL_SETTINGS = Map.of(
            "OPT_OUT_TRACKING", "true",
            "ai.djl.offline", "true",
            "RUST_FLAVOR", "cpu",
            "ai.djl.pytorch.num_threads", "1",
            "ai.djl.pytorch.num_interop_threads", "1",
            "ai.djl.pytorch.graph_optimizer", "false");

    private static boolean started;
    /** What the system said when it refused to load the libraries; a second try would only hide it. */
    private static String refusal;

    private TorchRuntime() {}

    /**
     * Loads the native libraries of libtorch and the tokenizers unless this process has them.
     *
     * @throws EmbarkException {@link ErrorCode#NATIVES_UNAVAILABLE} if they cannot be unpacked or loaded here; a library
     *     that the system refused to load is refused again at once, with the first cause
     */
    public static synchronized void start(EmbedOptions options) {
        if (started) {
            return;
        }

        CacheDirectory cache = CacheDirectory.of(options);
        if (refusal != null) {
            throw TorchErrors.nativesUnavailable(refusal, cache, null);
        }
        started = load(cache, options);
        NativeCalls.holdUpTheEnd();
    }

    /** Gives the system back what was freed; to be called when a model was loaded or closed. */
    public static void returnFreedMemory(ModelFolder model) {
        if (Malloc.isMuch(model.bytes())) {
            Malloc.trim();
        }
    }

    /**
     * Makes the calling thread ready to compute; libtorch keeps these settings for each thread. Called once at the start of
     * each compute thread.
     */
    public static void enterComputeThread() {
        // The setting that DJL makes holds for the thread that loaded it; others would share out each product.
        JniUtils.setNumThreads(1);
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(false);
    }

    /** Whether this process can compute on a GPU. The native libraries must have been loaded before. */
    public static boolean seesGpu() {
        return Engine.getEngine("PyTorch").hasCapability(StandardCapabilities.CUDA);
    }

    /**
     * Refuses a GPU that this process does not see.
     *
     * @param number of those that it sees, from 0
     * @throws EmbarkException {@link ErrorCode#DEVICE_MISSING}
     */
    static void requireGpu(int number) {
        try (NDManager manager = NDManager.newBaseManager(Device.gpu(number), "PyTorch")) {
            manager.zeros(new Shape(1));
        } catch (EngineException e) {
            throw TorchErrors.gpuIsUnusable(number, e);
        }
    }

    /** What keeps a process that sees no GPU from one, in a sentence. The native libraries must have been loaded before. */
    static String whyNoGpu() {
        Path directory = Path.of(ai.djl.pytorch.jni.LibUtils.getLibtorchPath());
        return Files.exists(directory.resolve(System.mapLibraryName("torch_cuda")))
                ? "libtorch (%s) finds none: its driver is not there, or CUDA_VISIBLE_DEVICES hides it."
                        .formatted(directory)
                : "libtorch (%s) is built for CPUs only.".formatted(directory);
    }

    private static boolean load(CacheDirectory cache, EmbedOptions options) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        // DJL finds its engines through the context class loader, which on a thread of Spark's may not see our jars.
        Thread.currentThread().setContextClassLoader(TorchRuntime.class.getClassLoader());
        try {
            DJL_SETTINGS.forEach(System::setProperty);
            NativeLibraries.provide(cache);
            StrictArithmetic.require();
            if (options.get(EmbedOptions.TUNE_MALLOC)) {
                Malloc.keepFreedMemory();
            }
            return loadProvided(cache);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static boolean loadProvided(CacheDirectory cache) {
        try {
            Engine.getEngine("PyTorch");
            LibUtils.checkStatus();
            return true;
        } catch (RuntimeException | LinkageError e) {
            refusal = rootMessage(e);
            throw TorchErrors.nativesUnavailable(refusal, cache, e);
        }
    }

    private static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).replace('\n', ' ');
    }
}
