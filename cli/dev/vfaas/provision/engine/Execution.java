package dev.vfaas.provision.engine;

import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import dev.vfaas.ssh.Server;
import dev.vfaas.ssh.Upload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a step works with while it is applied: the server, with everything written to the run's log, and what was written on the host recorded so
 * that {@code down} can take it away.
 */
public interface Execution {
    /** The server itself, for what the other methods do not offer. What is written through it is not recorded. */
    Server server();

    Facts facts();

    /** What vfaas keeps on the host, including what this run has recorded so far. */
    HostState state();

    /** Runs as root; any exit code but 0 is a Failure (exit 7) that shows the command's last words. */
    Completed run(Command command, Duration deadline);

    /** Runs as root with a secret on standard input; otherwise as {@link #run(Command, Duration)}. */
    Completed run(Command command, Secret input, Duration deadline);

    /** Runs as root; the caller looks at the exit code. */
    Completed attempt(Command command, Duration deadline);

    /** Writes files, each atomically, all in one round trip, and checks their sums. */
    void write(List<ManagedFile> files);

    /** Removes files in one round trip and forgets them. */
    void remove(List<String> paths);

    /** Uploads a big file, shows its progress, checks its sum on the host and records it. */
    void upload(Upload upload, String sha256, Duration deadline);

    /** Records a file that a command made on the host, so that {@code down} removes it. */
    void record(String path, String sha256, int mode);

    /** Keeps a value in the state, for example {@code k3s.version}. Never a secret. */
    void remember(String key, String value);

    /** Tells the audit log, in the line that ends this run, whether it succeeds or fails. Never a secret. */
    void note(String key, String value);

    /** The step {@code id} was undone for good: {@code down} need not undo it again. */
    void forget(String id);

    /** Forgets what a step {@link #remember remembered}. */
    void forgetValue(String key);

    /** Asks again, in one round trip. */
    Observed observe(List<Question> questions);

    /** Shows what is being done now. */
    void progress(String what);

    /**
     * Calls {@code attempt} again and again, with pauses that grow from 200 ms to 2 s, until it gives a value.
     *
     * @param diagnosis asked once when the deadline has passed; its lines are shown in the Failure (exit 6)
     */
    <T> T await(String what, Duration deadline, Supplier<Optional<T>> attempt, Supplier<List<String>> diagnosis);

    /** Throws a Failure (exit 7) when {@code step}, asked again, still plans something. */
    void requireNothingLeft(Step step);
}
