package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import dev.vfaas.image.StackBuilds;
import dev.vfaas.image.TagMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How images are built; mixed into commands that build. */
final class BuildOptions {
    @Option(
            names = {"--platform", "--platforms"},
            split = ",",
            paramLabel = "PLATFORM",
            description =
                    "linux/amd64, linux/arm64 (both make one image index) or host (default: what the gateway runs)")
    List<String> platforms = new ArrayList<>();

    @Option(names = "--base", paramLabel = "IMAGE", description = "base image in place of the template's, or scratch")
    @Nullable
    String base;

    @Option(
            names = "--tag",
            paramLabel = "MODE",
            description = "make the tag from the sources: latest, sha, branch, describe or digest (default: latest)")
    String tag = "latest";

    @Option(
            names = {"-b", "--build-arg"},
            paramLabel = "NAME=VALUE",
            description = "build argument, on top of build_args of the stack file")
    List<String> buildArguments = new ArrayList<>();

    @Option(names = "--build-option", paramLabel = "NAME", description = "build option that the template defines")
    List<String> buildOptions = new ArrayList<>();

    @Option(names = "--build-label", paramLabel = "NAME=VALUE", description = "label of the image")
    List<String> labels = new ArrayList<>();

    @Option(names = "--copy-extra", paramLabel = "PATH", description = "also copy this into the function's folder")
    List<String> copies = new ArrayList<>();

    @Option(names = "--no-cache", description = "make everything anew")
    boolean noCache;

    @Option(names = "--pull", description = "ask what the tags of base images stand for now (default: once a day)")
    boolean pull;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "how many functions at a time (default: the number of processors)")
    int parallel = Runtime.getRuntime().availableProcessors();

    @Option(names = "--insecure", description = "speak plain http with registries")
    boolean insecure;

    @Option(names = "--quiet", description = "say nothing but the result and errors")
    boolean quiet;

    /** The options for functions whose platform nothing else says. */
    StackBuilds.Options of(Platform defaultPlatform) {
        if (parallel < 1) {
            throw Failure.usage("--parallel must be at least 1");
        }
        List<Platform> asked =
                platforms.stream().map(Platform::parse).distinct().toList();
        if (asked.size() > 1 && asked.stream().anyMatch(Platform::host)) {
            throw Failure.usage("--platform host stands alone: such an image is for this machine only");
        }
        return new StackBuilds.Options(
                asked,
                defaultPlatform,
                base,
                TagMode.parse(tag),
                pairs("--build-arg", buildArguments),
                buildOptions,
                pairs("--build-label", labels),
                copies);
    }

    private static Map<String, String> pairs(String option, List<String> texts) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw Failure.usage(option + " " + text + " is not NAME=VALUE");
            }
            String name = text.substring(0, equals);
            String value = text.substring(equals + 1);
            // As OpenFaaS's CLI has it, packages of several options add up; of anything else the last one counts.
            pairs.merge(name, value, (one, two) -> name.equals("ADDITIONAL_PACKAGE") ? one + " " + two : two);
        }
        return pairs;
    }
}
