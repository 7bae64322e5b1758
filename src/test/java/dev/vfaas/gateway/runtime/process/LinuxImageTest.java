package dev.vfaas.gateway.runtime.process;

import static dev.vfaas.gateway.runtime.process.RuntimeBench.await;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.function;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.quick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vfaas.gateway.image.StoredImage;
import dev.vfaas.openfaas.FunctionDeployment;
import dev.vfaas.openfaas.Secret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image with a root file system of its own: a Perl of this machine with its libraries, and nothing else. */
class LinuxImageTest {
    private static final String SERVER = """
            use strict; use warnings; use IO::Socket::INET;
            my $server = IO::Socket::INET->new(LocalAddr => $ENV{VFAAS_BIND}, LocalPort => $ENV{port}, Listen => 50, ReuseAddr => 1) or die "bind: $!";
            while (my $client = $server->accept) {
              my $line = <$client> // ''; my ($path) = $line =~ m{^GET /(\\S*)}; $path //= '';
              while (my $header = <$client>) { last if $header =~ /^\\r?$/ }
              my $text = 'OK';
              if ($path =~ m{^env/(.*)}) { $text = $ENV{$1} // '-' }
              if ($path =~ m{^ls/(.*)}) { opendir(my $d, "/$1"); $text = join ' ', sort grep !/^\\.\\.?$/, readdir $d }
              if ($path =~ m{^read/(.*)}) { if (open(my $f, '<', "/$1")) { local $/; $text = <$f> } else { $text = "no: $!" } }
              if ($path =~ m{^write/(.*)}) { $text = open(my $f, '>', "/$1") ? 'written' : "no: $!" }
              if ($path eq 'cwd') { $text = readlink '/proc/self/cwd' }
              print $client "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: " . length($text) . "\\r\\n\\r\\n$text";
              close $client;
            }
            """;

    @TempDir
    Path folder;

    private RuntimeBench bench;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/perl"))
                && run("unshare", "--map-root-user", "--mount", "true") != null);
        bench = new RuntimeBench(folder, quick());
    }

    @AfterEach
    void close() {
        if (bench != null) {
            bench.close();
        }
    }

    @Test
    void it_runs_in_its_own_root_with_what_it_needs_of_the_machine() throws Exception {
        bench.images.put("perl:latest", image(architecture()));
        bench.secrets.create("openfaas-fn", "token", Secret.of("s3cret"));
        bench.runtime.deploy(new FunctionDeployment(
                "perl",
                "perl:latest",
                null,
                null,
                Map.of(),
                List.of(),
                List.of("token"),
                Map.of(),
                Map.of(),
                null,
                null,
                false));
        bench.awaitReady("perl", 1);
        assertThat(bench.call("perl", "/cwd")).isEqualTo("/srv");
        assertThat(bench.call("perl", "/ls/srv")).isEqualTo("server.pl");
        assertThat(bench.call("perl", "/ls/home")).isEmpty();
        assertThat(bench.call("perl", "/env/VFAAS_SECRETS_PATH")).isEqualTo("/var/openfaas/secrets");
        assertThat(bench.call("perl", "/read/var/openfaas/secrets/token")).isEqualTo("s3cret");
        assertThat(bench.call("perl", "/read/etc/hosts")).isEqualTo(Files.readString(Path.of("/etc/hosts")));
        assertThat(bench.call("perl", "/read" + folder.resolve("db"))).startsWith("no: ");
        assertThat(bench.call("perl", "/write/tmp/of-the-image")).isEqualTo("written");
        assertThat(bench.call("perl", "/ls/tmp")).isEqualTo("of-the-image");
        assertThat(Path.of("/tmp/of-the-image")).doesNotExist();
        assertThat(bench.call("perl", "/env/PATH")).startsWith("/usr/local/sbin:");

        bench.runtime.remove(RuntimeBench.key("perl"));
        await(() -> {
            try {
                return bench.in("roots").isEmpty() && bench.in("replicas").isEmpty();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(Path.of("/etc/hosts")).exists();
    }

    @Test
    void another_architecture_is_refused() throws Exception {
        bench.images.put("perl:latest", image("s390x"));
        assertThatThrownBy(() -> bench.runtime.deploy(function("perl")))
                .hasMessageStartingWith("the image is for linux/s390x, and this machine cannot run it");
        assertThat(bench.in("roots")).isEmpty();
    }

    private StoredImage image(String architecture) throws Exception {
        Path tree = Files.createDirectory(folder.resolve("tree"));
        copy(tree, "/usr/bin/perl");
        String libraries = run("ldd", "/usr/bin/perl");
        Pattern.compile("(/\\S+) \\(0x").matcher(libraries).results().forEach(library -> copy(tree, library.group(1)));
        String modules = run("perl", "-e", "print grep { m{perl-base} } @INC");
        Files.createDirectories(tree.resolve(modules.substring(1)).getParent());
        run("cp", "-a", modules, tree.resolve(modules.substring(1)).toString());
        Files.createDirectories(tree.resolve("srv"));
        Files.writeString(tree.resolve("srv/server.pl"), SERVER);
        Path layer = folder.resolve("perl.tar.gz");
        run("tar", "-C", tree.toString(), "-czf", layer.toString(), ".");
        return new StoredImage(
                "sha256:" + architecture,
                List.of(layer),
                List.of(),
                List.of("perl", "server.pl"),
                "/srv",
                Map.of(),
                "linux",
                architecture);
    }

    private static void copy(Path tree, String file) {
        try {
            Path target = tree.resolve(file.substring(1));
            Files.createDirectories(target.getParent());
            Files.copy(Path.of(file).toRealPath(), target);
            target.toFile().setExecutable(true);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String architecture() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    /** What a program printed, null when it failed. */
    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0 ? text : null;
    }
}
