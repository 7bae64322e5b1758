package dev.vfaas.stack;

import dev.vfaas.console.Failure;
import dev.vfaas.yaml.Position;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stack file that has been read and checked: the schema of OpenFaaS's stack.yaml.
 *
 * @param source how errors name the file: a path as typed, a URL or {@code <stdin>}
 * @param baseDirectory absolute; what relative paths of the file start from
 * @param version {@code 1.0}
 * @param gateway {@code provider.gateway}, as written
 * @param functions by name, in the order of the file; only those that {@code --filter} or {@code --regex} let through
 * @param configuration the {@code configuration} block; empty lists when absent
 * @param warnings what a person should know but what forbids nothing, one line each
 * @param places where the keys of functions stand, by their path: {@code functions.hello.labels.team}
 */
public record Stack(
        String source,
        Path baseDirectory,
        String version,
        @Nullable String gateway,
        Map<String, StackFunction> functions,
        StackConfiguration configuration,
        List<String> warnings,
        Map<String, Position> places) {

    /** Copies the collections and keeps their order. */
    public Stack {
        functions = Collections.unmodifiableMap(new LinkedHashMap<>(functions));
        warnings = List.copyOf(warnings);
        places = Map.copyOf(places);
    }

    /** How messages name the place of {@code field} ({@code labels.team}) of a function: {@code stack.yml:4:7}; the nearest one that is known. */
    public String place(String function, String field) {
        String path = "functions." + function + "." + field;
        while (!path.isEmpty()) {
            Position position = places.get(path);
            if (position != null) {
                return source + ":" + position.line() + ":" + position.column();
            }
            path = path.substring(0, Math.max(0, path.lastIndexOf('.')));
        }
        return source;
    }

    /** A path of the file made absolute: relative ones start at the stack file's folder. */
    public Path resolve(String path) {
        return baseDirectory.resolve(path).normalize();
    }

    /** The function of that name. Throws a usage failure that lists the names there are. */
    public StackFunction function(String name) {
        StackFunction function = functions.get(name);
        if (function == null) {
            throw Failure.usage("there is no function \"" + name + "\" in " + source + "; it has: "
                    + String.join(", ", functions.keySet()));
        }
        return function;
    }
}
