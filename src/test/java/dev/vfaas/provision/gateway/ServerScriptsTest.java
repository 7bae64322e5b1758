package dev.vfaas.provision.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the steps run on a server, in a shell of this machine; K3s is a script that writes down what it is told. */
class ServerScriptsTest {
    @TempDir
    Path folder;

    private String run(String script, String... arguments) throws Exception {
        List<String> command = Stream.concat(Stream.of("sh", "-c", script, "sh"), Stream.of(arguments))
                .toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** The volume's phase is as told until it is patched; then Kubernetes would find it Available. */
    private List<String> volume(String phase) throws Exception {
        run("""
                k() {
                  echo "$*" >>"$folder/told"
                  case "$*" in
                  patch*) touch "$folder/patched" ;;
                  *persistentvolumeclaim*) echo Bound ;;
                  *get*) if [ -f "$folder/patched" ]; then echo Available; else echo PHASE; fi ;;
                  esac
                }
                folder=$1
                """.replace("PHASE", phase) + ObjectsStep.VOLUME + "volume one two\n", folder.toString());
        return Files.readAllLines(folder.resolve("told"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Released", "Failed"})
    void aVolumeWhoseClaimIsGoneIsMadeReadyForTheNext(String phase) throws Exception {
        List<String> told = volume(phase);
        assertThat(told.get(1))
                .startsWith("patch persistentvolume vfaas-gateway")
                .endsWith("{\"spec\":{\"claimRef\":{\"uid\":null,\"resourceVersion\":null}}}");
        assertThat(told).filteredOn(line -> line.equals("apply -f -")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Available", "Bound"})
    void aVolumeInUseIsLeftAlone(String phase) throws Exception {
        assertThat(volume(phase)).noneMatch(line -> line.startsWith("patch"));
    }

    @Test
    void k3sFoldersAreAsK3sMakesThem() throws Exception {
        Path rancher = folder.resolve("rancher");
        Path archive = rancher.resolve("agent/images/gateway.tar");
        run("""
                mkdir -p "$1/image/blobs/sha256"; cd "$1/image"
                echo {} >index.json; echo {} >oci-layout; echo layer >blobs/sha256/blob
                mv blobs/sha256/blob "blobs/sha256/$(sha256sum <blobs/sha256/blob | cut -c1-64)"
                tar -cf "$1/part" index.json oci-layout blobs
                """, folder.toString());
        String blob;
        try (Stream<Path> blobs = Files.list(folder.resolve("image/blobs/sha256"))) {
            blob = blobs.findFirst().orElseThrow().getFileName().toString();
        }
        run(
                ImageStep.MERGE.replace("-p /var/lib/vfaas ", "-p '" + folder + "' "),
                folder.resolve("part").toString(),
                archive.toString(),
                blob);
        for (Path made : List.of(rancher, rancher.resolve("agent"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                    .isEqualTo("rwxr-xr-x");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)))
                .isEqualTo("rw-------");
    }
}
