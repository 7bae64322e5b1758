package dev.vfaas.gateway.runtime.process;

import static dev.vfaas.gateway.runtime.process.RuntimeBench.function;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.key;

import dev.vfaas.gateway.runtime.LiveFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Prints how long starts and wakes of real template servers take; not a test. Arguments: the repository's folder, a scratch folder, and how many
 * starts may run at once.
 */
final class RuntimeFigures {
    private final Path templates;
    private final RuntimeBench bench;

    private RuntimeFigures(Path templates, RuntimeBench bench) {
        this.templates = templates;
        this.bench = bench;
    }

    public static void main(String[] args) throws Exception {
        ProcessOptions options = ProcessOptions.defaults().withSuspendAfter(Duration.ofMillis(50));
        if (args.length > 2) {
            options = options.withStartsAtOnce(Integer.parseInt(args[2]));
        }
        try (RuntimeBench bench = new RuntimeBench(Path.of(args[1]), options)) {
            RuntimeFigures figures = new RuntimeFigures(Path.of(args[0], "templates"), bench);
            figures.image("python3", "python", "index.py", "python3");
            figures.image("node22", "node", "index.js", "node");
            figures.coldStarts("python3", 20);
            figures.coldStarts("node22", 10);
            figures.wakes("python3", 50);
            figures.many("node22", 50);
            figures.many("node22", 50);
            figures.many("python3", 50);
        }
    }

    private void image(String template, String server, String index, String program) throws IOException {
        Map<String, String> files = new TreeMap<>();
        files.put(index, Files.readString(templates.resolve(template).resolve(index)));
        copy(templates.resolve("servers").resolve(server), "server/", files);
        copy(templates.resolve(template).resolve("function"), "function/", files);
        bench.images.put(template + ":latest", files, program, index);
    }

    private static void copy(Path from, String to, Map<String, String> files) throws IOException {
        try (var found = Files.walk(from)) {
            found.filter(Files::isRegularFile).forEach(file -> {
                try {
                    files.put(to + from.relativize(file), Files.readString(file, StandardCharsets.UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private void coldStarts(String name, int times) throws Exception {
        bench.runtime.deploy(function(name));
        bench.awaitReady(name, 1);
        double[] millis = new double[times];
        for (int i = 0; i < times; i++) {
            bench.runtime.scale(key(name), 0);
            RuntimeBench.await(() -> children() == 0);
            Thread.sleep(200);
            long start = System.nanoTime();
            bench.call(name, "/");
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        print("cold start " + name, millis);
        bench.runtime.remove(key(name));
    }

    private void wakes(String name, int times) throws Exception {
        bench.runtime.deploy(function(name));
        bench.awaitReady(name, 1);
        double[] millis = new double[times];
        LiveFunction live = bench.live(name);
        for (int i = 0; i < times; i++) {
            RuntimeBench.await(() -> live.endpoints().getFirst() instanceof Replica replica && replica.isSuspended());
            Thread.sleep(20);
            long start = System.nanoTime();
            bench.call(name, "/");
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        print("wake " + name, millis);
        bench.runtime.remove(key(name));
    }

    private void many(String name, int replicas) throws Exception {
        bench.runtime.deploy(function(name, Map.of("com.openfaas.scale.max", "100")));
        bench.awaitReady(name, 1);
        long start = System.nanoTime();
        bench.runtime.scale(key(name), replicas);
        RuntimeBench.await(() -> bench.status(name).availableReplicas() == replicas);
        System.out.printf("1 to %d of %s: %.2f s%n", replicas, name, (System.nanoTime() - start) / 1e9);
        bench.runtime.remove(key(name));
        RuntimeBench.await(() -> children() == 0);
    }

    private static long children() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).count();
    }

    private static void print(String what, double[] millis) {
        Arrays.sort(millis);
        System.out.printf(
                "%s: p50 %.1f ms, p90 %.1f ms, max %.1f ms%n",
                what, millis[millis.length / 2], millis[millis.length * 9 / 10], millis[millis.length - 1]);
    }
}
