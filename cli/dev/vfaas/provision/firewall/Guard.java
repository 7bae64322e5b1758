package dev.vfaas.provision.firewall;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import java.time.Duration;

/**
 * Changes a packet filter so that it cannot lock anyone out: a timer on the host takes the change back, unless a new SSH connection comes to be
 * after the change and confirms it. A rename decides between the two, so that exactly one of them happens.
 */
final class Guard {
    static final String FOLDER = "/run/vfaas-firewall";
    static final String UNIT = "vfaas-firewall-revert";
    private static final Duration SHORT = Duration.ofSeconds(30);

    /** $1: what takes the change back; $2: seconds; standard input: what makes the change. */
    private static final String ARM_AND_CHANGE = """
            export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            set -e; umask 077
            folder=/run/vfaas-firewall; unit=vfaas-firewall-revert
            change=$(mktemp); trap 'rm -f "$change"' EXIT; cat > "$change"
            systemctl stop $unit.timer $unit.service 2>/dev/null || true
            systemctl reset-failed $unit.timer $unit.service 2>/dev/null || true
            rm -rf $folder; mkdir -p $folder
            cp -p /etc/ufw/user.rules /etc/ufw/user6.rules $folder/ 2>/dev/null || true
            { echo "mv $folder/pending $folder/reverted || exit 0"; echo "$1"; echo "logger -t vfaas 'nobody confirmed the new firewall rules: they were taken back'"; } > $folder/revert
            : > $folder/pending
            systemd-run --quiet --collect --unit=$unit --on-active="$2" --timer-property=AccuracySec=200ms /bin/sh $folder/revert
            if ! sh -e "$change"; then
              code=$?; sh $folder/revert; systemctl stop $unit.timer 2>/dev/null || true; exit $code
            fi
            """;

    private static final String CONFIRM = """
            if mv /run/vfaas-firewall/pending /run/vfaas-firewall/confirmed 2>/dev/null; then
              systemctl stop vfaas-firewall-revert.timer 2>/dev/null; rm -rf /run/vfaas-firewall
            else exit 1; fi
            """;

    private static final String REVERT = """
            sh /run/vfaas-firewall/revert; systemctl stop vfaas-firewall-revert.timer 2>/dev/null; rm -rf /run/vfaas-firewall
            """;

    private final Execution execution;
    private final Duration patience;

    Guard(Execution execution, Duration patience) {
        this.execution = execution;
        this.patience = patience;
    }

    /**
     * Changes and confirms.
     *
     * @param change POSIX sh, run as root
     * @param back POSIX sh that takes it back
     * @throws Failure with exit 7 when the change cannot be made or no new connection comes to be; the host is as it was then
     */
    void change(String change, String back) {
        execution.run(
                Command.script(ARM_AND_CHANGE, back, String.valueOf(patience.toSeconds())), Secret.of(change), SHORT);
        execution.progress("proving that a new SSH connection works (the rules are taken back in "
                + patience.toSeconds() + " s otherwise)");
        try {
            execution.server().proveNewConnection();
        } catch (Failure failure) {
            takeBack(failure);
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            execution.server().name()
                                    + ": with the new rules no new SSH connection could be opened, so they were taken back: "
                                    + failure.text())
                    .because(failure)
                    .next("vfaas up " + execution.server().name()
                            + " --firewall --dry-run, and look for the port of SSH");
        }
        Completed confirmed = execution.attempt(Command.script(CONFIRM), SHORT);
        if (!confirmed.ok()) {
            throw Failure.of(
                            ExitCode.TIMED_OUT,
                            execution.server().name() + ": the new SSH connection came after more than "
                                    + patience.toSeconds() + " s; the host had taken the rules back by then")
                    .next("the same command with --firewall-patience 3m");
        }
    }

    /** At once when the old connection still works; else the host's timer does it. */
    private void takeBack(Failure why) {
        try {
            execution.attempt(Command.script(REVERT), SHORT);
        } catch (RuntimeException unreachable) {
            why.addSuppressed(unreachable);
        }
    }
}
