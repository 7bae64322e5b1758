package dev.vfaas.image;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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
     * Throws when a function failed: its own failure when all that failed is one function, else one that names them all, with the exit code of
     * the gravest. Lines of a function's log are left out of its text: the log is shown beside it.
     */
    public void orThrow() {
        List<FunctionResult.Failed> failed = failed();
        if (failed.isEmpty()) {
            return;
        }
        if (failed.size() == 1) {
            Failure only = failed.getFirst().failure();
            Failure failure = Failure.of(only.exitCode(), failed.getFirst().function() + ": " + text(failed.getFirst()))
                    .because(only);
            throw only.next() == null ? failure : failure.next(only.next());
        }
        StringBuilder text = new StringBuilder(failed.size() + " of " + results.size() + " functions were not built:");
        failed.forEach(one -> text.append("\n  ")
                .append(one.function())
                .append(": ")
                .append(text(one).replace("\n", "\n    ")));
        throw Failure.of(
                ExitCode.gravest(
                        failed.stream().map(one -> one.failure().exitCode()).toList()),
                text.toString());
    }

    private static String text(FunctionResult.Failed failed) {
        Set<String> shown = failed.log().stream().map(String::strip).collect(Collectors.toSet());
        List<String> rest = failed.failure()
                .text()
                .lines()
                .filter(line -> !shown.contains(line.strip()))
                .toList();
        return rest.size() == 1 ? Failure.headline(rest.getFirst()) : String.join("\n", rest);
    }
}
