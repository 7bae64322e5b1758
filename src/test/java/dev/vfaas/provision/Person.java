package dev.vfaas.provision;

import dev.vfaas.support.Tool;
import dev.vfaas.testbed.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Someone at a machine of their own, whose home is a folder, who works with vfaas on one server of the test-bed. */
public final class Person {
    private final Path home;
    private final TestServer server;

    /** Somebody who knows the server's host key. */
    public Person(Path home, TestServer server) {
        this.home = home;
        this.server = server;
        known(server.knownHost());
    }

    /** Somebody whose home has the known_hosts that are wanted already. */
    public static Person whoKnowsThem(Path home, TestServer server) {
        return new Person(server, home);
    }

    private Person(TestServer server, Path home) {
        this.home = home;
        this.server = server;
    }

    /** From now on, these are all the host keys the person knows. */
    public void known(String line) {
        try {
            Files.createDirectories(home.resolve(".ssh"));
            Files.writeString(home.resolve(".ssh/known_hosts"), line + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code vfaas COMMAND root@SERVER ...} in process; a command of several words is one string. */
    public Tool.Outcome vfaas(String command, String... options) {
        return vfaasAs("root", command, options);
    }

    /** Runs it as one of the server's users; pat's password for sudo is given on standard input. */
    public Tool.Outcome vfaasAs(String user, String command, String... options) {
        return words(user.equals("pat") ? TestServer.PASSWORD + "\n" : "", line(user, command, options));
    }

    /** Runs any command line. */
    public Tool.Outcome words(String input, List<String> words) {
        return new Tool(home)
                .with("HOME", home.toString())
                .input(input.getBytes(StandardCharsets.UTF_8))
                .run(words.toArray(String[]::new));
    }

    private List<String> line(String user, String command, String... options) {
        List<String> line = new ArrayList<>(List.of(command.split(" ")));
        line.addAll(List.of(
                user + "@" + server.address(), "--identity", server.key().toString()));
        line.addAll(List.of(options));
        if (user.equals("pat")) {
            line.add("--sudo-password-stdin");
        }
        return line;
    }

    /** Starts it as a process of its own, which can be killed. */
    public Started start(String command, String... options) {
        return startAs("root", command, options);
    }

    /** The same as one of the server's users. */
    public Started startAs(String user, String command, String... options) {
        // A process that is started in the background of a script may have Ctrl-C ignored; env gives it back.
        List<String> words = new ArrayList<>(List.of(
                "/usr/bin/env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Duser.home=" + home,
                "-cp",
                System.getProperty("java.class.path"),
                "dev.vfaas.Main"));
        words.addAll(line(user, command, options));
        try {
            Path err = Files.createTempFile(home, "stderr", ".txt");
            ProcessBuilder builder = new ProcessBuilder(words).redirectError(err.toFile());
            builder.environment().put("HOME", home.toString());
            builder.environment().keySet().removeIf(name -> name.startsWith("XDG_") || name.equals("KUBECONFIG"));
            builder.environment()
                    .remove("PATH"); // so that ssh -G, which asks the user database for the home, is not found
            Process process = builder.start();
            if (user.equals("pat")) {
                process.getOutputStream().write((TestServer.PASSWORD + "\n").getBytes(StandardCharsets.UTF_8));
            }
            process.getOutputStream().close();
            return new Started(process, process.inputReader(StandardCharsets.UTF_8), err, new StringBuilder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * vfaas as a process of its own.
     *
     * @param out the rest of its standard output
     * @param err the file its standard error goes to
     * @param read what was read of {@code out} so far
     */
    public record Started(Process process, BufferedReader out, Path err, StringBuilder read) {
        /** Reads on until a line holds all of {@code words}; false when the output ends before. */
        public boolean until(String... words) {
            try {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    read.append(line).append('\n');
                    if (List.of(words).stream().allMatch(line::contains)) {
                        return true;
                    }
                }
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Kills it (SIGKILL) and waits until it is gone. */
        public void kill() {
            process.destroyForcibly().onExit().join();
        }

        /** Sends a signal, for example {@code INT}. */
        public void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }

        /** Its exit code, once it has ended by itself; what it said is in {@link #said}. */
        public int ended() throws InterruptedException {
            until("no line has this");
            if (!process.waitFor(10, TimeUnit.MINUTES)) {
                throw new AssertionError("it did not end: " + said());
            }
            return process.exitValue();
        }

        /** Everything it wrote. */
        public String said() {
            try {
                return read + Files.readString(err);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
