package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.FunctionKey;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** Starts replicas: folders, port, environment, process, and the wait until it is ready. */
final class ReplicaStarter {
    private static final int PORT_TRIES = 4;
    private static final Duration LONGEST_TURN = Duration.ofSeconds(2);
    private final RootFolders roots;
    private final ReplicaFolders folders;
    private final ImageRunner runner;
    private final GroupLeader leader;
    private final Signals signals;
    private final Ports ports = new Ports();
    private final Duration startDeadline;
    private final Semaphore turns;

    ReplicaStarter(
            RootFolders roots,
            ReplicaFolders folders,
            ImageRunner runner,
            Signals signals,
            Map<String, String> environment,
            ProcessOptions options) {
        this.roots = roots;
        this.folders = folders;
        this.runner = runner;
        this.leader = GroupLeader.find(environment, signals);
        this.signals = signals;
        this.startDeadline = options.startDeadline();
        this.turns = new Semaphore(options.startsAtOnce(), true);
    }

    /**
     * Starts the replica and stays until it is ready or has failed, which its events tell, or was stopped; run it on a thread of its own.
     *
     * @param urgent do not wait for other starts: somebody waits for this one
     */
    void run(FunctionKey key, Replica replica, FunctionLog log, boolean urgent) {
        OutputPump pump = new OutputPump(replica.replica(), log);
        boolean turn = false;
        try {
            if (!urgent) {
                turns.acquire();
                turn = true;
            }
            start(key, replica, pump, turn);
        } catch (IOException | RuntimeException e) {
            replica.kill();
            end(replica);
            replica.events().failed(replica, "could not be started: " + e.getMessage(), List.of());
        } catch (InterruptedException e) {
            replica.kill();
            end(replica);
            Thread.currentThread().interrupt();
        }
    }

    private void start(FunctionKey key, Replica replica, OutputPump pump, boolean turn)
            throws IOException, InterruptedException {
        long began = System.nanoTime();
        boolean holds = turn;
        try {
            Revision revision = replica.revision();
            Path root = roots.prepare(revision.image());
            folders.create(replica.replica(), key, revision.deployment());
            ImageRunner.Start start = runner.start(
                    revision.image(), root, folders.temporary(replica.replica()), folders.secrets(replica.replica()));
            Readiness readiness = Readiness.of(revision.deployment());
            for (int attempt = 1; ; attempt++) {
                int port = ports.take();
                if (!replica.launch(() -> launch(key, replica, start, port, pump), port)) {
                    ports.release(port);
                    end(replica);
                    return;
                }
                RunningProcess process = replica.process();
                while (process != null && process.isAlive()) {
                    if (readiness.asks(port) && process.isAlive()) {
                        watch(replica, process, pump, readiness);
                        replica.markReady();
                        return;
                    }
                    Duration waited = Duration.ofNanos(System.nanoTime() - began);
                    if (holds && waited.compareTo(LONGEST_TURN) > 0) {
                        turns.release(); // a slow starter must not hold up others
                        holds = false;
                    }
                    if (waited.compareTo(startDeadline) > 0) {
                        process.kill();
                        process.await(Duration.ofSeconds(5));
                        fail(replica, pump, "was not ready within " + startDeadline.toSeconds() + " s");
                        return;
                    }
                    process.await(untilNextQuestion(waited));
                }
                replica.kill(); // descendants, which could hold the port
                boolean lostPort = !ports.free(port);
                if (replica.isStopping() || !lostPort || attempt == PORT_TRIES) {
                    fail(replica, pump, ending(replica, process));
                    return;
                }
                pump.note("vfaas: port " + port + " was taken by another process; trying another");
                ports.release(port);
            }
        } finally {
            if (holds) {
                turns.release();
            }
        }
    }

    /**
     * Short at first, when somebody may be waiting, then a tenth of the time that has passed: asking costs processor time that the start itself needs.
     */
    private static Duration untilNextQuestion(Duration waited) {
        return Duration.ofMillis(Math.clamp(waited.toMillis() / 10, 2, 100));
    }

    private RunningProcess launch(FunctionKey key, Replica replica, ImageRunner.Start start, int port, OutputPump pump)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(leader.lead(start.command()))
                .directory(start.directory().toFile())
                .redirectErrorStream(true)
                .redirectInput(new File(File.separatorChar == '\\' ? "NUL" : "/dev/null"));
        builder.environment().clear();
        builder.environment().putAll(variables(key, replica, start, port));
        Process started = builder.start();
        Files.writeString(folders.record(replica.replica()), Leftovers.record(started.toHandle()));
        pump.start(started.getInputStream());
        return new RunningProcess(started, leader.leads(), signals);
    }

    private Map<String, String> variables(FunctionKey key, Replica replica, ImageRunner.Start start, int port) {
        Map<String, String> variables = new HashMap<>(start.environment());
        variables.putAll(replica.revision().variables());
        variables.put("TMPDIR", start.temporary());
        variables.put("TMP", start.temporary());
        variables.put("TEMP", start.temporary());
        variables.put("port", Integer.toString(port));
        variables.put("VFAAS_BIND", "127.0.0.1");
        variables.put("VFAAS_SECRETS_PATH", start.secrets());
        variables.put("OPENFAAS_NAME", key.name());
        variables.put("OPENFAAS_NAMESPACE", key.namespace());
        variables.put(
                Leftovers.MARK, folders.folder().resolve(replica.replica()).toString());
        return variables;
    }

    /** Follows a ready replica: its exit is a failure unless it was stopped, and so is a server that no longer listens. */
    private void watch(Replica replica, RunningProcess process, OutputPump pump, Readiness readiness) {
        process.onExit().thenRun(() -> Thread.startVirtualThread(() -> fail(replica, pump, ending(replica, process))));
        replica.check(() -> {
            for (int i = 0; i < 5; i++) {
                if (replica.isStopping() || !process.isAlive() || readiness.listens(replica.port())) {
                    return;
                }
                process.await(Duration.ofMillis(100));
            }
            pump.note("vfaas: nothing listens on the replica's port any more; ending it");
            process.kill();
        });
    }

    private void fail(Replica replica, OutputPump pump, String why) {
        replica.kill(); // descendants
        List<String> last = pump.lastLines();
        replica.close();
        end(replica);
        if (!replica.isStopping()) {
            replica.events().failed(replica, why, last);
        }
    }

    private void end(Replica replica) {
        if (replica.port() > 0) {
            ports.release(replica.port());
        }
        folders.delete(replica.replica());
    }

    private static String ending(Replica replica, @org.jspecify.annotations.Nullable RunningProcess process) {
        double seconds = replica.age().toMillis() / 1000.0;
        return (process == null ? "ended" : process.ending())
                + String.format(java.util.Locale.ROOT, " after %.1f s", seconds);
    }
}
