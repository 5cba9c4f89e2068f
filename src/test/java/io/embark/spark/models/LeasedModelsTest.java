/*
 * Copyright the Embark authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.embark.spark.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.embark.EmbarkException;
import io.embark.EmbedOptions;
import io.embark.ErrorCode;
import io.embark.encode.Embedder;
import io.embark.encode.LoadedModel;
import io.embark.model.ModelFolderBuilder;
import io.embark.model.ModelReference;
import io.embark.spark.CapturedLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Who holds which model, and when it is closed. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeasedModelsTest {
    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private CapturedLog log;
    private LeasedModels models;

    @BeforeEach
    void captureTheLog() {
        log = CapturedLog.of(LeasedModelsTest.class);
    }

    @AfterEach
    void closeTheModels() {
        threads.shutdownNow();
        models.closeAll();
        log.close();
    }

    @Test
    void closesTheIdleModelThatWasUsedLeastRecently() {
        keep(2, LeasedModelsTest::open);
        lease("a").close();
        lease("b").close();
        lease("a").close();
        lease("c").close();

        assertThat(log.lines("model"))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("Loaded model a in "),
                        line -> assertThat(line).startsWith("Loaded model b in "),
                        line -> assertThat(line).isEqualTo("Closed model b"),
                        line -> assertThat(line).startsWith("Loaded model c in "));
    }

    @Test
    void countsTheEndOfALeaseAsAUse() {
        keep(2, LeasedModelsTest::open);
        LeasedModels.Lease a = lease("a");
        lease("b").close();
        a.close();
        lease("c").close();

        assertThat(log.lines("Closed")).containsExactly("Closed model b");
    }

    @Test
    void closesNoModelThatIsHeldAndKeepsToTheBoundOnceItIsNot() {
        keep(1, LeasedModelsTest::open);
        LeasedModels.Lease a = lease("a");
        LeasedModels.Lease again = lease("a");
        LeasedModels.Lease b = lease("b");
        a.close();
        a.close();

        assertThat(log.lines("Closed")).isEmpty();
        assertCanEmbed(again);
        assertCanEmbed(b);
        again.close();
        assertThat(log.lines("Closed")).containsExactly("Closed model a");
        b.close();
        assertThat(log.lines("Closed")).containsExactly("Closed model a");
        assertThat(log.lines("Loaded")).hasSize(2);
    }

    @Test
    void keepsAModelOpenForAUseThatOutlivesItsLease() {
        keep(1, LeasedModelsTest::open);
        LeasedModels.Lease a = lease("a");
        a.use(() -> {
            a.close();
            lease("b").close();
            assertThat(log.lines("Closed model a")).isEmpty();
            return Embedder.on(a.model(), EmbedOptions.defaults()).embed(List.of("cat"));
        });
        lease("c").close();

        assertThat(log.lines("Closed model a")).hasSize(1);
        assertThatThrownBy(() -> a.use(() -> 1))
                .isInstanceOf(CancellationException.class)
                .hasMessage("the task that embeds has ended");
    }

    @Test
    void tellsWhatLoadingTookToTheOneWhoAskedFirst() {
        keep(1, LeasedModelsTest::open);
        try (LeasedModels.Lease first = lease("a");
                LeasedModels.Lease second = lease("a")) {
            assertThat(first.loadNanos()).isPositive();
            assertThat(second.loadNanos()).isZero();
            assertThat(second.model()).isSameAs(first.model());
        }
    }

    @Test
    void eachGpuHasAModelOfItsOwn() {
        keep(4, LeasedModelsTest::open);
        ModelRequest request = Requests.of(options("a"));
        try (LeasedModels.Lease none = models.lease(new ModelLoad(request, OptionalInt.empty()), () -> false);
                LeasedModels.Lease first = models.lease(new ModelLoad(request, OptionalInt.of(0)), () -> false);
                LeasedModels.Lease again = models.lease(new ModelLoad(request, OptionalInt.of(0)), () -> false);
                LeasedModels.Lease second = models.lease(new ModelLoad(request, OptionalInt.of(1)), () -> false)) {
            assertThat(again.model()).isSameAs(first.model());
            assertThat(List.of(none.model(), first.model(), second.model())).doesNotHaveDuplicates();
        }
    }

    @Test
    void allWhoWaitForALoadShareItsFailureAndTheNextTriesAgain() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch waiting = new CountDownLatch(8);
        EmbarkException failure = new EmbarkException(ErrorCode.MODEL_INVALID, "model a: torn", "It is.", "Mend it.");
        keep(1, options -> {
            if (attempts.getAndIncrement() == 0) {
                awaitUninterrupted(waiting);
                throw failure;
            }
            return open(options);
        });
        EmbedOptions options = options("a");
        List<Future<LeasedModels.Lease>> leases = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            AtomicBoolean asked = new AtomicBoolean();
            leases.add(threads.submit(() -> models.lease(Requests.load(options), () -> {
                if (!asked.getAndSet(true)) {
                    waiting.countDown();
                }
                return false;
            })));
        }

        for (Future<LeasedModels.Lease> lease : leases) {
            assertThatThrownBy(lease::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isSameAs(failure);
        }
        assertThat(attempts).hasValue(1);
        assertThat(log.lines("Could not load model"))
                .containsExactly("Could not load model %s: model a: torn\nIt is.\nMend it."
                        .formatted(options.get(EmbedOptions.MODEL)));
        try (LeasedModels.Lease lease = models.lease(Requests.load(options), () -> false)) {
            assertCanEmbed(lease);
        }
        assertThat(attempts).hasValue(2);
    }

    /** Spark throws IOException without declaring it where a broadcast cannot be read. */
    @Test
    void aFailureThatNobodyDeclaresKeepsItsCause() {
        IOException failure = new IOException("no block of broadcast 1");
        keep(1, options -> LeasedModelsTest.<RuntimeException>sneak(failure));
        EmbedOptions options = options("a");

        assertThatThrownBy(() -> models.lease(Requests.load(options), () -> false))
                .isInstanceOfSatisfying(
                        EmbarkException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RUN_FAILED))
                .hasMessage("model %s: cannot be loaded\n%s\n%s"
                        .formatted(
                                options.get(EmbedOptions.MODEL),
                                "java.io.IOException: no block of broadcast 1",
                                "Check that the executors reach the driver and the model's files, and run it again."))
                .hasCause(failure);
    }

    @Test
    void anErrorOfTheJvmPassesAsItIs() {
        OutOfMemoryError failure = new OutOfMemoryError("heap");
        keep(1, options -> {
            throw failure;
        });

        assertThatThrownBy(() -> lease("a")).isSameAs(failure);
    }

    @Test
    void whoNoLongerWantsAModelDoesNotTakeItFromOthers() throws Exception {
        CountDownLatch firstLeft = new CountDownLatch(1);
        keep(1, options -> {
            awaitUninterrupted(firstLeft);
            return open(options);
        });
        EmbedOptions options = options("a");
        CountDownLatch secondWaits = new CountDownLatch(1);
        AtomicBoolean firstIsKilled = new AtomicBoolean();
        Future<LeasedModels.Lease> first =
                threads.submit(() -> models.lease(Requests.load(options), firstIsKilled::get));
        Future<LeasedModels.Lease> second = threads.submit(() -> models.lease(Requests.load(options), () -> {
            secondWaits.countDown();
            return false;
        }));
        secondWaits.await();
        firstIsKilled.set(true);

        assertThatThrownBy(first::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(CancellationException.class)
                .hasMessage("waiting for a model was cancelled");
        firstLeft.countDown();
        try (LeasedModels.Lease lease = second.get()) {
            assertCanEmbed(lease);
        }
        assertThat(log.lines("Loaded model a")).hasSize(1);
    }

    @Test
    void aThreadThatIsInterruptedWaitsNoLonger() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        keep(1, options -> {
            awaitUninterrupted(interrupted);
            return open(options);
        });
        EmbedOptions options = options("a");

        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> models.lease(Requests.load(options), () -> false))
                .isInstanceOf(CancellationException.class)
                .hasMessage("waiting for a model was interrupted");
        assertThat(Thread.interrupted()).isTrue();
        interrupted.countDown();
        try (LeasedModels.Lease lease = models.lease(Requests.load(options), () -> false)) {
            assertCanEmbed(lease);
        }
    }

    @Test
    void closesAllModelsThoseThatAreHeldWhenTheyNoLongerAre() {
        keep(4, LeasedModelsTest::open);
        LeasedModels.Lease held = lease("held");
        lease("idle").close();
        models.closeAll();
        assertThat(log.lines("Closed")).containsExactly("Closed model idle");
        assertCanEmbed(held);

        LeasedModels.Lease anew = lease("held");
        held.close();
        assertThat(log.lines("Closed")).containsExactly("Closed model idle", "Closed model held");
        assertCanEmbed(anew);
        assertThat(log.lines("Loaded model held")).hasSize(2);
    }

    private void keep(int bound, Function<EmbedOptions, LoadedModel> load) {
        models = new LeasedModels(
                request -> load.apply(request.request().options()),
                () -> bound,
                LoggerFactory.getLogger(LeasedModelsTest.class));
    }

    private LeasedModels.Lease lease(String name) {
        return models.lease(Requests.load(options(name)), () -> false);
    }

    private EmbedOptions options(String name) {
        Path model = folder.resolve(name);
        return EmbedOptions.defaults()
                .with(
                        EmbedOptions.MODEL,
                        (model.toFile().exists()
                                        ? model
                                        : ModelFolderBuilder.in(model).write())
                                .toString());
    }

    private static void assertCanEmbed(LeasedModels.Lease lease) {
        assertThat(lease.use(() ->
                        Embedder.on(lease.model(), EmbedOptions.defaults()).embed(List.of("cat"))))
                .hasDimensions(1, 8);
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Exception> LoadedModel sneak(Exception e) throws T {
        throw (T) e;
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError("the thread that loads was interrupted", e);
        }
    }

    private static LoadedModel open(EmbedOptions options) {
        return LoadedModel.open(ModelReference.open(options), options, OptionalInt.empty(), new Semaphore(1));
    }
}
