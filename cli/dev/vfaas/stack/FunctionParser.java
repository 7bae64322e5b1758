package dev.vfaas.stack;

import dev.vfaas.yaml.Position;
import dev.vfaas.yaml.Problems;
import dev.vfaas.yaml.YamlReader;
import dev.vfaas.yaml.YamlValue;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One entry of {@code functions}. */
final class FunctionParser {
    static final List<String> KEYS = List.of(
            "lang",
            "handler",
            "image",
            "fprocess",
            "environment",
            "environment_file",
            "secrets",
            "skip_build",
            "constraints",
            "labels",
            "annotations",
            "limits",
            "requests",
            "readonly_root_filesystem",
            "build_options",
            "build_args",
            "build_secrets",
            "platforms",
            "namespace");
    private static final Pattern PLATFORM = Pattern.compile("host|[a-z0-9]+/[a-z0-9]+(/v[0-9]+)?");
    private static final Pattern SECRET = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

    private final Problems problems;
    private final YamlReader reader;
    private final List<String> warnings;

    FunctionParser(Problems problems, List<String> warnings) {
        this.problems = problems;
        this.reader = new YamlReader(problems);
        this.warnings = warnings;
    }

    /** The function; what is wrong with it is in the problems. */
    StackFunction parse(YamlValue.Entry entry) {
        String name = entry.key();
        DnsLabel.problem("function name", name).ifPresent(problem -> problems.add(entry.position(), problem));
        String what = "functions." + name;
        if (entry.value() instanceof YamlValue.Null) {
            problems.add(entry.position(), what + " is empty; it needs lang, handler and image");
        }
        Map<String, YamlValue> section = reader.section(entry.value(), what, KEYS);
        Fields fields = new Fields(section, what);
        boolean whole = entry.value() instanceof YamlValue.Mapping;
        String lang = fields.text("lang");
        String handler = fields.text("handler");
        String image = fields.text("image");
        boolean skipBuild = fields.bool("skip_build");
        if (whole && image == null && !fields.isWrongType("image")) {
            problems.add(
                    fields.position("image", entry), what + " has no image; for example: image: " + name + ":latest");
        }
        if (whole && !skipBuild && (lang == null) != (handler == null)) {
            String missing = lang == null ? "lang" : "handler";
            if (!fields.isWrongType(missing)) {
                problems.add(
                        fields.position(missing, entry),
                        what + " has no " + missing
                                + (lang == null ? ", the name of its template" : ", the folder of its code"));
            }
        }
        if (image != null && image.chars().anyMatch(Character::isWhitespace)) {
            problems.add(fields.position("image", entry), what + ".image \"" + image + "\" has a space in it");
        }
        @Nullable YamlValue labels = section.get("labels");
        if (labels instanceof YamlValue.Mapping mapping) {
            new ScaleLabels(problems, warnings).check(mapping.entries());
        }
        Quantities limits = fields.get("limits", this::quantities);
        Quantities requests = fields.get("requests", this::quantities);
        notAbove(what, requests, limits, fields.position("requests", entry));
        return new StackFunction(
                name,
                lang,
                handler,
                image == null ? "" : image,
                fields.text("fprocess"),
                environment(fields, what),
                fields.texts("environment_file", (at, text) -> {}),
                fields.texts("secrets", this::checkSecret),
                skipBuild,
                fields.texts("constraints", (at, text) -> {}),
                fields.textMap("labels"),
                fields.textMap("annotations"),
                limits,
                requests,
                fields.bool("readonly_root_filesystem"),
                fields.texts("build_options", (at, text) -> {}),
                fields.textMap("build_args"),
                fields.textMap("build_secrets"),
                Optional.ofNullable(fields.get("platforms", this::platforms)).orElse(List.of()),
                namespace(fields, entry));
    }

    private Map<String, String> environment(Fields fields, String what) {
        YamlValue value = fields.section.get("environment");
        if (value instanceof YamlValue.Mapping mapping) {
            for (YamlValue.Entry entry : mapping.entries()) {
                if (entry.key().indexOf('=') >= 0 || entry.key().indexOf('\0') >= 0) {
                    problems.add(
                            entry.position(), "the name of a variable of " + what + ".environment has a \"=\" in it");
                }
            }
        }
        return fields.textMap("environment");
    }

    private @Nullable String namespace(Fields fields, YamlValue.Entry entry) {
        String namespace = fields.text("namespace");
        if (namespace != null) {
            DnsLabel.problem("namespace", namespace)
                    .ifPresent(problem -> problems.add(fields.position("namespace", entry), problem));
        }
        return namespace;
    }

