package dev.vfaas.console;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;

/** The one table of exit codes. */
public enum ExitCode {
    /** Done. */
    OK(0),
    /** It failed. */
    FAILED(1),
    /** The command line or an input file is wrong; nothing was touched. */
    USAGE(2),
    /** A check before the work found something that forbids it. */
    PREFLIGHT(3),
    /** Authentication or a host key was refused. */
    AUTHENTICATION(4),
    /** Someone else holds the lock. */
    LOCKED(5),
    /** A deadline passed. */
    TIMED_OUT(6),
    /** The remote side did not become what was asked. */
    NOT_AS_ASKED(7),
    /** A dry run found changes (with --exit-code). */
    CHANGES_PENDING(10),
    /** Interrupted by the person. */
    INTERRUPTED(130);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** Of several things that failed, the code of the gravest: the highest, so that an interruption outweighs all and a plain failure nothing. */
    public static ExitCode gravest(Collection<ExitCode> codes) {
        return Collections.max(codes, Comparator.comparingInt(ExitCode::code));
    }

    /** The number the process ends with. */
    public int code() {
        return code;
    }
}
