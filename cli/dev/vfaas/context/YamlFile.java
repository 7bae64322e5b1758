package dev.vfaas.context;

import dev.vfaas.console.Failure;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** A private YAML file whose top is a mapping; what this program does not know stays in it. A file that cannot be understood is never written over. */
final class YamlFile {
    private static final int MAX_DEPTH = 50;
    private final PrivateFile file;

    YamlFile(PrivateFile file) {
        this.file = file;
    }

    /** The mapping; empty when there is no file. A failure says where it is malformed. */
    Map<String, Object> read() {
        String text = file.read();
        if (text.isBlank()) {
            return new LinkedHashMap<>();
        }
        try {
            Object tree = load(text);
            if (tree instanceof Map<?, ?> map) {
                return mapping(map);
            }
            if (tree == null) {
                return new LinkedHashMap<>();
            }
            throw damaged("", "it is not a mapping");
        } catch (MarkedYAMLException e) {
            var mark = e.getProblemMark();
            String position = mark == null ? "" : ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
            throw damaged(position, String.valueOf(e.getProblem()));
        } catch (YAMLException e) {
            throw damaged("", String.valueOf(e.getMessage()));
        }
    }

    /** The list under {@code key}; a copy, empty when absent. */
    List<Map<String, Object>> entries(Map<String, Object> top, String key) {
        Object value = top.get(key);
        List<Map<String, Object>> entries = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object element : list) {
                if (!(element instanceof Map<?, ?> map)) {
                    throw damaged("", "an element of \"" + key + "\" is not a mapping");
                }
                entries.add(mapping(map));
            }
        } else if (value != null) {
            throw damaged("", "\"" + key + "\" is not a list");
        }
        return entries;
    }

    /** Reads, changes and writes the file while nobody else does; it is written even when {@code change} changes nothing. */
    void update(Consumer<Map<String, Object>> change) {
        new FileTurn(file.path()).take(() -> {
            Map<String, Object> top = read();
            change.accept(top);
            write(top);
        });
    }

    private void write(Map<String, Object> top) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setIndent(4);
        options.setIndicatorIndent(2);
        options.setSplitLines(false);
        file.write(new Yaml(new Representer(options), options).dump(top));
    }

    /** Not through Yaml or its constructors: they set up logging, which takes as long as the rest of a quick command. */
    private static @Nullable Object load(String text) {
        LoaderOptions options = new LoaderOptions();
        Composer composer = new Composer(
                new ParserImpl(new StreamReader(new StringReader(text)), options), new Resolver(), options);
        Node document = composer.getSingleNode();
        return document == null ? null : value(document, 0);
    }

    private static @Nullable Object value(Node node, int depth) {
        if (depth > MAX_DEPTH) {
            throw new YAMLException("it is nested too deeply");
        }
        if (node instanceof MappingNode mapping) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            for (NodeTuple tuple : mapping.getValue()) {
                map.put(String.valueOf(value(tuple.getKeyNode(), depth + 1)), value(tuple.getValueNode(), depth + 1));
            }
            return map;
        }
        if (node instanceof SequenceNode sequence) {
            List<@Nullable Object> list = new ArrayList<>();
            sequence.getValue().forEach(item -> list.add(value(item, depth + 1)));
            return list;
        }
        String text = ((ScalarNode) node).getValue();
        if (node.getTag().equals(Tag.NULL)) {
            return null;
        }
        if (node.getTag().equals(Tag.INT) && text.matches("-?[1-9]\\d{0,17}|0")) {
            return Long.valueOf(text);
        }
        if (node.getTag().equals(Tag.BOOL) && (text.equals("true") || text.equals("false"))) {
            return Boolean.valueOf(text);
        }
        return text;
    }

    private static Map<String, Object> mapping(Map<?, ?> map) {
        Map<String, Object> mapping = new LinkedHashMap<>();
        map.forEach((key, value) -> mapping.put(String.valueOf(key), value));
        return mapping;
    }

    private Failure damaged(String position, String why) {
        return Failure.failed(file.path() + position + ": cannot be understood: " + why + "; nothing was changed")
                .next("repair the file, or move it away: mv " + file.path() + " " + file.path() + ".damaged");
    }
}
