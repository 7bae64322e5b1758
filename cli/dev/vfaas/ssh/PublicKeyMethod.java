package dev.vfaas.ssh;

import java.io.IOException;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.method.AbstractAuthMethod;
import org.jspecify.annotations.Nullable;

/**
 * The "publickey" method (RFC 4252, 7; RFC 8332) in two separate steps: first it only asks whether the server would take the key, and then, when a
 * passphrase has been asked for if one is needed, it signs. sshj's own does both on its reader thread, where nobody can be asked.
 */
final class PublicKeyMethod extends AbstractAuthMethod {
    private final PublicKeyBlob key;
    private final String algorithm;
    private final @Nullable Signer signer;

    /** Signs; the result is in SSH's wire format. */
    @FunctionalInterface
    interface Signer {
        byte[] sign(String algorithm, byte[] data) throws IOException;
    }

    /** How the server says that it would take the key. */
    static final class Acceptable extends UserAuthException {
        private static final long serialVersionUID = 1L;

        Acceptable() {
            super("the key is acceptable");
        }
    }

    private PublicKeyMethod(PublicKeyBlob key, String algorithm, @Nullable Signer signer) {
        super("publickey");
        this.key = key;
        this.algorithm = algorithm;
        this.signer = signer;
    }

    /** Asks; authenticating with it fails with {@link Acceptable} when the answer is yes. */
    static PublicKeyMethod question(PublicKeyBlob key, String algorithm) {
        return new PublicKeyMethod(key, algorithm, null);
    }

    /** Logs in. */
    static PublicKeyMethod signed(PublicKeyBlob key, String algorithm, Signer signer) {
        return new PublicKeyMethod(key, algorithm, signer);
    }

    @Override
    protected SSHPacket buildReq() throws UserAuthException {
        SSHPacket request =
                super.buildReq().putBoolean(signer != null).putString(algorithm).putBytes(key.blob());
        if (signer != null) {
            byte[] data = new Buffer.PlainBuffer()
                    .putBytes(params.getTransport().getSessionID())
                    .putBuffer(request)
                    .getCompactData();
            try {
                request.putBytes(signer.sign(algorithm, data));
            } catch (IOException e) {
                throw new UserAuthException(e.getMessage() == null ? "cannot sign" : e.getMessage(), e);
            }
        }
        return request;
    }

    @Override
    public void handle(Message message, SSHPacket packet) throws UserAuthException, TransportException {
        if (message == Message.USERAUTH_60 && signer == null) {
            throw new Acceptable();
        }
        super.handle(message, packet);
    }
}
