package dev.vfaas.image;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.util.List;

/**
 * How a build ended.
 *
 * @param results in the order of the request
 */
public record BuildReport(List<FunctionResult> results) {

    /** The functions that have an image. */
    public List<FunctionResult.Built> built() {
        return results.stream()
                .filter(FunctionResult.Built.class::isInstance)
                .map(FunctionResult.Built.class::cast)
                .toList();
    }

    /** The functions that have none. */
    public List<FunctionResult.Failed> failed() {
        return results.stream()
                .filter(FunctionResult.Failed.class::isInstance)
                .map(FunctionResult.Failed.class::cast)
                .toList();
    }

    /**
     * Throws when a function failed: its own failure when all that failed is one function, else one that names them all, with the exit code they
     * share or 1.
     */
    public void orThrow() {
        List<FunctionResult.Failed> failed = failed();
        if (failed.isEmpty()) {
            return;
        }
        if (failed.size() == 1) {
            Failure only = failed.getFirst().failure();
            Failure failure = Failure.of(only.exitCode(), failed.getFirst().function() + ": " + only.text())
                    .because(only);
            throw only.next() == null ? failure : failure.next(only.next());
        }
        StringBuilder text = new StringBuilder(failed.size() + " of " + results.size() + " functions were not built:");
        failed.forEach(one -> text.append("\n  ")
                .append(one.function())
                .append(": ")
                .append(one.failure().text().replace("\n", "\n    ")));
        List<ExitCode> codes =
                failed.stream().map(one -> one.failure().exitCode()).distinct().toList();
        throw Failure.of(codes.size() == 1 ? codes.getFirst() : ExitCode.FAILED, text.toString());
    }
}
