package dev.vfaas.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.FolderRemoval;
import dev.vfaas.support.DockerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not done again, and what a lost or broken cache does. */
class BuildCacheTest {
    private static final Platform HOST = new Platform("linux", "amd64", true);

    @TempDir
    Path folder;

    @Test
    void anUnchangedFunctionRunsNoResolverAndMakesNoLayer() throws Exception {
        Workshop workshop = new Workshop(folder);
        FunctionResult.Built first = workshop.builds(false, workshop.function("shout", "shout:1", HOST));
        assertThat(first.cached()).isFalse();
        Set<String> blobs = blobs();
        FunctionResult.Built second = workshop.builds(false, workshop.function("shout", "shout:1", HOST));
        assertThat(second.cached()).isTrue();
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(workshop.toolchain.resolved).hasValue(1);
        assertThat(blobs()).isEqualTo(blobs);
    }

    @Test
    void anUnchangedFunctionAsksItsRegistryOnceAndSendsNothing() throws Exception {
        try (DockerRegistry registry = DockerRegistry.open(folder)) {
            Workshop workshop = new Workshop(folder).store(registry.host(), null, null);
            workshop.builds(true, workshop.function("shout", "shout:1", HOST));
            // without its blobs the image could not be sent: that it need not be is what is shown
            FolderRemoval.remove(workshop.cacheFolder.resolve("records/layers"));
            FunctionResult.Built again = workshop.builds(true, workshop.function("shout", "shout:1", HOST));
            assertThat(again.cached()).isTrue();
            assertThat(again.pushed()).isTrue();
            assertThat(workshop.cacheFolder.resolve("records/layers")).doesNotExist();
        }
    }

    @Test
    void anEditedHandlerMakesOneLayer() throws Exception {
        Workshop workshop = new Workshop(folder);
        workshop.builds(false, workshop.function("shout", "shout:1", HOST));
        Set<String> before = blobs();
        workshop.write("shout/handler.sh", "rev\n");
        FunctionResult.Built built = workshop.builds(false, workshop.function("shout", "shout:1", HOST));
        assertThat(built.cached()).isFalse();
        assertThat(workshop.toolchain.resolved).hasValue(1);
        Set<String> added = blobs();
        added.removeAll(before);
        assertThat(added).as("layer, configuration, manifest").hasSize(3);
    }

    @Test
    void aFileThatKeepsItsSizeAndTimeIsSeenToChange() throws Exception {
        Workshop workshop = new Workshop(folder);
        Path handler = workshop.write("shout/handler.sh", "one\n");
        var time = Files.getLastModifiedTime(handler);
        String before = workshop.builds(false, workshop.function("shout", "shout:1", HOST))
                .digest();
        Files.writeString(handler, "two\n");
        Files.setLastModifiedTime(handler, time);
        assertThat(workshop.builds(false, workshop.function("shout", "shout:1", HOST))
                        .digest())
                .isNotEqualTo(before);
    }

    @Test
    void withoutCacheEverythingIsMadeAnewAndIsTheSame() throws Exception {
        Workshop workshop = new Workshop(folder);
        FunctionBuild function = workshop.function("shout", "shout:1", HOST);
        FunctionResult.Built first = workshop.builds(false, function);
        BuildReport report = workshop.builder()
                .build(new BuildRequest(List.of(function), false, null, true, 1), BuildListener.none());
        assertThat(workshop.toolchain.resolved).hasValue(2);
        assertThat(report.built().getFirst().digest()).isEqualTo(first.digest());
    }

    @Test
    void lostBlobsAreMadeAgain() throws Exception {
        Workshop workshop = new Workshop(folder);
        FunctionResult.Built first = workshop.builds(false, workshop.function("shout", "shout:1", HOST));
        FolderRemoval.remove(workshop.cacheFolder.resolve("blobs"));
        FunctionResult.Built second = workshop.builds(false, workshop.function("shout", "shout:1", HOST));
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(blobs()).isNotEmpty();
    }

