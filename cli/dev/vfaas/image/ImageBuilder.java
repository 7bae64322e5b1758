package dev.vfaas.image;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.dockerfile.DockerfileBuild;
import dev.vfaas.image.registry.BaseImages;
import dev.vfaas.image.registry.Registries;
import dev.vfaas.image.toolchain.Toolchains;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Builds the images of functions, several at a time. A function that fails does not stop the others. */
public final class ImageBuilder {
    private final FunctionBuilder functions;

    /**
     * A builder.
     *
     * @param pull ask what the tags of base images stand for each time instead of once a day
     */
    public ImageBuilder(
            BuildCache cache, Registries registries, Toolchains toolchains, DockerfileBuild dockerfiles, boolean pull) {
        this.functions = new FunctionBuilder(
                cache,
                registries,
                new BaseImages(cache, registries, pull),
                toolchains,
                new DockerfileImages(cache, dockerfiles, pull));
    }

    /** Builds all functions of the request and reports each; throws only when the thread is interrupted. */
    public BuildReport build(BuildRequest request, BuildListener listener) throws InterruptedException {
        Semaphore slots = new Semaphore(Math.max(1, request.parallel()));
        List<Future<FunctionResult>> running = new ArrayList<>();
        List<FunctionResult> results = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (FunctionBuild function : request.functions()) {
                running.add(executor.submit(() -> {
                    slots.acquire();
                    try {
                        return build(function, request, listener);
                    } finally {
                        slots.release();
                    }
                }));
            }
            try {
                for (Future<FunctionResult> one : running) {
                    results.add(one.get());
                }
            } catch (InterruptedException e) {
                executor.shutdownNow(); // each removes what it has half made before the executor is closed
                throw e;
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        return new BuildReport(results);
    }

    /** What {@link #build} would do, one entry a function and platform; makes nothing, though it may ask a registry what a base image is. */
    public List<DryRun> dryRun(List<FunctionBuild> builds) throws InterruptedException {
        List<DryRun> runs = new ArrayList<>();
        for (FunctionBuild function : builds) {
            runs.addAll(functions.dryRun(function));
        }
        return runs;
    }

    private FunctionResult build(FunctionBuild function, BuildRequest request, BuildListener listener) {
        long start = System.nanoTime();
        List<String> log = Collections.synchronizedList(new ArrayList<>());
        FunctionResult result;
        try {
            result = functions.build(
                    function,
                    request,
                    line -> {
                        log.add(line);
                        listener.log(function.name(), line);
                    },
                    what -> listener.step(function.name(), what));
        } catch (Failure failure) {
            result = failed(function, failure, log, start);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result = failed(function, Failure.of(ExitCode.INTERRUPTED, "interrupted"), log, start);
        } catch (UncheckedIOException e) {
            Failure failure = Failure.failed("cannot build: "
                            + Objects.requireNonNullElse(e.getCause(), e).getMessage())
                    .because(e);
            result = failed(function, failure, log, start);
        } catch (RuntimeException e) {
            result = failed(function, Failure.failed("cannot build: " + e).because(e), log, start);
        }
        listener.finished(result);
        return result;
    }

    private static FunctionResult failed(FunctionBuild function, Failure failure, List<String> log, long start) {
        return new FunctionResult.Failed(
                function.name(), failure, List.copyOf(log), Duration.ofNanos(System.nanoTime() - start));
    }
}
