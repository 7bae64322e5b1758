package dev.vfaas.stack;

import dev.vfaas.console.Failure;
import dev.vfaas.yaml.Position;
import dev.vfaas.yaml.Problems;
import dev.vfaas.yaml.SourceText;
import dev.vfaas.yaml.YamlParser;
import dev.vfaas.yaml.YamlValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adds a function to the text of a stack file and changes nothing else: comments, order, indentation, quoting, line ends and what follows the
 * functions stay byte for byte. The new text is parsed and compared with the old one before it is returned, so a shape this cannot edit is an
 * error and never a damaged file.
 */
public final class StackEditor {

    /**
     * The text with the function behind all others.
     *
     * @throws Failure (usage) when the text is not YAML, has that function already, or has a shape that must be edited by hand
     */
    public String append(SourceText source, NewFunction function) {
        YamlValue before = parse(source);
        Optional<YamlValue> functions = functions(before);
        if (functions.orElse(null) instanceof YamlValue.Mapping mapping && has(mapping, function.name())) {
            throw Failure.usage("function " + function.name() + " already exists in " + source.name()
                    + "; a stack file cannot have two of the same name");
        }
        String edited;
        try {
            edited = new StackInsertion(source.text(), Layout.of(source.text())).insert(function);
        } catch (UnknownShape e) {
            throw byHand(source, function, String.valueOf(e.getMessage()));
        }
        Problems problems = new Problems(new SourceText(source.name(), edited));
        Optional<YamlValue> after = YamlParser.parse(problems);
        boolean right = problems.isEmpty()
                && after.isPresent()
                && expected(before, function).equals(plain(after.get()));
        if (!right) {
            throw byHand(source, function, "it has a shape that cannot be edited safely");
        }
        return edited;
    }

    /** Why a text cannot be edited. */
    static final class UnknownShape extends Exception {
        private static final long serialVersionUID = 1L;

        UnknownShape(String message) {
            super(message);
        }
    }

    private static YamlValue parse(SourceText source) {
        Problems problems = new Problems(source);
        Optional<YamlValue> document = YamlParser.parse(problems);
        problems.throwIfAny();
        if (document.orElse(null) instanceof YamlValue.Mapping mapping) {
            return mapping;
        }
        problems.add(new Position(1, 1), "this is no stack file: there is no provider and there are no functions");
        throw problems.failure();
    }

    private static Optional<YamlValue> functions(YamlValue document) {
        return document instanceof YamlValue.Mapping mapping ? mapping.get("functions") : Optional.empty();
    }

    private static boolean has(YamlValue.Mapping mapping, String name) {
        return mapping.get(name).isPresent();
    }

    private static Failure byHand(SourceText source, NewFunction function, String why) {
        return Failure.usage("the function cannot be added to " + source.name() + ": " + why
                + "\nadd it yourself, below functions:\n" + String.join("\n", function.block(2, 2)));
    }

    /** What the edited document must hold. */
    private static Object expected(YamlValue before, NewFunction function) {
        Map<Object, Object> root = new LinkedHashMap<>();
        if (plain(before) instanceof Map<?, ?> map) {
            root.putAll(map);
        }
        Map<Object, Object> functions = new LinkedHashMap<>();
        if (root.get("functions") instanceof Map<?, ?> map) {
            functions.putAll(map);
        }
        functions.put(function.name(), function(function));
        root.put("functions", functions);
        return root;
    }

    private static Object function(NewFunction function) {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put("lang", escaped(function.lang()));
        map.put("handler", escaped(function.handler()));
        map.put("image", escaped(function.image()));
        put(map, "requests", function.requests());
        put(map, "limits", function.limits());
        return map;
    }

    private static void put(Map<Object, Object> map, String key, @Nullable Quantities quantities) {
        if (quantities != null) {
            Map<Object, Object> inner = new LinkedHashMap<>();
            if (quantities.cpu() != null) {
                inner.put("cpu", quantities.cpu());
            }
            if (quantities.memory() != null) {
                inner.put("memory", quantities.memory());
            }
            map.put(key, inner);
        }
    }

    private static String escaped(String text) {
        return text.replace("$", "$$");
    }

    /** A value without its places; nothing is told apart from the empty text. */
    private static Object plain(YamlValue value) {
        return switch (value) {
            case YamlValue.Null ignored -> Optional.empty();
            case YamlValue.Scalar scalar -> scalar.text();
            case YamlValue.Sequence sequence ->
                sequence.items().stream().map(StackEditor::plain).toList();
            case YamlValue.Mapping mapping -> {
                Map<Object, Object> map = new LinkedHashMap<>();
                mapping.entries().forEach(entry -> map.put(entry.key(), plain(entry.value())));
                yield map;
            }
        };
    }
}
