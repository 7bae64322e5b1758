package dev.vfaas.stack;

import dev.vfaas.stack.StackEditor.UnknownShape;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentEndEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.StreamEndEvent;
import org.yaml.snakeyaml.events.StreamStartEvent;

/**
 * Where things stand in the text of a stack file, in char offsets.
 *
 * @param rootFlow whether the whole file is one {@code {...}}
 * @param rootOpen behind the brace that opens it, when it is
 * @param rootEnd behind the last content of the file
 * @param functions nothing when there is no such key
 */
record Layout(
        boolean rootFlow,
        int rootOpen,
        int rootEnd,
        @Nullable Functions functions) {

    /**
     * The value of {@code functions}.
     *
     * @param kind what it is
     * @param start where it begins
     * @param end behind its last content
     * @param open behind the opening brace in flow style
     * @param names where the names of the functions begin
     * @param indent column of the names
     * @param step how much deeper the functions' keys stand; 0 when no function shows it
     */
    record Functions(Kind kind, int start, int end, int open, List<Integer> names, int indent, int step) {}

    /** Kinds of values of {@code functions}. */
    enum Kind {
        /** Names on lines of their own. */
        BLOCK,
        /** {@code {a: ..., b: ...}}. */
        FLOW,
        /** Nothing there, not even {@code ~}. */
        NOTHING,
        /** {@code ~} or {@code null}. */
        NULL
    }

    /** Finds them. Throws when the file is nothing a function can be added to. */
    static Layout of(String text) throws UnknownShape {
        return new Reader(text).read();
    }

    private static final class Reader {
        private static final List<String> NULLS = List.of("", "~", "null", "Null", "NULL");

        private final String text;
        private final Iterator<Event> events;
        private final int[] codePoints;
        private int lastEnd;
        private int closing;

        Reader(String text) {
            this.text = text;
            this.events =
                    new Yaml(new LoaderOptions()).parse(new StringReader(text)).iterator();
            this.codePoints = new int[text.codePointCount(0, text.length()) + 1];
            for (int i = 0, at = 0; i < codePoints.length; i++) {
                codePoints[i] = at;
                at += at < text.length() ? Character.charCount(text.codePointAt(at)) : 0;
            }
        }

        Layout read() throws UnknownShape {
            Event event = next();
            while (event instanceof StreamStartEvent || event instanceof DocumentStartEvent) {
                event = next();
            }
            if (!(event instanceof MappingStartEvent root)) {
                throw new UnknownShape("it is not a mapping");
            }
            boolean flow = root.isFlow();
            int open = offset(root.getEndMark());
            Functions functions = null;
            while (true) {
                Event key = next();
                if (key instanceof CollectionEndEvent) {
                    break;
                }
                boolean isFunctions =
                        key instanceof ScalarEvent scalar && scalar.getValue().equals("functions");
                if (!(key instanceof ScalarEvent)) {
                    throw new UnknownShape("a key of it is not plain text");
                }
                content(key);
                Event value = next();
                if (isFunctions) {
                    functions = functions(value);
                } else {
                    skip(value);
                }
            }
            // In flow style the closing brace is no content: a function goes before it.
            int end = lastEnd;
            Event after = next();
            if (!(after instanceof DocumentEndEvent) || !(next() instanceof StreamEndEvent)) {
                throw new UnknownShape("it has several documents");
            }
            return new Layout(flow, open, end, functions);
        }

        private Functions functions(Event value) throws UnknownShape {
            int start = offset(value.getStartMark());
            if (value instanceof ScalarEvent scalar) {
                content(value);
                int end = offset(value.getEndMark());
                if (!scalar.isPlain() || !NULLS.contains(scalar.getValue())) {
                    throw new UnknownShape("its functions are not a mapping");
                }
                return new Functions(start == end ? Kind.NOTHING : Kind.NULL, start, end, 0, List.of(), 0, 0);
            }
            if (!(value instanceof MappingStartEvent mapping)) {
                throw new UnknownShape(
                        "its functions are " + (value instanceof AliasEvent ? "an alias" : "not a mapping"));
            }
            int open = offset(mapping.getEndMark());
            List<Integer> names = new ArrayList<>();
            int indent = 0;
            int step = 0;
            for (Event name = next(); !(name instanceof CollectionEndEvent); name = next()) {
                if (names.isEmpty()) {
                    indent = column(name.getStartMark());
                }
                names.add(offset(name.getStartMark()));
                skip(name);
                Event function = next();
                if (function instanceof MappingStartEvent block && !block.isFlow()) {
                    step = Math.max(step, block.getStartMark().getColumn() - indent);
                }
                skip(function);
            }
            if (!mapping.isFlow()) {
                return new Functions(Kind.BLOCK, start, lastEnd, 0, List.copyOf(names), indent, step);
            }
            Functions functions = new Functions(Kind.FLOW, start, lastEnd, open, List.copyOf(names), indent, 0);
            lastEnd = Math.max(lastEnd, closing);
            return functions;
        }

        /** The column of a key, or of the {@code ?} before it. */
        private int column(Mark key) {
            int at = offset(key) - 1;
            while (at >= 0 && text.charAt(at) == ' ') {
                at--;
            }
            boolean explicit = at >= 0 && text.charAt(at) == '?';
            return key.getColumn() - (explicit ? offset(key) - at : 0);
        }

        /** Goes over a value whose first event was taken. */
        private void skip(Event first) {
            content(first);
            int depth = first instanceof CollectionStartEvent ? 1 : 0;
            while (depth > 0) {
                Event event = next();
                content(event);
                depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            }
        }

        /** Notes where content ends. The end of a block collection stands where the next thing begins, so it does not count. */
        private void content(Event event) {
            boolean blockEnd = event instanceof CollectionEndEvent
                    && event.getStartMark().getIndex() == event.getEndMark().getIndex();
            boolean blockStart = event instanceof CollectionStartEvent start && !start.isFlow();
            if (!blockEnd && !blockStart) {
                lastEnd = Math.max(lastEnd, offset(event.getEndMark()));
            }
        }

        private Event next() {
            Event event = events.next();
            if (event instanceof CollectionEndEvent) {
                closing = offset(event.getEndMark());
            }
            return event;
        }

        private int offset(Mark mark) {
            return codePoints[Math.clamp(mark.getIndex(), 0, codePoints.length - 1)];
        }
    }
}
