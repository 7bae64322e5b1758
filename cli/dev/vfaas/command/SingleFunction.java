package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.stack.Stack;
import dev.vfaas.stack.StackConfiguration;
import dev.vfaas.stack.StackFunction;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** One function named on the command line in place of a stack file. */
final class SingleFunction {
    @Option(names = "--image", paramLabel = "IMAGE", description = "build one function without a stack file: its image")
    @Nullable
    String image;

    @Option(names = "--handler", paramLabel = "DIR", description = "its handler's folder")
    @Nullable
    String handler;

    @Option(names = "--name", paramLabel = "NAME", description = "its name")
    @Nullable
    String name;

    @Option(names = "--lang", paramLabel = "TEMPLATE", description = "its template")
    @Nullable
    String lang;

    /** Whether the command line names a function. */
    boolean given() {
        return image != null || handler != null || name != null || lang != null;
    }

    /** A stack of that function alone. Throws a usage failure when an option is missing. */
    Stack stack(Session session) {
        String function = required("--name", name);
        StackFunction one = new StackFunction(
                function,
                required("--lang", lang),
                required("--handler", handler),
                required("--image", image),
                null,
                Map.of(),
                List.of(),
                List.of(),
                false,
                List.of(),
                Map.of(),
                Map.of(),
                null,
                null,
                false,
                List.of(),
                Map.of(),
                Map.of(),
                List.of(),
                null);
        return new Stack(
                "the command line",
                session.environment().workingDirectory(),
                "1.0",
                null,
                Map.of(function, one),
                StackConfiguration.EMPTY,
                List.of(),
                Map.of());
    }

    private static String required(String option, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw Failure.usage("to build one function without a stack file, " + option + " is needed too")
                    .next("vfaas build --name NAME --lang TEMPLATE --handler DIR --image IMAGE");
        }
        return value;
    }
}
