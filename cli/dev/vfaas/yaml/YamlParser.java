package dev.vfaas.yaml;

import dev.vfaas.yaml.YamlValue.Entry;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * One YAML 1.1 document as {@link YamlValue}s. Duplicate keys, several documents, self-containing anchors and documents that grow out of all
 * proportion by aliases are problems with a position, never exceptions.
 */
public final class YamlParser {
    /** Aliases of lists and mappings a file may use; SnakeYAML's own default. */
    private static final int ALIASES = 50;

    /** Values a document may have once its aliases are resolved. */
    private static final int VALUES = 200_000;

    private final Problems problems;
    private final String text;
    private final Offsets offsets;
    private final IdentityHashMap<Node, YamlValue> done = new IdentityHashMap<>();
    private final IdentityHashMap<Node, Boolean> open = new IdentityHashMap<>();
    /** Char offsets by code point index; null for texts where they are the same. */
    private final int @Nullable [] codePoints;

    private int values;

    private YamlParser(Problems problems, String text, Offsets offsets) {
        this.problems = problems;
        this.text = text;
        this.offsets = offsets;
        this.codePoints = text.chars().noneMatch(c -> Character.isSurrogate((char) c)) ? null : codePoints(text);
    }

    private static int[] codePoints(String text) {
        int[] offsets = new int[text.codePointCount(0, text.length()) + 1];
        for (int i = 0, at = 0; i < offsets.length - 1; i++) {
            offsets[i] = at;
            at += Character.charCount(text.codePointAt(at));
        }
        offsets[offsets.length - 1] = text.length();
        return offsets;
    }

    /** Parses the problems' own text. Nothing when the document is empty or is so broken that nothing can be told about it. */
    public static Optional<YamlValue> parse(Problems problems) {
        return parse(problems, problems.source().text(), Offsets.SAME);
    }

    /** Parses a text that was made from the problems' text. */
    public static Optional<YamlValue> parse(Problems problems, String text, Offsets offsets) {
        return new YamlParser(problems, text, offsets).parse();
    }

    private Optional<YamlValue> parse() {
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(ALIASES);
        options.setAllowRecursiveKeys(false);
        try {
            YamlValue first = null;
            // Not through Yaml: what it can do beyond this sets up logging, which takes as long as the rest of a quick
            // command.
            Composer composer = new Composer(
                    new ParserImpl(new StreamReader(new StringReader(text)), options), new Resolver(), options);
            while (composer.checkNode()) {
                Node document = composer.getNode();
                if (first != null) {
                    problems.add(
                            position(document.getStartMark()), "a second YAML document begins here; only one is read");
                    break;
                }
                first = value(document);
            }
            return Optional.ofNullable(first);
        } catch (MarkedYAMLException e) {
            problems.add(position(e), "not valid YAML: " + explain(e));
        } catch (ReaderException e) {
            problems.add(
                    codePointPosition(e.getPosition()),
                    "not valid YAML: the character U+%04X is not allowed".formatted(e.getCodePoint()));
        } catch (YAMLException e) {
            problems.add(new Position(1, 1), "not valid YAML: " + explain(String.valueOf(e.getMessage())));
        } catch (StackOverflowError e) {
            problems.add(new Position(1, 1), "not valid YAML: it is nested too deeply");
        }
        return Optional.empty();
    }

    /** Where it went wrong; what is never closed is shown where it opens. */
    private Position position(MarkedYAMLException e) {
        Mark problem = e.getProblemMark();
        Mark context = e.getContextMark();
        if (problem == null && context == null) {
            return new Position(1, 1);
        }
        Position at = position(problem == null ? context : problem);
        return context != null && problems.source().line(at.line()).isBlank() ? position(context) : at;
    }

    /** The parser's sentence, or a plainer one for the slips that people make most. */
    private static String explain(MarkedYAMLException e) {
        String problem = String.valueOf(e.getProblem());
        if (problem.contains("TAB")) {
            return "a tab cannot indent; use spaces";
        }
        if (problem.startsWith("expected <block end>")) {
            return "this does not belong to what stands above; check the indentation";
        }
        return problem + (e.getContext() == null ? "" : " (" + e.getContext().strip() + ")");
    }

    private static String explain(String message) {
        if (message.startsWith("Number of aliases")) {
            return "it has more than " + ALIASES + " aliases of lists and mappings";
        }
        return message.startsWith("Nesting Depth") ? "it is nested too deeply" : message;
    }

    private YamlValue value(Node node) {
        YamlValue known = done.get(node);
        if (known != null) {
            return known;
        }
        Position position = position(node.getStartMark());
        if (++values > VALUES) {
            throw new YAMLException("its aliases make more than " + VALUES + " values");
        }
        if (open.put(node, true) != null) {
            problems.add(position, "an anchor may not contain itself");
            return new YamlValue.Mapping(position, List.of());
        }
        YamlValue value = switch (node) {
            case MappingNode mapping -> new YamlValue.Mapping(position, entries(mapping));
            case SequenceNode sequence ->
                new YamlValue.Sequence(
                        position, sequence.getValue().stream().map(this::value).toList());
            case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> new YamlValue.Null(position);
            case ScalarNode scalar ->
                new YamlValue.Scalar(position, scalar.getValue(), scalar.getScalarStyle() != ScalarStyle.PLAIN);
            default -> throw new YAMLException("a node of an unknown kind: " + node.getNodeId());
        };
        open.remove(node);
        done.put(node, value);
        return value;
    }

    private List<Entry> entries(MappingNode mapping) {
        List<Entry> entries = new ArrayList<>();
        Map<String, Position> seen = new HashMap<>();
        List<Entry> merged = new ArrayList<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Position position = position(tuple.getKeyNode().getStartMark());
            if (!(tuple.getKeyNode() instanceof ScalarNode scalar)) {
                problems.add(position, "a key must be text");
                continue;
            }
            if (scalar.getTag().equals(Tag.MERGE)) {
                merge(tuple.getValueNode(), merged);
                continue;
            }
            Position first = seen.putIfAbsent(scalar.getValue(), position);
            if (first != null) {
                problems.add(
                        position, "the key \"" + scalar.getValue() + "\" is already there on line " + first.line());
                continue;
            }
            entries.add(new Entry(scalar.getValue(), position, value(tuple.getValueNode())));
        }
        for (Entry entry : merged) {
            if (seen.putIfAbsent(entry.key(), entry.position()) == null) {
                entries.add(entry);
                values++;
            }
        }
        return List.copyOf(entries);
    }

    /** {@code <<: *anchor} or {@code <<: [*a, *b]}, of which the earlier wins. */
    private void merge(Node node, List<Entry> into) {
        switch (value(node)) {
            case YamlValue.Mapping mapping -> into.addAll(mapping.entries());
            case YamlValue.Sequence sequence -> {
                for (YamlValue item : sequence.items()) {
                    if (item instanceof YamlValue.Mapping mapping) {
                        into.addAll(mapping.entries());
                    } else {
                        problems.add(item.position(), "<< takes mappings, not " + item.kind());
                    }
                }
            }
            case YamlValue other -> problems.add(other.position(), "<< takes a mapping, not " + other.kind());
        }
    }

    private Position position(Mark mark) {
        return codePointPosition(mark.getIndex());
    }

    private Position codePointPosition(int index) {
        int offset = codePoints == null ? index : codePoints[Math.clamp(index, 0, codePoints.length - 1)];
        return problems.source().position(offsets.original(Math.clamp(offset, 0, text.length())));
    }
}
