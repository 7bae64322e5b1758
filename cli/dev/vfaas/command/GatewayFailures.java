package dev.vfaas.command;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.GatewayException;
import dev.vfaas.openfaas.GatewayUrl;
import dev.vfaas.openfaas.Way;

/** What a gateway's refusal means to the person at the keyboard, and what to type next. */
public final class GatewayFailures {
    private GatewayFailures() {}

    /** The failure to show for {@code e}. */
    public static Failure explain(GatewayException e) {
        return explained(e).because(e);
    }

    /** The same, where NOT_FOUND means that {@code thing}, for example {@code function "hello"}, does not exist. */
    static Failure explain(GatewayException e, String thing, String next) {
        return e.kind() == GatewayException.Kind.NOT_FOUND
                ? Failure.failed("there is no " + thing + " on " + e.place())
                        .next(next)
                        .because(e)
                : explain(e);
    }

    private static Failure throughSsh(GatewayException e, Way way) {
        return Failure.failed("cannot connect to the gateway " + way.text() + " through SSH: " + e.detail())
                .next("vfaas doctor " + way.login());
    }

    private static Failure explained(GatewayException e) {
        GatewayUrl gateway = e.gateway();
        String place = e.place();
        String detail = e.detail().isEmpty() ? "" : ": " + e.detail();
        return switch (e.kind()) {
            case UNREACHABLE ->
                e.way() != null
                        ? throughSsh(e, e.way())
                        : Failure.failed("cannot connect to the gateway " + gateway + detail)
                                .next(
                                        gateway.loopback()
                                                ? "vfaas gateway start"
                                                : "check the URL, or choose another with --gateway");
            case LOST ->
                Failure.of(
                                ExitCode.TIMED_OUT,
                                "the SSH connection broke on the way to the gateway "
                                        + (e.way() == null
                                                ? gateway.text()
                                                : e.way().text())
                                        + "; what was asked may or may not have been done" + detail)
                        .next("look at what is there now: vfaas list; then the same command again");
            case TIMED_OUT -> Failure.of(ExitCode.TIMED_OUT, "the " + e.named() + " did not answer in time" + detail);
            case UNAUTHORIZED ->
                Failure.of(ExitCode.AUTHENTICATION, "the " + e.named() + " refuses the login: it is missing or wrong")
                        .next(
                                e.way() == null
                                        ? "vfaas login --gateway " + gateway
                                        : "vfaas up " + e.way().login());
            case FORBIDDEN -> Failure.of(ExitCode.AUTHENTICATION, "the " + e.named() + " forbids this" + detail);
            case MOVED ->
                Failure.failed("the " + e.named() + " redirects" + detail)
                        .next("the same command with --gateway and that address");
            case NOT_APPLIED ->
                Failure.of(
                        ExitCode.NOT_AS_ASKED,
                        "the gateway answered " + e.status()
                                + " to the update, not 202: it did not apply it (OpenFaaS CE does so for an image that is"
                                + " not public, a missing secret or a bad quantity)");
            case NOT_FOUND, CONFLICT, REFUSED ->
                Failure.failed("the " + e.named() + " refused with status " + e.status() + detail);
            case UNINTELLIGIBLE ->
                Failure.failed(place + " does not answer like an OpenFaaS gateway" + detail)
                        .next("check the URL, or choose another with --gateway");
        };
    }
}
