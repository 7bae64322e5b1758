package dev.vfaas.ssh;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;

/** Words for a host that could not be reached: what was tried, what happened, what to look at. */
final class Unreachable {
    private Unreachable() {}

    /** A failure with exit 6. */
    static Failure failure(HostSettings host, boolean direct, IOException cause, Duration timeout) {
        String place = host.hostName() + " port " + host.port() + (direct ? "" : " (through the jump host)");
        String deep = String.valueOf(root(cause).getMessage());
        return switch (root(cause)) {
            case UnknownHostException unknown ->
                failed("cannot find the address of " + host.hostName() + ": the name service does not know it", cause)
                        .next("check the name"
                                + (host.name().equals(host.hostName())
                                        ? ""
                                        : " (HostName of " + host.name() + " in ~/.ssh/config)")
                                + ", or give the server's IP address");
            case ConnectException refused
            when deep.contains("refused") ->
                failed("cannot reach " + place + ": the connection was refused, nothing listens there", cause)
                        .next("check the port and that sshd runs: systemctl status ssh");
            case NoRouteToHostException none ->
                failed("cannot reach " + place + ": there is no route to it", cause)
                        .next("check the address, the VPN and the firewalls on the way");
            case SocketTimeoutException silent -> silent(place, cause, timeout);
            case java.util.concurrent.TimeoutException silent -> silent(place, cause, timeout);
            default -> {
                if (deep.contains("identification")) {
                    yield failed(
                                    "what answers at " + place
                                            + " is not an SSH server, or it closed the connection at once",
                                    cause)
                            .next("check the port; a firewall or fail2ban on the server may be refusing this address");
                }
                if (deep.contains("Unable to reach a settlement")) {
                    yield failed("no common algorithm with " + place + ": " + deep, cause)
                            .next("the server is too old or too narrowly configured; compare with: ssh -v "
                                    + host.name());
                }
                yield failed("the connection to " + place + " failed: " + deep, cause)
                        .next("ssh -v " + host.name());
            }
        };
    }

    private static Failure silent(String place, IOException cause, Duration timeout) {
        return failed("cannot reach " + place + ": no answer within " + timeout.toSeconds() + " s", cause)
                .next(
                        "check that the server is up, the address is right and firewalls let port 22 or its own port through");
    }

    private static Failure failed(String message, IOException cause) {
        return Failure.of(ExitCode.TIMED_OUT, message).because(cause);
    }

    private static Throwable root(Throwable error) {
        Throwable deepest = error;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        return deepest;
    }
}
