package dev.vfaas.ssh;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The keys to try on a host, in OpenSSH's order: a file named on the command line, keys of the agent, other files. */
final class Identities {
    private final @Nullable Path explicit;
    private final Prompts prompts;
    private final Map<Path, KeyPair> opened = new ConcurrentHashMap<>();

    Identities(@Nullable Path explicit, Prompts prompts) {
        this.explicit = explicit;
        this.prompts = prompts;
    }

    /** Keys, and the agent some of them live in. */
    record Offer(List<Identity> identities, @Nullable Agent agent) implements Closeable {
        @Override
        public void close() throws IOException {
            if (agent != null) {
                agent.close();
            }
        }
    }

    /** Collects the keys; {@code refusals} gets what could not be used. Close the offer after logging in. */
    Offer offer(HostSettings host, List<Authentication.Refusal> refusals) {
        LinkedHashSet<Path> files = new LinkedHashSet<>();
        if (explicit != null) {
            files.add(explicit);
        }
        files.addAll(host.identityFiles());

        Agent agent = null;
        Map<PublicKeyBlob, Identity> ofAgent = new LinkedHashMap<>();
        if (host.identityAgent() == null) {
            refusals.add(new Authentication.Refusal("agent", "there is none (SSH_AUTH_SOCK is not set)"));
        } else {
            try {
                agent = Agent.connect(host.identityAgent());
                for (Agent.Key key : agent.keys()) {
                    ofAgent.put(key.key(), new Identity.OfAgent(agent, key.key(), key.comment()));
                }
                if (ofAgent.isEmpty()) {
                    refusals.add(new Authentication.Refusal("agent " + host.identityAgent(), "it holds no keys"));
                }
            } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
                refusals.add(new Authentication.Refusal(
                        "agent " + host.identityAgent(), "it cannot be asked: " + e.getMessage()));
            }
        }

        List<Identity> first = new ArrayList<>();
        List<Identity> inFiles = new ArrayList<>();
        for (Path file : files) {
            PublicKeyBlob beside = KeyFile.besideOf(file);
            Identity held = beside == null ? null : ofAgent.remove(beside);
            if (held != null) {
                first.add(held);
                continue;
            }
            Identity identity = inFile(file, refusals);
            if (identity != null) {
                Identity heldAfterAll = ofAgent.remove(identity.key());
                List<Identity> place = heldAfterAll != null || file.equals(explicit) ? first : inFiles;
                place.add(heldAfterAll != null ? heldAfterAll : identity);
            }
        }
        List<Identity> all = new ArrayList<>(first);
        if (!host.identitiesOnly()) {
            all.addAll(ofAgent.values());
        }
        all.addAll(inFiles);
        return new Offer(all, agent);
    }

    private @Nullable Identity inFile(Path file, List<Authentication.Refusal> refusals) {
        if (!Files.exists(file)) {
            boolean usual = file.getFileName().toString().startsWith("id_")
                    && file.getParent() != null
                    && file.getParent().endsWith(".ssh");
            if (!usual || file.equals(explicit)) {
                refusals.add(new Authentication.Refusal(file.toString(), "no such file"));
            }
            return null;
        }
        try {
            KeyFile keyFile = KeyFile.read(file);
            PublicKeyBlob key = keyFile.publicKey();
            if (key == null) {
                // PEM hides its public half: it must be opened to know what to offer.
                KeyPair pair = opened.get(file);
                if (pair == null) {
                    pair = keyFile.encrypted() ? Identity.OfFile.decrypt(keyFile, prompts) : keyFile.open(null);
                    opened.put(file, pair);
                }
                key = PublicKeyBlob.of(pair.getPublic());
            }
            return new Identity.OfFile(keyFile, key, opened);
        } catch (IOException e) {
            refusals.add(new Authentication.Refusal(file.toString(), String.valueOf(e.getMessage())));
            return null;
        }
    }
}
