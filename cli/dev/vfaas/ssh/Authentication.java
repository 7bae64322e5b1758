package dev.vfaas.ssh;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.Service;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.method.AuthMethod;
import net.schmizz.sshj.userauth.method.AuthNone;

/** Logs in with keys: the agent's and the identity files'. When none is taken, the failure tells each one and why. */
final class Authentication {
    private final Identities identities;
    private final Prompts prompts;

    Authentication(Identities identities, Prompts prompts) {
        this.identities = identities;
        this.prompts = prompts;
    }

    /** Why an identity did not do. */
    record Refusal(String identity, String why) {}

    /** Logs in on a connected client, or fails with exit 4; an {@link IOException} when the connection breaks. */
    void login(SSHClient client, HostSettings host) throws IOException {
        List<Refusal> refusals = new ArrayList<>();
        boolean keys;
        try (Identities.Offer offer = identities.offer(host, refusals)) {
            keys = !offer.identities().isEmpty();
            for (Identity identity : offer.identities()) {
                if (tried(client, host, identity, refusals)) {
                    return;
                }
                if (!client.isConnected()) {
                    throw failure(client, host, true, refusals);
                }
            }
        }
        if (client.getUserAuth().getAllowedMethods().isEmpty() && authenticate(client, host, new AuthNone())) {
            return;
        }
        throw failure(client, host, keys, refusals);
    }

    private boolean tried(SSHClient client, HostSettings host, Identity identity, List<Refusal> refusals)
            throws IOException {
        List<String> algorithms =
                algorithms(identity.key().type(), client.getTransport().getServerVersion());
        for (String algorithm : algorithms) {
            try {
                if (authenticate(client, host, PublicKeyMethod.question(identity.key(), algorithm))) {
                    return true;
                }
            } catch (PublicKeyMethod.Acceptable acceptable) {
                return signed(client, host, identity, algorithm, refusals);
            } catch (IOException ended) {
                refusals.add(
                        new Refusal(identity.toString(), "the server ended the connection: " + ended.getMessage()));
                client.close();
                return false;
            }
        }
        refusals.add(new Refusal(identity.toString(), "not accepted by the server"));
        return false;
    }

    private boolean signed(
            SSHClient client, HostSettings host, Identity identity, String algorithm, List<Refusal> refusals)
            throws IOException {
        PublicKeyMethod.Signer signer;
        try {
            signer = identity.open(prompts);
        } catch (IOException e) {
            refusals.add(new Refusal(identity.toString(), "accepted by the server, but " + e.getMessage()));
            return false;
        }
        try {
            if (authenticate(client, host, PublicKeyMethod.signed(identity.key(), algorithm, signer))) {
                return true;
            }
            boolean more = client.getUserAuth().hadPartialSuccess();
            refusals.add(new Refusal(
                    identity.toString(),
                    more
                            ? "accepted, but the server wants something more: "
                                    + String.join(", ", client.getUserAuth().getAllowedMethods())
                            : "accepted at first, but its signature was refused"));
        } catch (UserAuthException cannotSign) {
            refusals.add(new Refusal(identity.toString(), "accepted by the server, but " + cannotSign.getMessage()));
        }
        return false;
    }

    private static boolean authenticate(SSHClient client, HostSettings host, AuthMethod method) throws IOException {
        return client.getUserAuth()
                .authenticate(
                        host.user(),
                        (Service) client.getConnection(),
                        method,
                        client.getTransport().getTimeoutMs());
    }

    /** RSA keys sign with SHA-2 (RFC 8332). Servers count refusals, and every OpenSSH that has one of these has both. */
    private static List<String> algorithms(String type, String serverVersion) {
        return switch (type) {
            case "ssh-rsa" ->
                serverVersion != null && serverVersion.contains("OpenSSH")
                        ? List.of("rsa-sha2-512")
                        : List.of("rsa-sha2-512", "rsa-sha2-256");
            case "ssh-rsa-cert-v01@openssh.com" -> List.of("rsa-sha2-512-cert-v01@openssh.com");
            default -> List.of(type);
        };
    }

    private static Failure failure(SSHClient client, HostSettings host, boolean keys, List<Refusal> refusals) {
        StringBuilder message = new StringBuilder("cannot log in to " + host.address() + ": ");
        message.append(keys ? "no key was accepted" : "there is no key to try");
        for (Refusal refusal : refusals) {
            message.append("\n  ").append(refusal.identity()).append(": ").append(refusal.why());
        }
        List<String> allowed = List.copyOf(client.getUserAuth().getAllowedMethods());
        if (!allowed.isEmpty() && !allowed.contains("publickey")) {
            message.append("\n  the server takes ")
                    .append(String.join(", ", allowed))
                    .append(" and no keys");
        }
        boolean many = refusals.stream()
                        .filter(refusal -> refusal.why().startsWith("not accepted"))
                        .count()
                > 4;
        return Failure.of(ExitCode.AUTHENTICATION, message.toString())
                .because(new UserAuthException("no method was accepted"))
                .next(
                        many
                                ? "name the right key with --identity FILE, or IdentityFile and IdentitiesOnly yes in ~/.ssh/config"
                                : "give the server a key: ssh-copy-id "
                                        + (host.port() == 22 ? "" : "-p " + host.port() + " ") + host.user() + "@"
                                        + host.hostName() + "; or name one with --identity FILE");
    }
}
