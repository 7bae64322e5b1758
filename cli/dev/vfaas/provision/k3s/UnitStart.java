package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.ssh.Command;
import dev.vfaas.ssh.Completed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Starts K3s's unit and waits for it. The unit's own start has no deadline (TimeoutStartSec=0), therefore systemd is told not to wait and asked how
 * it goes.
 */
final class UnitStart {
    private static final Duration START = Duration.ofMinutes(4);
    private static final Duration SHORT = Duration.ofSeconds(30);

    /** Prints the unit's state once it is settled, but looks at most 8 seconds: a wait costs few round trips so. $1 the unit, $2 the start not meant. */
    private static final String LOOK = """
            i=0
            while :; do
              for line in $(systemctl show "$1" -p ActiveState,NRestarts,InvocationID); do
                case $line in
                ActiveState=*) active=${line#*=} ;;
                NRestarts=*) restarts=${line#*=} ;;
                InvocationID=*) invocation=${line#*=} ;;
                esac
              done
              if [ "$active" = failed ] || [ "${restarts:-0}" -ge 3 ]; then break; fi
              if [ "$active" = active ] && [ "$invocation" != "$2" ]; then break; fi
              i=$((i + 1)); if [ $i -ge 16 ]; then break; fi
              sleep 0.5
            done
            echo "$active ${restarts:-0} $invocation"
            """;

    private final String unit;
    private final Execution execution;
    private String before = "";

    UnitStart(String unit, Execution execution) {
        this.unit = unit;
        this.execution = execution;
    }

    /** Starts the unit, anew if it runs. */
    void start() {
        // reset-failed also sets the counter of restarts back to 0.
        before = execution
                .run(
                        Command.script(
                                "systemctl show \"$1\" -p InvocationID | cut -d= -f2; systemctl reset-failed \"$1\" 2>/dev/null;"
                                        + " systemctl daemon-reload; systemctl restart --no-block \"$1\"",
                                unit),
                        SHORT)
                .out()
                .strip();
    }

    /** Returns when the unit is active; exit 7 when it keeps failing, 6 when it takes too long. */
    void awaitActive() {
        execution.await(unit + " to be active", START, this::look, () -> journal(execution, unit));
    }

    private Optional<Boolean> look() {
        Completed completed = execution.run(Command.script(LOOK, unit, before), SHORT);
        String[] words = completed.out().strip().split(" ", -1);
        boolean failed = words[0].equals("failed") || (words.length > 1 && Integer.parseInt(words[1]) >= 3);
        if (failed) {
            throw Failure.of(
                            ExitCode.NOT_AS_ASKED,
                            execution.server().name() + ": K3s does not start; its journal ends with\n  "
                                    + String.join("\n  ", journal(execution, unit)))
                    .next("vfaas doctor " + execution.server().name());
        }
        boolean active = words[0].equals("active") && words.length > 2 && !words[2].equals(before);
        return active ? Optional.of(true) : Optional.empty();
    }

    /** The last lines of the unit's journal that say what went wrong, or its last lines. */
    static List<String> journal(Execution execution, String unit) {
        Completed completed = execution.attempt(
                Command.script(
                        "journalctl -u \"$1\" -n 200 --no-pager -o cat 2>/dev/null | grep -Ei 'level=(fatal|error)|fatal|panic|cannot|failed' | tail -n 8;"
                                + " echo --; journalctl -u \"$1\" -n 6 --no-pager -o cat 2>/dev/null",
                        unit),
                SHORT);
        return completed.out().lines().map(String::strip).distinct().toList();
    }
}
