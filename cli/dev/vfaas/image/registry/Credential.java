package dev.vfaas.image.registry;

import dev.vfaas.openfaas.Secret;

/** What proves to a registry who asks. */
public sealed interface Credential {

    /** A user name and password, or a token in the password's place. */
    record Basic(String user, Secret password) implements Credential {}

    /** A bearer token of a gateway. */
    record Bearer(Secret token) implements Credential {}

    /** An OAuth2 refresh token, {@code identitytoken} of Docker's configuration. */
    record IdentityToken(Secret token) implements Credential {}
}
