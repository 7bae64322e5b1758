package dev.vfaas.ssh;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The person's SSH configuration: asked of OpenSSH itself ({@code ssh -G}) when it is installed, read by {@link ConfigFile} otherwise. */
final class SshConfig {
    private static final List<String> DEFAULT_IDENTITIES = List.of("id_ed25519", "id_ecdsa", "id_rsa");

    private final Environment environment;
    private final @Nullable Path ssh;

    SshConfig(Environment environment) {
        this(environment, onPath(environment));
    }

    /** With the given ssh program; null reads the files here. */
    SshConfig(Environment environment, @Nullable Path ssh) {
        this.environment = environment;
        this.ssh = ssh;
    }

    private static @Nullable Path onPath(Environment environment) {
        String path = environment.get("PATH");
        for (String folder : (path == null ? "" : path).split(File.pathSeparator)) {
            for (String name : List.of("ssh", "ssh.exe")) {
                if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
                    return Path.of(folder, name);
                }
            }
        }
        return null;
    }

    /** All settings of a host; the target's own user and port win. */
    HostSettings resolve(SshTarget target) {
        Map<String, List<String>> options = ssh == null ? null : askOpenSsh(ssh, target);
        if (options == null) {
            options = new ConfigFile(environment).read(target);
        }
        return settings(target, options);
    }

    private @Nullable Map<String, List<String>> askOpenSsh(Path program, SshTarget target) {
        List<String> argv = new ArrayList<>(List.of(program.toString(), "-G"));
        // OpenSSH takes the home directory from the user database; where HOME says otherwise, HOME is meant.
        Path account = Path.of(System.getProperty("user.home"));
        if (!environment.home().equals(account)) {
            Path config = environment.home().resolve(".ssh/config");
            argv.addAll(List.of("-F", Files.exists(config) ? config.toString() : "none"));
        }
        if (target.user() != null) {
            argv.addAll(List.of("-l", target.user()));
        }
        if (target.port() != null) {
            argv.addAll(List.of("-p", target.port().toString()));
        }
        argv.addAll(List.of("--", target.host()));
        try {
            Process process = new ProcessBuilder(argv)
                    .redirectError(ProcessBuilder.Redirect.PIPE)
                    .start();
            process.getOutputStream().close();
            String out;
            String err;
            try (var stdout = process.getInputStream();
                    var stderr = process.getErrorStream()) {
                out = new String(stdout.readAllBytes(), StandardCharsets.UTF_8);
                err = new String(stderr.readAllBytes(), StandardCharsets.UTF_8).strip();
            }
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return null;
            }
            if (process.exitValue() != 0) {
                throw Failure.usage("the SSH configuration cannot be used: " + err)
                        .next("ssh -G " + target.host());
            }
            return ConfigFile.options(out.lines()
                    .map(line -> line.replace(account + "/.ssh/", environment.home() + "/.ssh/"))
                    .toList());
        } catch (IOException cannotBeRun) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted");
        }
    }

    private HostSettings settings(SshTarget target, Map<String, List<String>> options) {
        String local = System.getProperty("user.name");
        String user = target.user() != null ? target.user() : first(options, "user", local);
        int port = target.port() != null ? target.port() : number(first(options, "port", "22"));
        String hostName = first(options, "hostname", target.host())
                .replace("%h", target.host())
                .replace("%n", target.host());
        Tokens tokens = new Tokens(environment, target.host(), hostName, port, user, local);
        String command = first(options, "proxycommand", "none");
        String jump = first(options, "proxyjump", "none");
        if (!command.equals("none") && jump.equals("none")) {
            throw Failure.usage(
                            "the SSH configuration of " + target.host() + " uses ProxyCommand, which is not supported")
                    .next("use ProxyJump, for example: ProxyJump user@bastion");
        }
        LinkedHashSet<Path> identities = new LinkedHashSet<>();
        for (String file : options.getOrDefault("identityfile", List.of())) {
            if (!file.equals("none")) {
                identities.add(tokens.path(file));
            }
        }
        if (!options.containsKey("identityfile")) {
            DEFAULT_IDENTITIES.forEach(
                    name -> identities.add(environment.home().resolve(".ssh").resolve(name)));
        }
        return new HostSettings(
                target.host(),
                hostName,
                port,
                user,
                List.copyOf(identities),
                yes(first(options, "identitiesonly", "no")),
                agent(tokens, first(options, "identityagent", "SSH_AUTH_SOCK")),
                jumps(jump),
                knownHosts(tokens, options),
                options.containsKey("hostkeyalias") ? first(options, "hostkeyalias", "") : null,
                yes(first(options, "hashknownhosts", "no")));
    }

    private @Nullable String agent(Tokens tokens, String setting) {
        if (setting.equals("none")) {
            return null;
        }
        if (setting.equals("SSH_AUTH_SOCK")) {
            String socket = environment.get("SSH_AUTH_SOCK");
            boolean windows = File.separatorChar == '\\';
            return socket == null && windows ? "\\\\.\\pipe\\openssh-ssh-agent" : socket;
        }
        return setting.startsWith("$")
                ? environment.get(setting.substring(1))
                : tokens.path(setting).toString();
    }

    private static List<SshTarget> jumps(String setting) {
        List<SshTarget> jumps = new ArrayList<>();
        if (!setting.equals("none")) {
            for (String hop : setting.split(",")) {
                jumps.add(SshTarget.parse(hop));
            }
        }
        return jumps;
    }

    private List<Path> knownHosts(Tokens tokens, Map<String, List<String>> options) {
        List<Path> files = new ArrayList<>();
        for (String line : options.getOrDefault("userknownhostsfile", List.of("~/.ssh/known_hosts"))) {
            ConfigFile.words(line).forEach(file -> files.add(tokens.path(file)));
        }
        for (String line : options.getOrDefault("globalknownhostsfile", List.of("/etc/ssh/ssh_known_hosts"))) {
            ConfigFile.words(line).forEach(file -> files.add(tokens.path(file)));
        }
        return files;
    }

    private static String first(Map<String, List<String>> options, String name, String fallback) {
        return options.getOrDefault(name, List.of(fallback)).getFirst();
    }

    private static boolean yes(String value) {
        return value.toLowerCase(Locale.ROOT).matches("yes|true");
    }

    private static int number(String port) {
        try {
            return Integer.parseInt(port);
        } catch (NumberFormatException e) {
            throw Failure.usage("the SSH configuration has the port \"" + port + "\"");
        }
    }
}
