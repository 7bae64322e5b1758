package dev.vfaas.ssh;

import dev.vfaas.openfaas.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Map;

/** A key one can log in with. Its toString names it for messages: where it is, its type and fingerprint. */
sealed interface Identity {
    /** The public half. */
    PublicKeyBlob key();

    /** What signs, after asking for a passphrase if one is needed; the {@link IOException}'s message says why not. */
    PublicKeyMethod.Signer open(Prompts prompts) throws IOException;

    /** A key that an agent holds. */
    record OfAgent(Agent agent, PublicKeyBlob key, String comment) implements Identity {
        @Override
        public PublicKeyMethod.Signer open(Prompts prompts) {
            return (algorithm, data) -> agent.sign(key, algorithm, data);
        }

        @Override
        public String toString() {
            return "agent " + key + (comment.isEmpty() ? "" : " (" + comment + ")");
        }
    }

    /**
     * A key in a file.
     *
     * @param opened keys whose passphrase has been given in this run, so that nobody is asked twice
     */
    record OfFile(KeyFile file, PublicKeyBlob key, Map<Path, KeyPair> opened) implements Identity {
        private static final int TRIES = 3;

        @Override
        public PublicKeyMethod.Signer open(Prompts prompts) throws IOException {
            KeyPair pair = opened.get(file.path());
            if (pair == null) {
                pair = file.encrypted() ? decrypt(file, prompts) : file.open(null);
                opened.put(file.path(), pair);
            }
            KeyPair signing = pair;
            return (algorithm, data) -> KeyFile.sign(signing, algorithm, data);
        }

        /** Asks up to three times. */
        static KeyPair decrypt(KeyFile file, Prompts prompts) throws IOException {
            if (!prompts.interactive()) {
                throw new IOException(
                        "it needs a passphrase and nobody can be asked; add it to an agent: ssh-add " + file.path());
            }
            for (int i = 0; i < TRIES; i++) {
                Secret passphrase =
                        prompts.askHidden((i == 0 ? "" : "Wrong passphrase. ") + "Passphrase for " + file.path());
                if (passphrase == null) {
                    throw new IOException("no passphrase was given");
                }
                try {
                    return file.open(passphrase);
                } catch (IOException wrong) {
                    // Formats differ in what a wrong passphrase looks like; asking again does no harm.
                }
            }
            throw new IOException("the passphrase was wrong");
        }

        @Override
        public String toString() {
            return file.path() + " " + key;
        }
    }
}