    @Test
    void aResolverThatIsInterruptedLeavesNothingHalf() throws Exception {
        Workshop workshop = new Workshop(folder);
        AtomicInteger runs = new AtomicInteger();
        Workshop.CountingToolchain breaking = new Workshop.CountingToolchain() {
            @Override
            public List<dev.vfaas.image.toolchain.Component> resolve(
                    dev.vfaas.image.toolchain.FunctionSource source, Path into, dev.vfaas.image.toolchain.BuildLog log)
                    throws InterruptedException {
                List<dev.vfaas.image.toolchain.Component> components = super.resolve(source, into, log);
                if (runs.incrementAndGet() == 1) {
                    throw new InterruptedException();
                }
                return components;
            }
        };
        ImageBuilder builder = workshop.builder(breaking);
        BuildRequest request =
                new BuildRequest(List.of(workshop.function("shout", "shout:1", HOST)), false, null, false, 1);
        BuildReport interrupted = builder.build(request, BuildListener.none());
        assertThatThrownBy(interrupted::orThrow)
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.INTERRUPTED));
        try (Stream<Path> work = Files.list(workshop.cacheFolder.resolve("work"))) {
            assertThat(work).isEmpty();
        }
        builder.build(request, BuildListener.none()).orThrow();
        assertThat(runs).hasValue(2);
    }

    @Test
    void buildsAtTheSameTimeResolveOnce() throws Exception {
        Workshop workshop = new Workshop(folder);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> builds = Stream.generate(() ->
                            executor.submit(() -> workshop.builds(false, workshop.function("shout", "shout:1", HOST))
                                    .digest()))
                    .limit(8)
                    .toList();
            Set<String> digests = new java.util.HashSet<>();
            for (Future<String> build : builds) {
                digests.add(build.get());
            }
            assertThat(digests).hasSize(1);
        }
        assertThat(workshop.toolchain.resolved).hasValue(1);
    }

    @Test
    void functionsOfOneBuildShareWhatTheyHaveInCommon() throws Exception {
        Workshop workshop = new Workshop(folder);
        workshop.write("whisper/handler.sh", "tr A-Z a-z\n");
        workshop.write("whisper/packages.txt", "left-pad 1.3.0\n");
        BuildReport report = workshop.build(
                false, workshop.function("shout", "shout:1", HOST), workshop.function("whisper", "whisper:1", HOST));
        report.orThrow();
        assertThat(workshop.toolchain.resolved).hasValue(1);
    }

    @Test
    void oneThatFailsIsReportedWithItsLogAndHidesNoOther() throws Exception {
        Workshop workshop = new Workshop(folder);
        workshop.write("broken/packages.txt", "no-version\n");
        workshop.write("empty/.gitignore", "*\n");
        BuildReport report = workshop.build(
                false,
                workshop.function("broken", "broken:1", HOST),
                workshop.function("shout", "shout:1", HOST),
                workshop.function("empty", "empty:1", HOST));
        assertThat(report.built()).extracting(FunctionResult.Built::function).containsExactly("shout");
        assertThat(report.failed().getFirst().log()).containsExactly("resolving for host");
        assertThatThrownBy(report::orThrow)
                .isInstanceOf(Failure.class)
                .hasMessageContaining("2 of 3 functions were not built")
                .hasMessageContaining("broken: ")
                .hasMessageContaining("empty: the handler folder");
    }

    @Test
    void whatTheLogShowsIsNotSaidAgain() {
        FunctionResult.Failed failed = new FunctionResult.Failed(
                "thumbs",
                Failure.failed("it could not be built:\nno such package\nnothing was pushed"),
                List.of("  no such package"),
                Duration.ZERO);
        assertThatThrownBy(() -> new BuildReport(List.of(failed)).orThrow())
                .hasMessage("thumbs: it could not be built:\nnothing was pushed");
        FunctionResult.Failed bare = new FunctionResult.Failed(
                "thumbs",
                Failure.failed("it could not be built:\nno such package"),
                List.of("no such package"),
                Duration.ZERO);
        assertThatThrownBy(() -> new BuildReport(List.of(bare)).orThrow()).hasMessage("thumbs: it could not be built");
    }

    private Set<String> blobs() throws IOException {
        try (Stream<Path> blobs = Files.list(
                new BuildCache(folder.resolve("cache")).blobPath("sha256:x").getParent())) {
            return blobs.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
