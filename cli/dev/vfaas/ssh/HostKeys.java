package dev.vfaas.ssh;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the key a host shows is the host's: known_hosts first, then {@code --host-key}, then the person. A changed or revoked key ends
 * the attempt; nothing overrides it but editing known_hosts.
 */
final class HostKeys {
    private final Prompts prompts;
    private final @Nullable String expected;

    HostKeys(Prompts prompts, @Nullable String expected) {
        this.prompts = prompts;
        this.expected = expected;
    }

    /** True when the key is recorded; does not ask, because the connection waits. A failure when it is changed or revoked. */
    boolean isKnown(HostSettings host, PublicKeyBlob key) {
        return switch (new KnownHosts(host).judge(key)) {
            case KnownHosts.Verdict.Known known -> true;
            case KnownHosts.Verdict.Unknown unknown -> false;
            case KnownHosts.Verdict.Changed changed -> throw changed(host, key, changed.recorded());
            case KnownHosts.Verdict.Revoked revoked ->
                throw refused("the host key of " + host.hostName() + " (" + key + ") is marked as revoked in "
                                + revoked.entry().where())
                        .next("do not connect; if the mark is wrong, remove that line");
        };
    }

    /** Whether {@code --host-key} was given and names another key than this one. */
    boolean isUnexpected(PublicKeyBlob key) {
        return expected != null && !sameFingerprint(expected, key.fingerprint());
    }

    /** Accepts and records a key that nothing was known of, or fails. */
    void introduce(HostSettings host, PublicKeyBlob key) {
        if (expected != null) {
            if (isUnexpected(key)) {
                throw refused("the host key of " + host.hostName() + " is " + key + ", not " + expected
                                + " as --host-key says")
                        .next("compare with the server's own: ssh-keygen -lf /etc/ssh/ssh_host_"
                                + key.typeName().toLowerCase(Locale.ROOT) + "_key.pub");
            }
        } else if (!prompts.interactive()) {
            throw refused("the host key of " + host.hostName() + " is not known (" + key + ")" + authority(host, key))
                    .next("compare the fingerprint with the server's and add: --host-key " + key.fingerprint());
        } else if (!confirmed(host, key)) {
            throw refused("the host key of " + host.hostName() + " was not accepted");
        }
        try {
            new KnownHosts(host).save(key);
        } catch (IOException e) {
            throw refused("cannot record the host key of " + host.hostName() + ": " + e.getMessage())
                    .because(e);
        }
    }

    private boolean confirmed(HostSettings host, PublicKeyBlob key) {
        String question = "The host " + host.hostName() + " (port " + host.port() + ") is not known yet."
                + authority(host, key) + "\nIts " + key.typeName() + " key is " + key.fingerprint()
                + "\nConnect and remember it? (yes, no or the fingerprint)";
        String answer = prompts.ask(question).strip();
        return answer.toLowerCase(Locale.ROOT).equals("yes")
                || answer.toLowerCase(Locale.ROOT).equals("y")
                || sameFingerprint(answer, key.fingerprint());
    }

    private static String authority(HostSettings host, PublicKeyBlob key) {
        return new KnownHosts(host).judge(key) instanceof KnownHosts.Verdict.Unknown unknown
                        && !unknown.authority().isEmpty()
                ? "; " + unknown.authority().getFirst().where()
                        + " trusts a certificate authority for it, but host certificates are not checked here, only keys"
                : "";
    }

    private static boolean sameFingerprint(String given, String shown) {
        String plain = given.strip();
        plain = plain.startsWith("SHA256:") ? plain : "SHA256:" + plain;
        while (plain.endsWith("=")) {
            plain = plain.substring(0, plain.length() - 1);
        }
        return plain.equals(shown);
    }

    private static Failure changed(HostSettings host, PublicKeyBlob key, java.util.List<KnownHost> recorded) {
        StringBuilder message = new StringBuilder("THE HOST KEY OF " + host.hostName()
                + " HAS CHANGED: someone may be listening in, or the server was installed anew.\n  shown     " + key);
        for (KnownHost entry : recorded) {
            message.append("\n  recorded  ").append(entry.key()).append("  ").append(entry.where());
        }
        String file = recorded.getFirst().file().toString();
        return refused(message.toString())
                .next("if the server was installed anew: ssh-keygen -f " + Command.quote(file) + " -R "
                        + Command.quote(host.knownAs()));
    }

    private static Failure refused(String message) {
        return Failure.of(ExitCode.AUTHENTICATION, message);
    }
}
