package dev.vfaas.provision.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.Platform;
import dev.vfaas.image.cache.FolderRemoval;
import dev.vfaas.image.gateway.GatewayImage;
import dev.vfaas.image.oci.Descriptor;
import dev.vfaas.image.oci.MediaTypes;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.k3s.Architecture;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The image the gateway of a cluster runs, as one of the cluster's servers has it. A node that joins gets it too, under the same names, so that the
 * gateway and the function of {@code vfaas up}'s first call can land on it; a node of another architecture gets its own image under these names.
 */
public final class ClusterImage {
    /** Nodes that have the image are labelled with its tag. */
    public static final String LABEL = "vfaas.dev/gateway-image";

    private static final Duration SHORT = Duration.ofSeconds(40);
    private static final Duration FETCH = Duration.ofMinutes(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Prints the machine, the version of vfaas the gateway is of, and the image layout's index; nothing where there is no gateway. */
    private static final String LOOK = """
            export PATH="$PATH:/usr/local/bin"
            [ -f "$1" ] || exit 0
            version=$(k3s kubectl -n vfaas get deployment gateway -o 'jsonpath={.spec.template.metadata.annotations.dev\\.vfaas/version}' --request-timeout=20s) || exit 0
            uname -m
            echo "$version"
            tar -xOf "$1" --occurrence=1 index.json
            """;

    private final Server server;
    private final String machine;
    private final String version;
    private final Map<String, Descriptor> manifests;
    private final Map<String, String> references;

    private ClusterImage(
            Server server,
            String machine,
            String version,
            Map<String, Descriptor> manifests,
            Map<String, String> references) {
        this.server = server;
        this.machine = machine;
        this.version = version;
        this.manifests = manifests;
        this.references = references;
    }

    /** Looks on a server of the cluster; empty when the cluster has no gateway of vfaas's. */
    public static Optional<ClusterImage> of(Server server) {
        Completed said = server.runAsRoot(Command.script(LOOK, ImageStep.ARCHIVE), SHORT);
        String[] lines = said.out().split("\n", 3);
        if (!said.ok() || lines.length < 3) {
            return Optional.empty();
        }
        Map<String, Descriptor> manifests = new LinkedHashMap<>();
        Map<String, String> references = new LinkedHashMap<>();
        try {
            for (JsonNode manifest : JSON.readTree(lines[2]).path("manifests")) {
                String reference = manifest.path("annotations")
                        .path("io.containerd.image.name")
                        .asText();
                String name = reference.replaceAll("^.*/|:[^:]*$", "");
                references.put(name, reference);
                manifests.put(
                        name,
                        new Descriptor(
                                manifest.path("mediaType").asText(),
                                manifest.path("digest").asText(),
                                manifest.path("size").asLong()));
            }
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
        return references.keySet().containsAll(List.of(GatewayImage.GATEWAY, GatewayImage.SMOKE))
                ? Optional.of(new ClusterImage(server, lines[0].strip(), lines[1].strip(), manifests, references))
                : Optional.empty();
    }

    /** The value of {@link #LABEL} on nodes that have it. */
    public String tag() {
        return tag(references.getOrDefault(GatewayImage.GATEWAY, ""));
    }

    static String tag(String reference) {
        return reference.substring(reference.lastIndexOf(':') + 1);
    }

    /**
     * What brings it to a node of the cluster.
     *
     * @param node its machine, as {@code uname -m} says
     * @param images makes or finds the image of this vfaas for a machine; a Failure when it cannot
     * @param own version of this vfaas
     * @throws Failure when the node is of another architecture than the cluster's server and no image fits
     */
    public Step step(String node, Function<String, GatewayImage> images, String own) {
        boolean same = Architecture.of(node) == Architecture.of(machine);
        if (!same) {
            if (!own.equals(version)) {
                throw Failure.of(
                                ExitCode.NOT_AS_ASKED,
                                "the gateway of the cluster is that of vfaas " + version + " for " + machine
                                        + ", and this is vfaas " + own + ": it has no such image for " + node)
                        .next("vfaas upgrade " + server.name() + ", or the same with vfaas " + version);
            }
            return new ImageStep(
                    ImageStep.NODE_ID, WantedImage.of(images.apply(node).named(references)));
        }
        return new ImageStep(ImageStep.NODE_ID, local(node, images).orElseGet(this::copied));
    }

    /** The image this machine has, if it is the very one the cluster runs; then nothing need be fetched. */
    private Optional<WantedImage> local(String node, Function<String, GatewayImage> images) {
        try {
            GatewayImage image = images.apply(node);
            return image.manifests().equals(manifests)
                    ? Optional.of(WantedImage.of(image.named(references)))
                    : Optional.empty();
        } catch (Failure notHere) {
            return Optional.empty();
        }
    }

    private WantedImage copied() {
        GatewayImage described = image(List.of(), Path.of(""));
        return new WantedImage(
                described.index(),
                List.copyOf(references.values()),
                server.name() + ": " + references.get(GatewayImage.GATEWAY)
                        + ", of which only layers are sent that are not there",
                new WantedImage.Supply() {
                    @Override
                    public GatewayImage take() {
                        return fetched();
                    }

                    @Override
                    public void giveBack(GatewayImage image) {
                        FolderRemoval.remove(image.folder());
                    }
                });
    }

    /** Fetches the archive from the cluster's server into a temporary folder. */
    private GatewayImage fetched() {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("vfaas-gateway-image");
            Path archive = folder.resolve("archive");
            try (OutputStream out = Files.newOutputStream(archive)) {
                Completed said = server.stream(Command.of("cat", ImageStep.ARCHIVE), out, FETCH);
                if (!said.ok()) {
                    throw Failure.of(
                                    ExitCode.NOT_AS_ASKED,
                                    server.name() + ": the gateway's image cannot be read: "
                                            + said.err().strip())
                            .next("vfaas up " + server.name() + ", then the same again");
                }
            }
            List<Descriptor> blobs = unpack(archive, folder);
            Files.delete(archive);
            return image(blobs, folder);
        } catch (IOException | Failure e) {
            if (folder != null) {
                FolderRemoval.remove(folder);
            }
            if (e instanceof Failure failure) {
                throw failure;
            }
            throw Failure.failed(
                            "the gateway's image of " + server.name() + " cannot be kept in a temporary folder: " + e)
                    .because(e);
        }
    }

    private static List<Descriptor> unpack(Path archive, Path folder) throws IOException {
        List<Descriptor> blobs = new ArrayList<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(Files.newInputStream(archive))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                String name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
                if (entry.isFile() && name.matches("[0-9a-f]{64}")) {
                    Files.copy(tar, folder.resolve(name));
                    blobs.add(new Descriptor(MediaTypes.LAYER_GZIP, "sha256:" + name, entry.getSize()));
                }
            }
        }
        return blobs;
    }

    private GatewayImage image(List<Descriptor> blobs, Path folder) {
        Platform platform =
                Architecture.of(machine) == Architecture.ARM64 ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64;
        return new GatewayImage(platform, manifests, blobs, Map.of(), false, folder, references);
    }
}
