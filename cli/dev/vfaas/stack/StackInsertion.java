package dev.vfaas.stack;

import java.util.List;

/** Puts a new function's lines to the right place of a text. */
final class StackInsertion {
    private static final int INDENT = 2;

    private final String text;
    private final Layout layout;
    private final String lineEnd;

    StackInsertion(String text, Layout layout) {
        this.text = text;
        this.layout = layout;
        this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
    }

    String insert(NewFunction function) {
        Layout.Functions functions = layout.functions();
        if (functions == null) {
            return layout.rootFlow()
                    ? flow(layout.rootOpen(), layout.rootEnd(), "functions: {" + function.flow() + "}")
                    : lines(afterLine(layout.rootEnd(), 1), "functions:", function.block(INDENT, INDENT));
        }
        return switch (functions.kind()) {
            case BLOCK -> {
                int indent = functions.indent();
                int step = functions.step() > 0 ? functions.step() : indent;
                String separator = separated(functions.names()) ? "" : null;
                yield lines(afterLine(functions.end(), indent), separator, function.block(indent, step));
            }
            case FLOW -> {
                int close = text.indexOf('}', functions.open());
                boolean becomesBlock = functions.names().isEmpty()
                        && !layout.rootFlow()
                        && text.substring(functions.open(), close).isBlank();
                yield becomesBlock
                        ? emptied(functions.start(), close + 1, function)
                        : flow(functions.open(), Math.max(functions.open(), functions.end()), function.flow());
            }
            case NULL, NOTHING ->
                layout.rootFlow()
                        ? replaced(functions.start(), functions.end(), " {" + function.flow() + "}")
                        : emptied(functions.start(), functions.end(), function);
        };
    }

    /** Into braces: behind the last entry, or behind the opening brace when there is none. */
    private String flow(int open, int lastContent, String entry) {
        boolean empty = lastContent <= open;
        return empty
                ? text.substring(0, open) + entry + text.substring(open)
                : text.substring(0, lastContent) + ", " + entry + text.substring(lastContent);
    }

    private String replaced(int start, int end, String value) {
        boolean blank = start > 0 && Character.isWhitespace(text.charAt(start - 1));
        return text.substring(0, start) + (blank ? value.stripLeading() : value) + text.substring(end);
    }

    /** The value goes away and the function comes below its line, behind a comment that may stand there. */
    private String emptied(int start, int end, NewFunction function) {
        int before = start;
        while (before > 0 && text.charAt(before - 1) == ' ' && start < end) {
            before--;
        }
        String without = text.substring(0, before) + text.substring(end);
        StackInsertion insertion = new StackInsertion(without, layout);
        return insertion.lines(insertion.afterLine(before, 1), null, function.block(INDENT, INDENT));
    }

    /** Inserts lines at an offset that is a line's beginning or the end of the text. */
    private String lines(int at, @org.jspecify.annotations.Nullable String first, List<String> lines) {
        StringBuilder inserted = new StringBuilder();
        boolean needsLineEnd = at > 0 && text.charAt(at - 1) != '\n';
        boolean closes = at < text.length() || !needsLineEnd;
        if (needsLineEnd) {
            inserted.append(lineEnd);
        }
        if (first != null) {
            inserted.append(first).append(lineEnd);
        }
        inserted.append(String.join(lineEnd, lines));
        if (closes) {
            inserted.append(lineEnd);
        }
        return text.substring(0, at) + inserted + text.substring(at);
    }

    /** The beginning of the line after {@code offset}'s, and after comments that stand below it at least as deep as {@code indent}. */
    private int afterLine(int offset, int indent) {
        boolean atLineStart = offset > 0 && text.charAt(offset - 1) == '\n';
        int at = atLineStart ? offset : nextLine(offset);
        int look = at;
        while (look < text.length()) {
            int end = nextLine(look);
            String line = text.substring(look, end);
            String content = line.stripLeading();
            if (content.startsWith("#") && line.length() - content.length() >= indent) {
                at = end;
            } else if (!content.isEmpty()) {
                break;
            }
            look = end;
        }
        return at;
    }

    private int nextLine(int offset) {
        int end = text.indexOf('\n', offset);
        return end < 0 ? text.length() : end + 1;
    }

    /** Whether the functions stand apart by empty lines. */
    private boolean separated(List<Integer> names) {
        if (names.size() < 2) {
            return false;
        }
        int lineStart = text.lastIndexOf('\n', names.getLast() - 1);
        int before = lineStart <= 0 ? -1 : text.lastIndexOf('\n', lineStart - 1);
        return lineStart > 0 && text.substring(before + 1, lineStart).isBlank();
    }
}