    private void checkSecret(Position at, String name) {
        if (!SECRET.matcher(name).matches()) {
            problems.add(at, "secret name \"" + name + "\" can only contain a-z, 0-9, dashes and dots");
        }
    }

    private List<String> platforms(YamlValue value, String what) {
        BiConsumer<Position, String> check = (at, text) -> {
            if (!PLATFORM.matcher(text).matches()) {
                problems.add(at, what + " \"" + text + "\" is not a platform such as linux/amd64 or linux/arm64");
            }
        };
        if (value instanceof YamlValue.Scalar scalar) {
            List<String> platforms = Arrays.stream(scalar.text().split(","))
                    .map(String::strip)
                    .filter(text -> !text.isEmpty())
                    .toList();
            platforms.forEach(text -> check.accept(scalar.position(), text));
            return platforms;
        }
        return reader.texts(value, what, check);
    }

    private @Nullable Quantities quantities(YamlValue value, String what) {
        Map<String, YamlValue> section = reader.section(value, what, List.of("memory", "cpu"));
        String memory = quantity(section.get("memory"), what + ".memory", Quantity::memoryProblem);
        String cpu = quantity(section.get("cpu"), what + ".cpu", Quantity::cpuProblem);
        return memory == null && cpu == null ? null : new Quantities(memory, cpu);
    }

    private @Nullable String quantity(@Nullable YamlValue value, String what, Check check) {
        if (value == null) {
            return null;
        }
        Optional<String> text = reader.text(value, what);
        text.flatMap(quantity -> check.problem(what, quantity)).ifPresent(why -> problems.add(value.position(), why));
        if (what.endsWith(".memory")
                && text.filter(quantity -> quantity.endsWith("m")).isPresent()) {
            warnings.add(problems.source().name() + ":" + value.position().line() + ":"
                    + value.position().column() + ": " + what + " " + text.get()
                    + " is in thousandths of a byte; did you mean " + text.get().replaceAll("m$", "Mi") + "?");
        }
        return text.orElse(null);
    }

    private void notAbove(String what, @Nullable Quantities requests, @Nullable Quantities limits, Position at) {
        if (requests != null && limits != null) {
            notAbove(what, "memory", requests.memory(), limits.memory(), at);
            notAbove(what, "cpu", requests.cpu(), limits.cpu(), at);
        }
    }

    private void notAbove(String what, String resource, @Nullable String request, @Nullable String limit, Position at) {
        Optional<Quantity> asked = Optional.ofNullable(request).flatMap(Quantity::parse);
        Optional<Quantity> allowed = Optional.ofNullable(limit).flatMap(Quantity::parse);
        if (asked.isPresent()
                && allowed.isPresent()
                && asked.get().value().compareTo(allowed.get().value()) > 0) {
            problems.add(
                    at, what + " requests " + request + " of " + resource + ", more than its limit, which is " + limit);
        }
    }

    /** What is wrong with a quantity. */
    @FunctionalInterface
    private interface Check {
        Optional<String> problem(String what, String text);
    }

    /** The keys of one function, each read by its type; absent ones read as empty. */
    private final class Fields {
        private final Map<String, YamlValue> section;
        private final String what;

        Fields(Map<String, YamlValue> section, String what) {
            this.section = section;
            this.what = what;
        }

        private <T> @Nullable T get(String key, Read<T> read) {
            YamlValue value = section.get(key);
            return value == null ? null : read.read(value, what + "." + key);
        }

        @Nullable
        String text(String key) {
            return get(key, (value, name) -> reader.text(value, name).orElse(null));
        }

        boolean bool(String key) {
            return Boolean.TRUE.equals(get(key, reader::bool));
        }

        List<String> texts(String key, BiConsumer<Position, String> check) {
            return orEmpty(get(key, (value, name) -> reader.texts(value, name, check)), List.of());
        }

        Map<String, String> textMap(String key) {
            return orEmpty(get(key, reader::textMap), Map.of());
        }

        boolean isWrongType(String key) {
            return section.get(key) instanceof YamlValue.Mapping || section.get(key) instanceof YamlValue.Sequence;
        }

        Position position(String key, YamlValue.Entry entry) {
            YamlValue value = section.get(key);
            return value == null ? entry.position() : value.position();
        }

        private static <T> T orEmpty(@Nullable T value, T empty) {
            return value == null ? empty : value;
        }
    }

    /** Reads a value of a known name. */
    @FunctionalInterface
    private interface Read<T> {
        @Nullable
        T read(YamlValue value, String what);
    }
}
