/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.torch;

import io.embark.EmbarkException;
import io.embark.ErrorCode;
import io.embark.Option;
import io.embark.Precision;
import io.embark.base.Shown;
import io.embark.host.CacheDirectory;
import io.embark.host.CpuFeatures;
import io.embark.model.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** What this room refuses, one method for each mistake. */
final class TorchErrors {
    private static final String SAVE_ANEW =
            "Save it by torch.jit, no newer than 2.7, with a forward(input_ids, attention_mask) that"
                    + " gives the last hidden state for any number of texts.";

    private TorchErrors() {}

    static EmbarkException programOnGpu(ModelFolder folder) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option device: gpu is not for model %s".formatted(folder.name()),
                "It is a program, and these compute on CPUs.",
                "Set device to auto or cpu.");
    }

    /** @param why what keeps the process from one, in a sentence */
    static EmbarkException noGpu(String why) {
        return new EmbarkException(
                ErrorCode.DEVICE_MISSING,
                "option device: gpu is not available",
                why,
                "Set device to auto or cpu, or see the page on GPUs of the manual.");
    }

    static EmbarkException gpuIsUnusable(int number, RuntimeException thrown) {
        return new EmbarkException(
                ErrorCode.DEVICE_MISSING,
                "GPU %s: cannot be used".formatted(number),
                LibtorchMessage.of(thrown),
                "GPUs are numbered from 0 among those that the process sees, which CUDA_VISIBLE_DEVICES changes: let"
                        + " spark.executor.resource.gpu.discoveryScript give these numbers.",
                thrown);
    }

    static EmbarkException precisionOnCpu(Precision precision) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option precision: %s is not for CPUs".formatted(Option.write(precision)),
                "On CPUs Embark computes in float32, bfloat16 or int8, and here is no GPU that it may use.",
                "Set precision to auto or to one of these.");
    }

    static EmbarkException int8OnGpu() {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option precision: int8 is not for GPUs",
                "Embark multiplies bytes on CPUs only.",
                "Set precision to auto, or device to auto or cpu.");
    }

    static EmbarkException noMatricesFor(Precision precision, ModelFolder folder) {
        return new EmbarkException(
                ErrorCode.OPTION_INVALID,
                "option precision: %s is not for model %s".formatted(Option.write(precision), folder.name()),
                "It is a program or a table of vectors, without matrices that Embark multiplies by.",
                "Set precision to auto or float32.");
    }

    static EmbarkException precisionIsNotOfThisCpu(Precision precision) {
        return new EmbarkException(
                ErrorCode.DEVICE_MISSING,
                "option precision: %s is not to be had on host %s"
                        .formatted(Option.write(precision), CpuFeatures.hostName()),
                "Its CPU lacks %s, or libtorch is held from using it; it would give other vectors than the rest of a cluster, or be slow."
                        .formatted(CpuFeatures.wanted(precision)),
                "Set precision to auto, or run on hosts that have it.");
    }

    /** @param output the key of a dictionary that is looked up */
    static EmbarkException programGives(Path file, String given, PackedBatch batch, long[] expected, String output) {
        return new EmbarkException(
                ErrorCode.MODEL_INVALID,
                "%s: gives %s for %s texts of at most %s tokens".formatted(file, given, batch.texts(), batch.longest()),
                "The last hidden state is expected, a tensor %s: alone, first in a tuple, or as %s in a dictionary."
                        .formatted(Arrays.toString(expected), output),
                SAVE_ANEW);
    }

    static EmbarkException programIsNoTorchScript(Path file, RuntimeException thrown) {
        return unusable(file, "cannot be loaded as TorchScript", thrown);
    }

    static EmbarkException programFailedWhenTried(Path file, RuntimeException thrown) {
        return unusable(file, "failed when it was tried", thrown);
    }

    private static EmbarkException unusable(Path file, String problem, RuntimeException thrown) {
        return new EmbarkException(
                ErrorCode.MODEL_INVALID,
                "%s: %s".formatted(file, problem),
                LibtorchMessage.of(thrown),
                SAVE_ANEW,
                thrown);
    }

    static EmbarkException weightsCannotBeLoaded(ModelFolder folder, RuntimeException thrown) {
        return computeFailed("model %s: its weights cannot be loaded".formatted(folder.name()), thrown);
    }

    static EmbarkException batchFailed(PackedBatch batch, RuntimeException thrown) {
        return computeFailed("a batch of %s tokens: the forward pass failed".formatted(batch.tokens()), thrown);
    }

    private static EmbarkException computeFailed(String problem, RuntimeException thrown) {
        return new EmbarkException(
                ErrorCode.COMPUTE_FAILED,
                problem,
                LibtorchMessage.of(thrown),
                "If memory ran out, lower batch-tokens or give the process more; else report this with the model's name.",
                thrown);
    }

    /** @param why who else could change what lies there, or what the system says, in a sentence without its full stop */
    static EmbarkException noPlaceForNatives(CacheDirectory cache, String why) {
        return new EmbarkException(
                ErrorCode.NATIVES_UNAVAILABLE,
                "cache directory %s: native libraries cannot be kept there"
                        .formatted(Shown.line(cache.path().toString())),
                "Only root and this user may be able to change what is loaded, there, in the user's home or among the"
                        + " temporary files: %s.".formatted(why),
                "Set option cache-dir, or %s, to a folder that this user owns and nobody else can write to."
                        .formatted(CacheDirectory.VARIABLE));
    }

    static EmbarkException jarIsUnreadable(IOException thrown) {
        return new EmbarkException(
                ErrorCode.NATIVES_UNAVAILABLE,
                "native libraries of libtorch and the tokenizers: their jars cannot be read",
                "The system says: %s.".formatted(Shown.line(thrown.toString())),
                "Check that the jars on the class path are there and whole.",
                thrown);
    }

    static EmbarkException processEnds() {
        return new EmbarkException(
                ErrorCode.RUN_FAILED,
                "this process ends: nothing is computed any more",
                "Its shutdown hooks run, and one of them asks for a model or for vectors.",
                "Ask for them before the process ends.");
    }

    /**
     * @param refusal what the system said when it refused them first
     * @param thrown what was thrown now, or null
     */
    static EmbarkException nativesUnavailable(String refusal, CacheDirectory cache, Throwable thrown) {
        String chosen = System.getenv(NativeLibraries.TORCH_FOLDER);
        String version = TorchVersion.get();
        return new EmbarkException(
                ErrorCode.NATIVES_UNAVAILABLE,
                "native libraries of libtorch and the tokenizers: cannot be loaded on %s %s"
                        .formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
                "The system says: %s (unpacked in %s).".formatted(refusal, cache.path()),
                chosen == null
                        ? ("Use Linux on x86-64 with glibc 2.34 or newer and add the jar"
                                        + " ai.djl.pytorch:pytorch-native-cpu:%s (classifier linux-x86_64); option cache-dir,"
                                        + " or EMBARK_CACHE_DIR, moves the folder.")
                                .formatted(version)
                        : ("Let %s, which is %s, name the libraries of PyTorch %s, and PYTORCH_FLAVOR be cu128 if they are"
                                        + " for CUDA, which need NVIDIA's driver on the host; or unset both.")
                                .formatted(NativeLibraries.TORCH_FOLDER, chosen, version),
                thrown);
    }
}
