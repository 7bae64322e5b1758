package dev.vfaas.ssh;

import dev.vfaas.openfaas.Secret;
import org.jspecify.annotations.Nullable;

/** Questions that logging in may have for a person. */
public interface Prompts {
    /** Whether a person can be asked; when not, the other methods are not called. */
    boolean interactive();

    /** Shows {@code question} and reads a line. */
    String ask(String question);

    /** Shows {@code question} and reads a line without echo; null when the person gives none. */
    @Nullable
    Secret askHidden(String question);

    /** Nobody to ask: a CI job. */
    static Prompts none() {
        return new Prompts() {
            @Override
            public boolean interactive() {
                return false;
            }

            @Override
            public String ask(String question) {
                throw new IllegalStateException("nobody to ask: " + question);
            }

            @Override
            public @Nullable Secret askHidden(String question) {
                return null;
            }
        };
    }
}
