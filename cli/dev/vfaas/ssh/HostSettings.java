package dev.vfaas.ssh;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything needed to log in to one host, after ~/.ssh/config has been asked. The names are those of ssh_config(5).
 *
 * @param name what the person typed
 * @param identityFiles existing or not, in the order they are to be tried
 * @param identityAgent the agent's socket or pipe; null when there is none
 * @param jumps the hosts to go through, the first one first
 * @param knownHosts files of known host keys; new keys go into the first
 * @param hostKeyAlias the name to look up in known_hosts instead of host and port
 * @param hashKnownHosts whether names are hashed when a key is saved
 */
record HostSettings(
        String name,
        String hostName,
        int port,
        String user,
        List<Path> identityFiles,
        boolean identitiesOnly,
        @Nullable String identityAgent,
        List<SshTarget> jumps,
        List<Path> knownHosts,
        @Nullable String hostKeyAlias,
        boolean hashKnownHosts) {

    HostSettings {
        identityFiles = List.copyOf(identityFiles);
        jumps = List.copyOf(jumps);
        knownHosts = List.copyOf(knownHosts);
    }

    /** {@code user@host} or {@code user@host:port}, for messages. */
    String address() {
        boolean v6 = hostName.indexOf(':') >= 0;
        return user + "@" + (v6 ? "[" + hostName + "]" : hostName) + (port == 22 ? "" : ":" + port);
    }

    /** The name known_hosts files use: {@code host}, {@code [host]:port} or the alias. */
    String knownAs() {
        if (hostKeyAlias != null) {
            return hostKeyAlias;
        }
        String host = hostName.toLowerCase(java.util.Locale.ROOT);
        return port == 22 ? host : "[" + host + "]:" + port;
    }
}
