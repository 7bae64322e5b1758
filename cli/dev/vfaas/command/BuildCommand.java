package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.console.OutputFormat;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.context.Destination;
import dev.vfaas.image.BuildReport;
import dev.vfaas.image.DryRun;
import dev.vfaas.image.FunctionBuild;
import dev.vfaas.image.FunctionResult;
import dev.vfaas.image.sbom.CycloneDx;
import dev.vfaas.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas build}. */
@Command(
        name = "build",
        description = {
            "Build the images of functions and send them to where their names say",
            "",
            "An image name without a registry's host goes to the gateway's own image store, one with a host to that registry."
                    + " No Docker is needed. Logins are those of docker and podman."
        },
        footer = {
            "",
            "With VFAAS_BASE_REGISTRY=HOST[:PORT] base images without a host come from that registry in place of Docker Hub.",
            "",
            "Examples:",
            "  vfaas build",
            "  vfaas build --filter 'image-*' --dry-run",
            "  vfaas build --platform linux/amd64,linux/arm64 --tag sha -o name",
            "  vfaas build --output oci:image.tar --sbom image.cdx.json --filter hello",
            "  vfaas build --name hello --lang python3 --handler ./hello --image registry.example.com/hello:1.0"
        })
final class BuildCommand implements Callable<Integer> {
    private static final String ARCHIVE = "oci:";

    private final Session session;

    @Mixin
    StackSelection selection = new StackSelection();

    @Mixin
    SingleFunction single = new SingleFunction();

    @Mixin
    BuildOptions options = new BuildOptions();

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Option(
            names = "--sbom",
            paramLabel = "FILE",
            description = "write what went into the images there, CycloneDX 1.6 as JSON")
    @Nullable
    String sbom;

