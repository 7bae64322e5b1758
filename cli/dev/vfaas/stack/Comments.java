package dev.vfaas.stack;

import java.util.BitSet;
import java.util.regex.Pattern;

/**
 * Which chars of a YAML text are comments, found without parsing, since the text still has {@code ${...}} in it. Only what is surely a comment
 * counts: a {@code #} inside quotes, a block scalar or {@code ${...}} is none.
 */
final class Comments {
    private static final Pattern BLOCK_HEADER = Pattern.compile("(^|.*[\\s:\\-])[|>][-+0-9]{0,2}\\s*");

    private final String text;
    private final BitSet comments = new BitSet();
    private int at;

    /** The quote that is open, or 0. */
    private char quote;

    private Comments(String text) {
        this.text = text;
    }

    /** The chars that are comments, from each {@code #} to the end of its line. */
    static BitSet of(String text) {
        Comments comments = new Comments(text);
        comments.scan();
        return comments.comments;
    }

    private void scan() {
        int blockIndent = -1;
        while (at < text.length()) {
            int end = lineEnd(at);
            int indent = indent(at, end);
            boolean blank = at + indent == end;
            if (blockIndent >= 0 && (blank || indent > blockIndent)) {
                at = end + 1;
                continue;
            }
            blockIndent = -1;
            boolean opensOutside = quote == 0;
            int start = at;
            int content = line();
            boolean header = opensOutside
                    && quote == 0
                    && content > start
                    && BLOCK_HEADER.matcher(text.substring(start, content)).matches();
            if (header) {
                blockIndent = indent;
            }
        }
    }

    /** Scans to the end of the line that {@code at} is in; a {@code ${...}} may take it further. The offset where content ends and a comment begins. */
    private int line() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                at++;
                return at - 1;
            }
            if (c == '$' && at + 1 < text.length() && text.charAt(at + 1) == '{') {
                at = expressionEnd();
            } else if (quote != 0) {
                quoted(c);
            } else if (c == '#' && afterSpace()) {
                int content = at;
                int end = lineEnd(at);
                comments.set(at, end);
                at = end + 1;
                return content;
            } else {
                if ((c == '"' || c == '\'') && beginsValue()) {
                    quote = c;
                }
                at++;
            }
        }
        return at;
    }

    private void quoted(char c) {
        boolean escaped = (c == '\\' && quote == '"') || (c == '\'' && quote == '\'' && next() == '\'');
        if (escaped) {
            at += 2;
            return;
        }
        if (c == quote) {
            quote = 0;
        }
        at++;
    }

    /** Whether a {@code #} here begins a comment: only after a space or at the beginning. */
    private boolean afterSpace() {
        return at == 0 || Character.isWhitespace(text.charAt(at - 1));
    }

    /** Whether a quote here begins a quoted value, as it does where a value begins, and does not amid plain text. */
    private boolean beginsValue() {
        int before = at - 1;
        while (before >= 0 && (text.charAt(before) == ' ' || text.charAt(before) == '\t')) {
            before--;
        }
        if (before < 0 || text.charAt(before) == '\n' || "[{,:".indexOf(text.charAt(before)) >= 0) {
            return true;
        }
        int token = before;
        while (token > 0 && !Character.isWhitespace(text.charAt(token - 1))) {
            token--;
        }
        char first = text.charAt(token);
        boolean indicator = (first == '-' || first == '?') && token == before;
        return before < at - 1 && (indicator || first == '&' || first == '!');
    }

    private int expressionEnd() {
        try {
            ExpressionParser parser = new ExpressionParser(text, at);
            parser.parse();
            return parser.end();
        } catch (ExpressionParser.Malformed e) {
            // The file will be refused for it, so nothing after it matters.
            return text.length();
        }
    }

    private char next() {
        return at + 1 < text.length() ? text.charAt(at + 1) : '\0';
    }

    private int lineEnd(int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private int indent(int from, int end) {
        int indent = 0;
        while (from + indent < end && Character.isWhitespace(text.charAt(from + indent))) {
            indent++;
        }
        return indent;
    }
}
