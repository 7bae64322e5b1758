package dev.vfaas.image;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.layer.LayerEntry;
import dev.vfaas.image.oci.Descriptor;
import dev.vfaas.image.oci.ImageDocuments;
import dev.vfaas.image.oci.MediaTypes;
import dev.vfaas.image.registry.BaseImages;
import dev.vfaas.image.registry.Registries;
import dev.vfaas.image.toolchain.BuildLog;
import dev.vfaas.image.toolchain.Toolchains;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds the image of one function for all its platforms and sends it to where its name says. */
final class FunctionBuilder {
    private final BuildCache cache;
    private final BaseImages bases;
    private final Toolchains toolchains;
    private final DockerfileImages dockerfiles;
    private final ImagePublisher publisher;

    FunctionBuilder(
            BuildCache cache,
            Registries registries,
            BaseImages bases,
            Toolchains toolchains,
            DockerfileImages dockerfiles) {
        this.dockerfiles = dockerfiles;
        this.cache = cache;
        this.bases = bases;
        this.toolchains = toolchains;
        this.publisher = new ImagePublisher(cache, registries);
    }

    /** The plans of a function, one a platform. */
    List<PlannedImage> plan(FunctionBuild function) throws InterruptedException {
        Planner planner = new Planner(cache, bases, toolchains);
        TemplateFiles files = TemplateFiles.of(function.template(), cache);
        List<LayerEntry> handler = planner.handlerFiles(function);
        List<PlannedImage> plans = new ArrayList<>();
        for (Platform platform : function.platforms()) {
            plans.add(planner.plan(function, platform, files, handler));
        }
        return plans;
    }

    /** What a build would do. */
    List<DryRun> dryRun(FunctionBuild function) throws InterruptedException {
        if (dockerfiles.builds(function)) {
            return dockerfiles.dryRun(function);
        }
        PlatformBuilder builder = new PlatformBuilder(cache, bases, false);
        List<DryRun> runs = new ArrayList<>();
        for (PlannedImage planned : plan(function)) {
            ImagePlan plan = planned.plan();
            runs.add(new DryRun(
                    function.name(),
                    function.image(),
                    plan.platform(),
                    plan.base() == null ? null : plan.base().toString(),
                    plan.baseDigest(),
                    plan.layers().stream().map(builder::dryRun).toList(),
                    builder.known(plan)
                            .map(FunctionResult.PlatformImage::digest)
                            .orElse(null)));
        }
        return runs;
    }

    /** Builds, and pushes or archives as the request says. */
    FunctionResult.Built build(FunctionBuild function, BuildRequest request, BuildLog log, LayerMaker.Steps steps)
            throws InterruptedException {
        long start = System.nanoTime();
        boolean push = request.push()
                && request.archive() == null
                && publisher.hasTarget(function.image(), function.forHost());
        List<FunctionResult.PlatformImage> images;
        if (dockerfiles.builds(function)) {
            images = dockerfiles.build(function, request.noCache(), log, steps);
        } else {
            PlatformBuilder builder = new PlatformBuilder(cache, bases, request.noCache());
            List<PlannedImage> plans = plan(function);
            images = known(builder, plans);
            if (!images.isEmpty() && push && publisher.isThere(function.image(), function.forHost(), root(images))) {
                return built(function, images, root(images), true, start);
            }
            images = new ArrayList<>();
            for (PlannedImage plan : plans) {
                images.add(builder.build(plan, log, steps));
            }
        }
        String digest = root(images);
        publisher.remember(function.image(), digest, images);
        if (request.archive() != null) {
            steps.step("writing " + request.archive());
            publisher.archive(function.image(), digest, images, request.archive());
        } else if (push) {
            publisher.push(function.image(), function.forHost(), digest, images, steps);
        }
        return built(function, images, digest, push, start);
    }

    /** The images of all plans if all were built before, else none. */
    private static List<FunctionResult.PlatformImage> known(PlatformBuilder builder, List<PlannedImage> plans) {
        List<FunctionResult.PlatformImage> images = new ArrayList<>();
        for (PlannedImage plan : plans) {
            Optional<FunctionResult.PlatformImage> image = builder.known(plan.plan());
            if (image.isEmpty()) {
                return List.of();
            }
            images.add(image.get());
        }
        return images;
    }

    private static FunctionResult.Built built(
            FunctionBuild function,
            List<FunctionResult.PlatformImage> images,
            String digest,
            boolean pushed,
            long start) {
        boolean cached = images.stream().allMatch(FunctionResult.PlatformImage::cached);
        return new FunctionResult.Built(
                function.name(),
                function.image(),
                digest,
                List.copyOf(images),
                cached,
                pushed,
                Duration.ofNanos(System.nanoTime() - start));
    }

    /** The digest the name will stand for: the one image's manifest, or an index of all. */
    private String root(List<FunctionResult.PlatformImage> images) {
        if (images.size() == 1) {
            return images.getFirst().digest();
        }
        Map<Platform, Descriptor> manifests = new LinkedHashMap<>();
        for (FunctionResult.PlatformImage image : images) {
            try {
                manifests.put(
                        image.platform(),
                        new Descriptor(
                                MediaTypes.MANIFEST, image.digest(), Files.size(cache.blobPath(image.digest()))));
            } catch (java.io.IOException e) {
                throw Failure.failed("the build cache lost " + image.digest()).because(e);
            }
        }
        Map<String, String> annotations =
                new LinkedHashMap<>(images.getFirst().plan().annotations());
        annotations.keySet().removeIf(key -> key.startsWith("org.opencontainers.image.base."));
        return cache.putBlob(new ImageDocuments().index(manifests, annotations));
    }
}
