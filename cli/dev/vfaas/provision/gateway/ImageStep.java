package dev.vfaas.provision.gateway;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.image.gateway.GatewayArchive;
import dev.vfaas.image.gateway.GatewayImage;
import dev.vfaas.image.oci.Descriptor;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Sha256;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Upload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the gateway's image on a node over SSH: no registry is needed. It lies in K3s's folder of images, from where K3s imports it at every start; a
 * K3s that runs already is told to import it. Of an older version only the layers that changed are sent.
 */
final class ImageStep implements Step {
    static final String ID = "vfaas-image";
    /** The same on a node that joined a cluster; such a node has no stack of its own. */
    static final String NODE_ID = "node-image";
    /** Where K3s takes images from when it starts. */
    static final String ARCHIVE = "/var/lib/rancher/k3s/agent/images/vfaas-gateway.tar";

    private static final String QUESTION = "vfaas.image";
    private static final String PART = "/var/lib/vfaas/gateway-image.part";
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final Duration SEND = Duration.ofMinutes(30);
    private static final Duration IMPORT = Duration.ofMinutes(5);

    /** Prints the sum of the archive's index, and the names of vfaas's images containerd has. $ARCHIVE */
    private static final String LOOK = """
            export PATH="$PATH:/usr/local/bin"
            [ -f "$ARCHIVE" ] && tar -xOf "$ARCHIVE" --occurrence=1 index.json 2>/dev/null | sha256sum | cut -c1-64
            command -v k3s >/dev/null && timeout 8 k3s ctr images ls -q 2>/dev/null | grep '^vfaas\\.internal/vfaas/'
            exit 0
            """;

    /** Makes one archive of the old one and what was sent, checks every blob, imports it where K3s runs. $1 what was sent, $2 the archive, then blobs. */
    static final String MERGE = """
            set -e
            export PATH="$PATH:/usr/local/bin"
            part=$1 archive=$2
            shift 2
            umask 077
            (umask 022; mkdir -p "${archive%/*}") # K3s's folders, as K3s itself would make them
            work=$(mktemp -d -p /var/lib/vfaas gateway-image.XXXXXX)
            trap 'rm -rf "$work" "$part" "$archive.new"' EXIT
            if [ -f "$archive" ]; then tar -xf "$archive" -C "$work" || rm -rf "$work"/*; fi
            tar -xf "$part" -C "$work"
            cd "$work"
            mkdir kept
            for blob in "$@"; do
              [ -f "blobs/sha256/$blob" ] || { echo "the blob $blob is missing" >&2; exit 1; }
              mv "blobs/sha256/$blob" kept/
            done
            rm -rf blobs/sha256; mv kept blobs/sha256
            for blob in "$@"; do echo "$blob  blobs/sha256/$blob"; done | sha256sum --quiet --check >&2
            tar --owner=0 --group=0 --mode=a+r -cf "$archive.new" index.json oci-layout blobs
            mv "$archive.new" "$archive"
            systemctl -q is-active k3s k3s-agent || exit 0
            i=0 # an agent's unit counts as started before its containerd answers
            until k3s ctr images ls -q >/dev/null 2>&1; do
              i=$((i + 1))
              [ $i -lt 200 ] || { echo "containerd does not answer" >&2; exit 1; }
              sleep 0.5
            done
            k3s ctr images import "$archive" >&2
            """;

    /** Prints the names of the images, or "not started". */
    private static final String NAMES = """
            systemctl -q is-active k3s k3s-agent || { echo "not started"; exit 0; }
            PATH="$PATH:/usr/local/bin"; k3s ctr images ls -q
            """;

    private final String id;
    private final @Nullable WantedImage wanted;

    /** On a cluster's first server. @param image null for a step that is only undone */
    ImageStep(@Nullable GatewayImage image) {
        this(ID, image == null ? null : WantedImage.of(image));
    }

    ImageStep(String id, @Nullable WantedImage wanted) {
        this.id = id;
        this.wanted = wanted;
    }

    private WantedImage wanted() {
        return Objects.requireNonNull(wanted, "only to be undone");
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Phase phase() {
        return Phase.STACK;
    }

    @Override
    public String title() {
        return "bringing the gateway's image";
    }

    @Override
    public List<Question> questions() {
        return List.of(new Question.OfScript(QUESTION, "ARCHIVE='" + ARCHIVE + "'\n" + LOOK));
    }

    @Override
    public List<Change> plan(Planning planning) {
        List<String> lines =
                planning.observed().answer(QUESTION).output().lines().toList();
        WantedImage wanted = wanted();
        String index = Sha256.of(wanted.index().getBytes(StandardCharsets.UTF_8));
        boolean there = lines.contains(index) && lines.containsAll(wanted.references());
        return there
                ? List.of()
                : List.of(new Change.OfArtefact(
                        ARCHIVE, "", 0600, wanted.source(), lines.isEmpty() ? null : lines.getFirst()));
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        WantedImage.Supply supply = wanted().supply();
        GatewayImage image = supply.take();
        try {
            bring(image, execution);
        } finally {
            supply.giveBack(image);
        }
    }

    private void bring(GatewayImage image, Execution execution) {
        Set<String> there = new HashSet<>(execution
                .attempt(Command.script("tar -tf \"$1\" 2>/dev/null | sed -n 's|^blobs/sha256/||p'", ARCHIVE), SHORT)
                .out()
                .lines()
                .toList());
        List<Descriptor> missing = image.blobs().stream()
                .filter(blob -> !there.contains(hex(blob)))
                .toList();
        Path part = null;
        try {
            part = Files.createTempFile("vfaas-gateway", ".tar");
            new GatewayArchive(image).write(part, missing);
            long size = Files.size(part);
            Upload upload = Upload.file(part, PART, 0600);
            long[] told = {-1};
            execution
                    .server()
                    .upload(
                            upload,
                            sent -> {
                                long tenths = sent * 10 / Math.max(1, size);
                                if (tenths > told[0]) {
                                    told[0] = tenths;
                                    execution.progress("sending the gateway's image, " + mebibytes(size) + ": "
                                            + tenths * 10 + " %");
                                }
                            },
                            SEND);
        } catch (IOException e) {
            throw Failure.failed("the gateway's image cannot be written to a temporary file: " + e)
                    .because(e);
        } finally {
            remove(part);
        }
        execution.progress("importing the gateway's image");
        List<String> arguments = new ArrayList<>(List.of(PART, ARCHIVE));
        image.blobs().stream().map(ImageStep::hex).distinct().forEach(arguments::add);
        execution.run(Command.script(MERGE, arguments.toArray(String[]::new)), IMPORT);
    }

    @Override
    public void verify(Execution execution) {
        String names = execution.attempt(Command.script(NAMES), SHORT).out();
        if (names.strip().equals("not started")) {
            return; // K3s imports it when it starts, and ObjectsStep looks after it
        }
        for (String name : wanted().references()) {
            if (names.lines().noneMatch(name::equals)) {
                throw Failure.of(
                                ExitCode.NOT_AS_ASKED,
                                execution.server().name() + ": containerd does not have the image " + name
                                        + " though it was imported")
                        .next("vfaas host exec " + execution.server().name() + " -- k3s ctr images ls");
            }
        }
    }

    @Override
    public void undo(Execution execution) {
        execution.run(Command.of("rm", "-f", ARCHIVE, PART), SHORT);
    }

    private static String hex(Descriptor blob) {
        return blob.digest().substring(blob.digest().indexOf(':') + 1);
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    private static void remove(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // A temporary file: the system's cleaning takes it.
        }
    }
}
