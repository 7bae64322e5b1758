package dev.vfaas.ssh;

import dev.vfaas.openfaas.Secret;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says about logging in.
 *
 * @param hostKey {@code SHA256:...}: the one key an unknown host may show ({@code --host-key}); null asks the person
 * @param identity a key file to be tried first ({@code --identity}); null leaves it to ~/.ssh/config and the agent
 * @param sudoPassword the password for sudo; null asks the person when sudo wants one
 * @param connectTimeout for each host on the way: reaching it, agreeing on keys, and each answer while logging in
 * @param patience how long a server that was reached once and then stopped answering is tried again
 */
public record ConnectOptions(
        @Nullable String hostKey,
        @Nullable Path identity,
        @Nullable Secret sudoPassword,
        Duration connectTimeout,
        Duration patience) {
    /** How long a server may be away in the middle of work: longer than most take to boot. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Nothing special; 15 seconds to connect, {@link #PATIENCE} to connect again. */
    public static ConnectOptions standard() {
        return new ConnectOptions(null, null, null, Duration.ofSeconds(15), PATIENCE);
    }

    /** With {@code --host-key}; null for none. */
    public ConnectOptions withHostKey(@Nullable String fingerprint) {
        return new ConnectOptions(fingerprint, identity, sudoPassword, connectTimeout, patience);
    }

    /** With a key file to be tried first; null for none. */
    public ConnectOptions withIdentity(@Nullable Path file) {
        return new ConnectOptions(hostKey, file, sudoPassword, connectTimeout, patience);
    }

    /** With sudo's password; null asks when it is wanted. */
    public ConnectOptions withSudoPassword(@Nullable Secret password) {
        return new ConnectOptions(hostKey, identity, password, connectTimeout, patience);
    }

    /** With another deadline for connecting. */
    public ConnectOptions withConnectTimeout(Duration timeout) {
        return new ConnectOptions(hostKey, identity, sudoPassword, timeout, patience);
    }

    /** With another time for which a server that stopped answering is tried again. */
    public ConnectOptions withPatience(Duration time) {
        return new ConnectOptions(hostKey, identity, sudoPassword, connectTimeout, time);
    }
}
