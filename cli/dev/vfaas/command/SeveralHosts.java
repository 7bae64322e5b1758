package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.console.Progress;
import dev.vfaas.console.Table;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Does the same on several servers at the same time. Each goes on to its own end: one that fails stops no other, and every failure is told. The exit
 * code is that of the failures when they all have the same, else 1; without a failure it is 0, or 10 when a dry run found changes anywhere.
 */
final class SeveralHosts {
    private final Session session;
    private final boolean json;
    private final int parallel;

    /** @param parallel how many at a time */
    SeveralHosts(Session session, boolean json, int parallel) {
        this.session = session;
        this.json = json;
        this.parallel = parallel;
    }

    /** What is done on one of them, with a session of its own for it; returns an exit code. */
    @FunctionalInterface
    interface Work {
        int on(Session part, String host) throws InterruptedException;
    }

    /** @param failure null when it did not fail */
    private record Ended(String host, int code, @Nullable Failure failure, String results, double seconds) {}

    /** Throws a usage failure when a host is named twice. */
    static void requireDistinct(List<String> hosts) {
        for (String host : hosts) {
            if (hosts.indexOf(host) != hosts.lastIndexOf(host)) {
                throw Failure.usage(host + " is named twice");
            }
        }
    }

    /** Does it; returns the exit code. What failed has been told then. */
    int run(List<String> hosts, Work work) throws InterruptedException {
        List<Ended> all = new ArrayList<>();
        Semaphore slots = new Semaphore(parallel);
        try (Progress progress = session.console().progress();
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Ended>> running = new ArrayList<>();
            for (String host : hosts) {
                running.add(executor.submit(() -> {
                    slots.acquire();
                    try {
                        return one(host, progress, work);
                    } finally {
                        slots.release();
                    }
                }));
            }
            for (Future<Ended> future : running) {
                all.add(future.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        tell(all);
        return exitCode(all);
    }

    private Ended one(String host, Progress progress, Work work) {
        long start = System.nanoTime();
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        Console console = session.console();
        PrintStream results = new PrintStream(kept, true, StandardCharsets.UTF_8);
        Session part = new Session(
                console.part(host, progress, json ? null : results),
                session.environment(),
                session.version(),
                session.routes());
        int code = ExitCode.FAILED.code();
        Failure failure = null;
        try {
            code = work.on(part, host);
        } catch (Failure failed) {
            failure = failed;
        } catch (GatewayException refused) {
            failure = GatewayFailures.explain(refused);
        } catch (InterruptedException e) {
            failure = Failure.of(ExitCode.INTERRUPTED, "interrupted").because(e);
        } catch (RuntimeException e) {
            failure = Failure.failed(e.getClass().getSimpleName() + ": " + e.getMessage())
                    .because(e)
                    .next("the same command for " + host + " alone, with --stacktrace");
        }
        if (failure != null) {
            code = failure.exitCode().code();
        }
        part.console().flush();
        double seconds = Math.round((System.nanoTime() - start) / 1e7) / 100.0;
        return new Ended(host, code, failure, kept.toString(StandardCharsets.UTF_8), seconds);
    }

    private void tell(List<Ended> all) {
        Console console = session.console();
        if (json) {
            all.stream()
                    .filter(ended -> ended.failure() != null)
                    .map(SeveralHosts::event)
                    .forEach(console::result);
        } else {
            for (Ended ended : all) {
                if (!ended.results().isBlank()) {
                    console.result(ended.host());
                    ended.results().lines().forEach(line -> console.result("  " + line));
                }
            }
            Table table = Table.of("HOST", "RESULT", "SECONDS");
            all.forEach(ended -> table.row(
                    ended.host(),
                    ended.failure() == null ? "done" : "failed (exit code " + ended.code() + ")",
                    String.format(Locale.ROOT, "%.2f", ended.seconds())));
            console.result(table.toString());
        }
        for (Ended ended : all) {
            Failure failure = ended.failure();
            if (failure != null) {
                String text =
                        failure.text().startsWith(ended.host()) ? failure.text() : ended.host() + ": " + failure.text();
                Failure named = Failure.of(failure.exitCode(), text);
                console.error(failure.next() == null ? named : named.next(failure.next()));
            }
        }
    }

    private static String event(Ended ended) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("host", ended.host());
        event.put("event", "failed");
        event.put("why", ended.failure() == null ? "" : ended.failure().text());
        event.put("exitCode", ended.code());
        return new Json().write(event);
    }

    private static int exitCode(List<Ended> all) {
        HashSet<Integer> failures = new HashSet<>();
        int worst = ExitCode.OK.code();
        for (Ended ended : all) {
            if (ended.failure() != null) {
                failures.add(ended.code());
            } else if (ended.code() != ExitCode.OK.code()) {
                worst = ended.code();
            }
        }
        return switch (failures.size()) {
            case 0 -> worst;
            case 1 -> failures.iterator().next();
            default -> ExitCode.FAILED.code();
        };
    }
}
