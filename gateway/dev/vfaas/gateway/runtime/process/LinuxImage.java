package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.image.StoredImage;
import dev.vfaas.gateway.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Images with a root file system of their own, on Linux: the process runs in a user and mount namespace with that root ({@code unshare} of util-linux),
 * so that neither privileges nor a container engine are needed. The network, the process table and the machine's users are shared with everybody else.
 */
final class LinuxImage implements ImageRunner {
    private static final String SECRETS = "/var/openfaas/secrets";
    private static final String USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final List<String> INHERITED = List.of("LANG", "LC_ALL", "TZ");
    private static final List<String> SHARED_FILES = List.of("/etc/resolv.conf", "/etc/hosts");

    /** Runs inside the new namespaces, still seeing the machine's files: mounts what the image needs, then enters it. */
    private static final String ENTER = """
            set -e
            root=$1 work=$2 temporary=$3 secrets=$4 unshare=$5
            shift 5
            mount --rbind /dev "$root/dev"
            mount --rbind /proc "$root/proc"
            mount --bind "$temporary" "$root/tmp"
            mount --bind "$secrets" "$root/var/openfaas/secrets"
            for file in /etc/resolv.conf /etc/hosts; do
              [ ! -e "$file" ] || mount --bind "$file" "$root$file"
            done
            exec "$unshare" --root="$root" --wd="$work" "$@"
            """;

    private final Map<String, String> environment;
    private final boolean linux;
    private volatile @Nullable String hindrance;

    LinuxImage(Map<String, String> environment, String osName) {
        this.environment = environment;
        this.linux = osName.startsWith("Linux");
    }

    @Override
    public Start start(StoredImage image, Path root, Path temporary, Path secrets) {
        check(image);
        try {
            for (String folder : List.of("dev", "proc", "tmp", "etc", SECRETS.substring(1))) {
                Files.createDirectories(inside(root, folder));
            }
            for (String file : SHARED_FILES) {
                Path target = inside(root, file.substring(1));
                if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                    Files.createFile(target);
                }
            }
        } catch (IOException e) {
            throw invalid("image " + image.digest() + " has no place for /dev, /proc, /tmp or " + SECRETS + ": "
                    + e.getMessage());
        }
        String unshare = program("unshare");
        List<String> command = new ArrayList<>(List.of(
                unshare,
                "--map-root-user",
                "--mount",
                "/bin/sh",
                "-c",
                ENTER,
                "vfaas",
                root.toString(),
                image.workingDirectory().isEmpty() ? "/" : image.workingDirectory(),
                temporary.toString(),
                secrets.toString(),
                unshare));
        command.addAll(image.entrypoint());
        return new Start(command, root, variables(), "/tmp", SECRETS);
    }

    private Map<String, String> variables() {
        Map<String, String> variables = new HashMap<>(Map.of("PATH", USUAL_PATH, "HOME", "/root"));
        for (String name : INHERITED) {
            String value = environment.get(name);
            if (value != null) {
                variables.put(name, value);
            }
        }
        return variables;
    }

    private void check(StoredImage image) {
        String kind = image.os() + "/" + image.architecture();
        String machine = architecture(System.getProperty("os.arch", ""));
        if (!linux || !image.os().equals("linux") || !image.architecture().equals(machine)) {
            throw invalid("the image is for " + kind + ", and this machine cannot run it: build the function with"
                    + " --platform host" + (linux ? " or linux/" + machine : "") + " and deploy again");
        }
        if (image.entrypoint().isEmpty()) {
            throw invalid("the image names no entrypoint");
        }
        String known = hindrance;
        if (known == null) {
            known = tryOut();
            hindrance = known;
        }
        if (!known.isEmpty()) {
            throw invalid(
                    "the image is for " + kind + " and needs user namespaces, which this machine refuses (" + known
                            + "): build the function with --platform host, or allow them"
                            + " (sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0)");
        }
    }

    /** Why the namespaces cannot be had, empty when they can. */
    private String tryOut() {
        try {
            Process trial = new ProcessBuilder(program("unshare"), "--map-root-user", "--mount", "true")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(trial.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return trial.waitFor(10, TimeUnit.SECONDS) && trial.exitValue() == 0 ? "" : said.strip() + " ";
        } catch (IOException e) {
            return "unshare of util-linux is not installed";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private String program(String name) {
        for (String folder : (environment.getOrDefault("PATH", "") + ":/usr/bin:/bin").split(":")) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
                return Path.of(folder, name).toString();
            }
        }
        return name;
    }

    /** A path of the image that is made here, with no link of the image on the way: it could lead out of the root. */
    private static Path inside(Path root, String relative) throws IOException {
        Path at = root;
        for (Path part : Path.of(relative)) {
            at = at.resolve(part.toString());
            if (Files.isSymbolicLink(at)) {
                Files.delete(at);
            }
        }
        return at;
    }

    private static String architecture(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }

    private static RuntimeFailure invalid(String why) {
        return new RuntimeFailure(RuntimeFailure.Kind.INVALID, why);
    }
}
