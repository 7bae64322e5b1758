package dev.vfaas.stack;

import dev.vfaas.yaml.Offsets;
import dev.vfaas.yaml.Position;
import dev.vfaas.yaml.Problems;
import dev.vfaas.yaml.YamlParser;
import dev.vfaas.yaml.YamlReader;
import dev.vfaas.yaml.YamlValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the text of a stack file; every function is checked, those of {@code wanted} are returned. */
final class StackParser {
    private static final List<String> KEYS = List.of("version", "provider", "functions", "configuration");

    private final Problems problems;
    private final YamlReader reader;
    private final List<String> warnings;

    StackParser(Problems problems, List<String> warnings) {
        this.problems = problems;
        this.reader = new YamlReader(problems);
        this.warnings = new ArrayList<>(warnings);
    }

    /**
     * The stack.
     *
     * @param text what the problems' text became by substitution
     * @throws dev.vfaas.console.Failure (usage) with all problems
     */
    Stack parse(String text, Offsets offsets, Path baseDirectory, Predicate<String> wanted) {
        Optional<YamlValue> document = YamlParser.parse(problems, text, offsets);
        if (document.isEmpty()) {
            problems.throwIfAny();
        }
        if (document.isEmpty() || document.get() instanceof YamlValue.Null) {
            problems.add(new Position(1, 1), "the file is empty; \"vfaas new --lang python3 NAME\" writes one");
            throw problems.failure();
        }
        Map<String, YamlValue> root = reader.section(document.get(), "", KEYS);
        if (document.get() instanceof YamlValue.Mapping && !root.containsKey("provider")) {
            problems.add(
                    document.get().position(),
                    "there is no provider; a stack file has provider: and below it name: openfaas");
        }
        YamlValue version = root.get("version");
        YamlValue provider = root.get("provider");
        YamlValue configuration = root.get("configuration");
        Stack stack = new Stack(
                problems.source().name(),
                baseDirectory,
                version == null ? "1.0" : version(version),
                provider == null ? null : gateway(provider),
                functions(root.get("functions"), wanted),
                configuration == null ? StackConfiguration.EMPTY : configuration(configuration),
                warnings,
                places(root.get("functions")));
        problems.throwIfAny();
        return stack;
    }

    private String version(YamlValue value) {
        String version = reader.text(value, "version").orElse("1.0");
        if (!version.equals("1.0")) {
            problems.add(value.position(), "[1.0] are the only valid versions for the stack file - found: " + version);
        }
        return version;
    }

    private @Nullable String gateway(YamlValue value) {
        Map<String, YamlValue> provider = reader.section(value, "provider", List.of("name", "gateway", "network"));
        YamlValue nameValue = provider.get("name");
        String name =
                nameValue == null ? "" : reader.text(nameValue, "provider.name").orElse("");
        boolean readable = value instanceof YamlValue.Mapping || value instanceof YamlValue.Null;
        if (readable && !name.equals("openfaas")) {
            problems.add(
                    nameValue == null ? value.position() : nameValue.position(),
                    "['openfaas'] is the only valid \"provider.name\", but you gave: "
                            + (name.isEmpty() ? "nothing" : name));
        }
        YamlValue network = provider.get("network");
        if (network != null) {
            warn(network.position(), "provider.network means nothing any more; it can be removed");
        }
        YamlValue gateway = provider.get("gateway");
        return gateway == null ? null : reader.text(gateway, "provider.gateway").orElse(null);
    }

    private Map<String, StackFunction> functions(@Nullable YamlValue value, Predicate<String> wanted) {
        Map<String, StackFunction> functions = new LinkedHashMap<>();
        List<YamlValue.Entry> entries = value == null ? List.of() : reader.entries(value, "functions");
        for (YamlValue.Entry entry : entries) {
            if (isFunction(entry)) {
                StackFunction function = new FunctionParser(problems, warnings).parse(entry);
                if (wanted.test(function.name())) {
                    functions.put(function.name(), function);
                }
            }
        }
        return functions;
    }

    /** Where keys stand: of functions, of their fields, and of mappings in those. */
    private static Map<String, Position> places(@Nullable YamlValue functions) {
        Map<String, Position> places = new LinkedHashMap<>();
        if (functions != null) {
            places("functions", functions, places);
        }
        return places;
    }

    private static void places(String path, YamlValue value, Map<String, Position> places) {
        if (value instanceof YamlValue.Mapping mapping) {
            for (YamlValue.Entry entry : mapping.entries()) {
                String below = path + "." + entry.key();
                places.put(below, entry.position());
                places(below, entry.value(), places);
            }
        }
    }

    /** A name that begins with {@code x-} is an extension, unless it has what only a function has: {@code x-ray} with an image. */
    private static boolean isFunction(YamlValue.Entry entry) {
        boolean extension = entry.key().startsWith("x-");
        boolean image = entry.value() instanceof YamlValue.Mapping mapping
                && mapping.get("image").isPresent();
        return !extension || image;
    }

    private StackConfiguration configuration(YamlValue value) {
        Map<String, YamlValue> section = reader.section(value, "configuration", List.of("templates", "copy"));
        YamlValue copy = section.get("copy");
        YamlValue templates = section.get("templates");
        return new StackConfiguration(
                templates == null ? List.of() : templates(templates),
                copy == null ? List.of() : reader.texts(copy, "configuration.copy", (at, text) -> {}));
    }

    private List<StackConfiguration.TemplateSource> templates(YamlValue value) {
        List<StackConfiguration.TemplateSource> sources = new ArrayList<>();
        switch (value) {
            case YamlValue.Null ignored -> {}
            case YamlValue.Sequence sequence -> {
                for (YamlValue item : sequence.items()) {
                    String what = "an entry of configuration.templates";
                    Map<String, YamlValue> template = reader.section(item, what, List.of("name", "source"));
                    Optional<String> name = Optional.ofNullable(template.get("name"))
                            .flatMap(text -> reader.text(text, what + "'s name"));
                    Optional<String> source = Optional.ofNullable(template.get("source"))
                            .flatMap(text -> reader.text(text, what + "'s source"));
                    if (name.isEmpty() && item instanceof YamlValue.Mapping) {
                        problems.add(item.position(), what + " has no name");
                    }
                    sources.add(new StackConfiguration.TemplateSource(name.orElse(""), source.orElse(null)));
                }
            }
            default ->
                problems.add(
                        value.position(),
                        "configuration.templates must be a list of name and source, not " + value.kind());
        }
        return sources;
    }

    private void warn(Position at, String message) {
        warnings.add(problems.source().name() + ":" + at.line() + ":" + at.column() + ": " + message);
    }
}
