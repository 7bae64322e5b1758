package dev.vfaas.stack;

import dev.vfaas.stack.Expression.Expansion;
import dev.vfaas.stack.Expression.Expansion.Operator;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses one {@code ${...}} with the grammar of drone/envsubst. {@code $VAR} without braces is text; {@code $$} is left to the caller but for the
 * arguments of a replacement, where it is one {@code $} and where a backslash keeps a slash or a backslash.
 */
final class ExpressionParser {
    /** How deep forms may lie in each other. */
    private static final int DEPTH = 50;

    private final String text;
    private int at;
    private int depth;

    /** Why a {@code ${...}} is none. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /** Begins at the dollar sign at that offset. */
    ExpressionParser(String text, int offset) {
        this.text = text;
        this.at = offset;
    }

    /** The offset behind the closing brace. */
    int end() {
        return at;
    }

    /** The expression; {@link #end} is then behind it. */
    Expansion parse() throws Malformed {
        if (++depth > DEPTH) {
            throw new Malformed("bad substitution: nested too deeply");
        }
        at += "${".length();
        if (peek() == '#') {
            at++;
            return close(new Expansion(name(), Operator.LENGTH, List.of()));
        }
        String name = name();
        return switch (peek()) {
            case '}' -> close(new Expansion(name, Operator.VALUE, List.of()));
            case '=' -> withDefault(name, 1);
            case ':' -> "=-?+".indexOf(peek(1)) >= 0 ? withDefault(name, 2) : substring(name);
            case '^' -> close(new Expansion(name, twice('^') ? Operator.UPPER : Operator.UPPER_FIRST, List.of()));
            case ',' -> close(new Expansion(name, twice(',') ? Operator.LOWER : Operator.LOWER_FIRST, List.of()));
            case '#' -> trim(name, twice('#') ? Operator.TRIM_LONGEST_PREFIX : Operator.TRIM_PREFIX);
            case '%' -> trim(name, twice('%') ? Operator.TRIM_LONGEST_SUFFIX : Operator.TRIM_SUFFIX);
            case '/' -> replace(name);
            case '-', '+' ->
                throw new Malformed("missing closing brace after \"" + name + "\"; a default is written ${" + name + ":"
                        + peek() + "...}");
            default -> throw new Malformed("missing closing brace after \"" + name + "\"");
        };
    }

    private Expansion withDefault(String name, int operatorLength) throws Malformed {
        at += operatorLength;
        return close(new Expansion(name, Operator.DEFAULT, List.of(argument("}", false))));
    }

    private Expansion substring(String name) throws Malformed {
        at++;
        List<Expression> arguments = new ArrayList<>(List.of(filled(name, argument(":}", false))));
        if (peek() == ':') {
            at++;
            arguments.add(filled(name, argument("}", false)));
        }
        return close(new Expansion(name, Operator.SUBSTRING, arguments));
    }

    private Expansion trim(String name, Operator operator) throws Malformed {
        return close(new Expansion(name, operator, List.of(filled(name, argument("}", false)))));
    }

    private Expansion replace(String name) throws Malformed {
        at++;
        Operator operator = switch (peek()) {
            case '/' -> Operator.REPLACE_ALL;
            case '#' -> Operator.REPLACE_PREFIX;
            case '%' -> Operator.REPLACE_SUFFIX;
            default -> Operator.REPLACE_FIRST;
        };
        at += operator == Operator.REPLACE_FIRST ? 0 : 1;
        Expression what = filled(name, argument("/\n", true));
        if (peek() != '/') {
            throw new Malformed("bad substitution: ${" + name + "/text/replacement} needs both slashes");
        }
        at++;
        return close(new Expansion(name, operator, List.of(what, argument("}", true))));
    }

    /** Text and nested expressions up to one of the characters of {@code ends}, which is not taken. */
    private Expression argument(String ends, boolean escapes) throws Malformed {
        List<Expression> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
            char c = text.charAt(at);
            if (c == '$' && peek(1) == '{') {
                parts.add(new Expression.Literal(literal.toString()));
                literal.setLength(0);
                parts.add(parse());
            } else if (escapes && isEscape(c, peek(1))) {
                literal.append(text.charAt(at + 1));
                at += 2;
            } else {
                literal.append(c);
                at++;
            }
        }
        parts.add(new Expression.Literal(literal.toString()));
        return new Expression.Joined(parts);
    }

    private static boolean isEscape(char c, char next) {
        return c == '$' ? next == '$' : c == '\\' && (next == '/' || next == '\\');
    }

    private static Expression filled(String name, Expression argument) throws Malformed {
        if (argument instanceof Expression.Joined(List<Expression> parts)
                && parts.size() == 1
                && parts.getFirst() instanceof Expression.Literal(String literal)
                && literal.isEmpty()) {
            throw new Malformed("unable to parse substitution within function: \"" + name + "\" lacks an argument");
        }
        return argument;
    }

    private boolean twice(char c) {
        at++;
        if (peek() == c) {
            at++;
            return true;
        }
        return false;
    }

    private Expansion close(Expansion expansion) throws Malformed {
        if (peek() != '}') {
            throw new Malformed("missing closing brace after \"" + expansion.variable() + "\"");
        }
        at++;
        depth--;
        return expansion;
    }

    private String name() throws Malformed {
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
            at++;
        }
        if (start == at) {
            throw new Malformed("unable to parse variable name; to write \"${\" itself, write \"$${\"");
        }
        return text.substring(start, at);
    }

    private char peek() {
        return peek(0);
    }

    /** NUL behind the end. */
    private char peek(int ahead) {
        return at + ahead < text.length() ? text.charAt(at + ahead) : '\0';
    }
}
