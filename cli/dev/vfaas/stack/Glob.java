package dev.vfaas.stack;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;

/** A shell pattern: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a-z]}, {@code \x}. Matches in linear time. A malformed one matches nothing. */
record Glob(String glob) {

    /** The value without the shortest (or longest) beginning that matches. */
    String withoutPrefix(String value, boolean longest) {
        return expression(longest)
                .map(regex -> Pattern.compile("(?s)^(?:" + regex + ")").matcher(value))
                .filter(Matcher::find)
                .map(matcher -> value.substring(matcher.end()))
                .orElse(value);
    }

    /** The value without the shortest (or longest) end that matches. */
    String withoutSuffix(String value, boolean longest) {
        return expression(true)
                .map(regex -> Pattern.compile("(?s)^(" + (longest ? ".*?" : ".*") + ")(?:" + regex + ")$")
                        .matcher(value))
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .orElse(value);
    }

    private Optional<String> expression(boolean greedy) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            switch (c) {
                case '*' -> regex.append(greedy ? ".*" : ".*?");
                case '?' -> regex.append('.');
                case '[' -> {
                    int end = glob.indexOf(']', i + 2);
                    if (end < 0) {
                        return Optional.empty();
                    }
                    String set = glob.substring(i + 1, end);
                    boolean not = set.startsWith("^") || set.startsWith("!");
                    regex.append(not ? "[^" : "[")
                            .append((not ? set.substring(1) : set)
                                    .replace("\\", "\\\\")
                                    .replace("[", "\\["))
                            .append(']');
                    i = end;
                }
                case '\\' -> {
                    i++;
                    if (i == glob.length()) {
                        return Optional.empty();
                    }
                    regex.append(Pattern.quote(glob.substring(i, i + 1)));
                }
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            Pattern.compile(regex.toString());
            return Optional.of(regex.toString());
        } catch (PatternSyntaxException e) {
            return Optional.empty();
        }
    }
}
