package dev.vfaas.image;

import dev.vfaas.console.Failure;
import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.FileHashes;
import dev.vfaas.image.dockerfile.DockerfileBuild;
import dev.vfaas.image.layer.HandlerFiles;
import dev.vfaas.image.layer.LayerEntry;
import dev.vfaas.image.oci.Descriptor;
import dev.vfaas.image.oci.ImageDocuments;
import dev.vfaas.image.toolchain.BuildLog;
import dev.vfaas.template.TemplateFile;
import dev.vfaas.template.TemplateRecipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Functions whose template is a Dockerfile: a container engine makes their images. */
final class DockerfileImages {
    private final BuildCache cache;
    private final DockerfileBuild dockerfiles;
    private final boolean pull;

    DockerfileImages(BuildCache cache, DockerfileBuild dockerfiles, boolean pull) {
        this.cache = cache;
        this.dockerfiles = dockerfiles;
        this.pull = pull;
    }

    /** Whether the function is one of these. */
    boolean builds(FunctionBuild function) {
        return function.template().recipe().toolchain().equals("dockerfile");
    }

    /** Builds the function's images, one a platform. */
    List<FunctionResult.PlatformImage> build(
            FunctionBuild function, boolean noCache, BuildLog log, LayerMaker.Steps steps) throws InterruptedException {
        List<FunctionResult.PlatformImage> images = new ArrayList<>();
        for (Platform platform : function.platforms()) {
            DockerfileBuild.Request request = request(function, platform, noCache);
            Optional<String> known = dockerfiles.known(request);
            String digest;
            if (known.isPresent()) {
                digest = known.get();
            } else {
                steps.step("building the Dockerfile for " + platform);
                digest = dockerfiles.build(request, log);
            }
            images.add(new FunctionResult.PlatformImage(
                    platform, digest, size(digest), known.isPresent(), plan(function, platform), List.of()));
        }
        return images;
    }

    /** What a build would do; the layers are the container engine's affair. */
    List<DryRun> dryRun(FunctionBuild function) {
        List<DryRun> runs = new ArrayList<>();
        for (Platform platform : function.platforms()) {
            DockerfileBuild.Request request = request(function, platform, false);
            long size = request.handler().stream().mapToLong(LayerEntry::size).sum();
            String known = dockerfiles.known(request).orElse(null);
            runs.add(new DryRun(
                    function.name(),
                    function.image(),
                    platform,
                    null,
                    null,
                    List.of(new DryRun.PlannedLayer(
                            "build context", request.handler().size(), size, null, known != null)),
                    known));
        }
        return runs;
    }

    private DockerfileBuild.Request request(FunctionBuild function, Platform platform, boolean noCache) {
        if (platform.host()) {
            throw Failure.failed(
                            "the template " + function.template().name()
                                    + " makes container images, and the embedded gateway runs functions as processes of this machine")
                    .next("vfaas build --platform linux/" + platform.architecture());
        }
        TemplateRecipe recipe = function.template().recipe();
        List<TemplateFile> template = function.template().files();
        boolean ownDockerfile = template.stream().noneMatch(file -> file.path().equals("Dockerfile"));
        FileHashes hashes = new FileHashes(cache, function.handler());
        List<LayerEntry> handler = new HandlerFiles(hashes)
                .context(function.handler(), function.copies(), ownDockerfile ? "" : recipe.handlerFolder());
        hashes.save();
        if (ownDockerfile && handler.stream().noneMatch(file -> file.target().equals("Dockerfile"))) {
            throw Failure.usage("there is no Dockerfile in " + function.handler());
        }
        return new DockerfileBuild.Request(
                function.image().toString(),
                platform.toString(),
                template,
                handler,
                function.buildArguments(),
                plan(function, platform).labels(),
                noCache,
                pull);
    }

    private static ImagePlan plan(FunctionBuild function, Platform platform) {
        return new ImagePlan(
                function.name(),
                platform,
                null,
                null,
                List.of(),
                Map.of(),
                List.of(),
                null,
                Planner.labels(function, platform),
                Map.of());
    }

    private long size(String manifest) {
        try {
            return new ImageDocuments()
                    .blobs(Files.readAllBytes(cache.blobPath(manifest))).stream()
                            .mapToLong(Descriptor::size)
                            .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
