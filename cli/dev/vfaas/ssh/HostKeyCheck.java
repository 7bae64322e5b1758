package dev.vfaas.ssh;

import java.security.PublicKey;
import java.util.List;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;
import org.jspecify.annotations.Nullable;

/** Verifies the host key of one connection on sshj's reader thread; what needs a person or is a failure is kept for the thread that connects. */
final class HostKeyCheck implements HostKeyVerifier {
    private final HostKeys hostKeys;
    private final HostSettings host;
    private volatile @Nullable PublicKeyBlob unknown;
    private volatile @Nullable RuntimeException failure;

    HostKeyCheck(HostKeys hostKeys, HostSettings host) {
        this.hostKeys = hostKeys;
        this.host = host;
    }

    @Override
    public boolean verify(String hostname, int port, PublicKey key) {
        PublicKeyBlob shown = PublicKeyBlob.of(key);
        try {
            if (hostKeys.isKnown(host, shown)) {
                return true;
            }
            unknown = shown;
        } catch (RuntimeException e) {
            failure = e;
        }
        return false;
    }

    @Override
    public List<String> findExistingAlgorithms(String hostname, int port) {
        return new KnownHosts(host)
                .recordedTypes().stream()
                        .flatMap(type -> type.equals("ssh-rsa")
                                ? java.util.stream.Stream.of("rsa-sha2-512", "rsa-sha2-256")
                                : java.util.stream.Stream.of(type))
                        .toList();
    }

    /** The key that was shown and of which nothing is known. */
    @Nullable
    PublicKeyBlob unknown() {
        return unknown;
    }

    /** Throws why the key was refused for good, if it was. */
    void rethrow() {
        RuntimeException refused = failure;
        if (refused != null) {
            throw refused;
        }
    }
}
