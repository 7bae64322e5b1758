package dev.vfaas.image.toolchain;

import dev.vfaas.console.Environment;
import dev.vfaas.console.Failure;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The toolchains by the name that template.yml's {@code toolchain} says; each is made when it is first asked for. */
public final class Toolchains {
    private final Map<String, Supplier<Toolchain>> byName;

    /** All toolchains, which find their programs in that environment. */
    public static Toolchains standard(Environment environment) {
        return new Toolchains(Map.of(
                "go", () -> new GoToolchain(environment),
                "java", () -> new JavaToolchain(environment),
                "node", () -> new NodeToolchain(environment),
                "python", () -> new PythonToolchain(environment)));
    }

    public Toolchains(Map<String, Supplier<Toolchain>> byName) {
        this.byName = new TreeMap<>(byName);
    }

    /** The toolchain of that name. Throws a usage failure that lists the names there are. */
    public Toolchain named(String name) {
        Supplier<Toolchain> toolchain = byName.get(name);
        if (toolchain == null) {
            throw Failure.usage("there is no toolchain \"" + name + "\"; there are: dockerfile, "
                    + String.join(", ", byName.keySet()));
        }
        return toolchain.get();
    }
}