    @Option(names = "--dry-run", description = "show the layers and their sizes, and make nothing")
    boolean dryRun;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT|oci:FILE",
            description =
                    "human, json, yaml or name (default: human); oci:FILE.tar writes an OCI image layout in place of a push")
    List<String> outputs = new ArrayList<>();

    @Option(
            names = {"-j", "--json"},
            description = "the same as -o json")
    boolean json;

    BuildCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        OutputFormat format = format();
        Path archive = archive();
        Stack stack = single.given() ? single.stack(session) : selection.require(session);
        Destination destination = gateway.destination(session, () -> stack);
        Images images = new Images(session, options, destination, gateway.credentials(session, destination));
        List<FunctionBuild> builds = images.builds(
                stack,
                Images.defaultPlatform(session, options, destination, () -> gateway.client(session, destination)));
        if (builds.isEmpty()) {
            throw Failure.usage("there is nothing to build in " + stack.source());
        }
        if (archive != null && builds.size() > 1) {
            throw Failure.usage(
                            "an archive holds one function's image, and " + stack.source() + " has " + builds.size())
                    .next("vfaas build --filter NAME --output oci:FILE.tar");
        }
        if (dryRun) {
            List<DryRun> runs = images.builder().dryRun(builds);
            session.console()
                    .show(
                            format,
                            new View(
                                    runs.stream().map(BuildCommand::data).toList(),
                                    () -> layers(runs),
                                    () -> runs.stream()
                                            .map(run -> run.image().toString())
                                            .distinct()
                                            .toList()));
            return 0;
        }
        BuildReport report = images.build(builds, true, archive);
        if (sbom != null) {
            write(session.environment().resolve(sbom), new CycloneDx(session.version()).of(report.built()));
        }
        if (!report.built().isEmpty()) {
            session.console().show(format, view(report));
        }
        if (archive == null && report.built().stream().anyMatch(built -> !built.pushed())) {
            session.console()
                    .warn("no gateway answers at " + destination.gateway()
                            + ": the images stay in the build cache; vfaas push sends them");
        }
        report.orThrow();
        return 0;
    }

    private OutputFormat format() {
        OutputFormat format = json ? OutputFormat.JSON : OutputFormat.HUMAN;
        for (String output : outputs) {
            if (!output.startsWith(ARCHIVE)) {
                try {
                    format = OutputFormat.valueOf(output.toUpperCase(Locale.ROOT));
                } catch (IllegalArgumentException e) {
                    throw Failure.usage("--output " + output + " is not human, json, yaml, name or oci:FILE.tar");
                }
            }
        }
        return format;
    }

    private @Nullable Path archive() {
        for (String output : outputs) {
            if (output.startsWith(ARCHIVE)) {
                return session.environment().resolve(output.substring(ARCHIVE.length()));
            }
        }
        return null;
    }

    private static void write(Path file, String text) {
        try {
            Path parent = file.toAbsolutePath().getParent();
            Path temporary = file.resolveSibling("." + file.getFileName() + ".part");
            Files.createDirectories(parent);
            Files.writeString(temporary, text);
            Files.move(temporary, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw Failure.failed("cannot write " + file + ": " + e.getMessage()).because(e);
        }
    }

    /** The result of a build in every format; for other commands that build too. */
    static View view(BuildReport report) {
        List<FunctionResult.Built> built = report.built();
        return new View(
                built.stream().map(BuildCommand::data).toList(),
                () -> table(built),
                () -> built.stream().map(FunctionResult.Built::pinned).toList());
    }

    private static String table(List<FunctionResult.Built> built) {
        Table table = Table.of("FUNCTION", "IMAGE", "PLATFORM", "SIZE", "DIGEST", "BUILD");
        for (FunctionResult.Built one : built) {
            table.row(
                    one.function(),
                    one.image(),
                    String.join(
                            ",",
                            one.platforms().stream()
                                    .map(image -> image.platform().toString())
                                    .toList()),
                    Images.size(one.platforms().stream()
                            .mapToLong(FunctionResult.PlatformImage::size)
                            .sum()),
                    one.digest().substring(0, 19),
                    one.cached() ? "unchanged" : "new");
        }
        return table.toString();
    }

    private static Map<String, Object> data(FunctionResult.Built built) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("function", built.function());
        data.put("image", built.image().toString());
        data.put("digest", built.digest());
        data.put("reference", built.pinned());
        data.put("cached", built.cached());
        data.put("pushed", built.pushed());
        data.put("seconds", built.elapsed().toMillis() / 1000.0);
        data.put(
                "platforms",
                built.platforms().stream()
                        .map(image -> {
                            Map<String, Object> platform = new LinkedHashMap<>();
                            platform.put("platform", image.platform().toString());
                            platform.put("digest", image.digest());
                            platform.put("size", image.size());
                            platform.put("cached", image.cached());
                            return platform;
                        })
                        .toList());
        return data;
    }

    private static Map<String, Object> data(DryRun run) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("function", run.function());
        data.put("image", run.image().toString());
        data.put("platform", run.platform().toString());
        data.put("base", run.base());
        data.put("baseDigest", run.baseDigest());
        data.put("layers", run.layers());
        data.put("digest", run.digest());
        return data;
    }

    private static String layers(List<DryRun> runs) {
        Table table = Table.of("FUNCTION", "PLATFORM", "LAYER", "FILES", "SIZE", "CACHED", "DIGEST");
        for (DryRun run : runs) {
            if (run.base() != null) {
                table.row(run.function(), run.platform(), "base " + run.base(), "", "", "", digest(run.baseDigest()));
            }
            for (DryRun.PlannedLayer layer : run.layers()) {
                table.row(
                        run.function(),
                        run.platform(),
                        layer.name(),
                        layer.files() == null ? "?" : layer.files(),
                        layer.size() == null ? "?" : Images.size(layer.size()),
                        layer.cached() ? "yes" : "no",
                        digest(layer.digest()));
            }
        }
        return table.toString();
    }

    private static String digest(@Nullable String digest) {
        return digest == null || digest.isEmpty() ? "" : digest.substring(0, 19);
    }
}
