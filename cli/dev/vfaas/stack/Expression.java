package dev.vfaas.stack;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A piece of a text with {@code ${...}} in it, parsed; {@link ExpressionParser} makes them. */
sealed interface Expression {

    /** What it stands for; {@code unset} hears of each variable that is not set and has no default. */
    String evaluate(Variables variables, Consumer<String> unset);

    /** Text as it is. */
    record Literal(String text) implements Expression {
        @Override
        public String evaluate(Variables variables, Consumer<String> unset) {
            return text;
        }
    }

    /** One after the other. */
    record Joined(List<Expression> parts) implements Expression {
        @Override
        public String evaluate(Variables variables, Consumer<String> unset) {
            StringBuilder text = new StringBuilder();
            parts.forEach(part -> text.append(part.evaluate(variables, unset)));
            return text.toString();
        }
    }

    /**
     * {@code ${VARIABLE<operator>arguments}}.
     *
     * @param arguments as many as the operator takes; the length of a substring may be absent
     */
    record Expansion(String variable, Operator operator, List<Expression> arguments) implements Expression {

        /** What is done with the value. */
        enum Operator {
            /** {@code ${V}}. */
            VALUE,
            /** {@code ${V:-d}} and its spellings: d when V is unset or empty. */
            DEFAULT,
            /** {@code ${#V}}: characters. */
            LENGTH,
            /** {@code ${V^}}. */
            UPPER_FIRST,
            /** {@code ${V^^}}. */
            UPPER,
            /** {@code ${V,}}. */
            LOWER_FIRST,
            /** {@code ${V,,}}. */
            LOWER,
            /** {@code ${V:offset}}, {@code ${V:offset:length}}. */
            SUBSTRING,
            /** {@code ${V#glob}}. */
            TRIM_PREFIX,
            /** {@code ${V##glob}}. */
            TRIM_LONGEST_PREFIX,
            /** {@code ${V%glob}}. */
            TRIM_SUFFIX,
            /** {@code ${V%%glob}}. */
            TRIM_LONGEST_SUFFIX,
            /** {@code ${V/text/by}}: the first. */
            REPLACE_FIRST,
            /** {@code ${V//text/by}}. */
            REPLACE_ALL,
            /** {@code ${V/#text/by}}: at the beginning. */
            REPLACE_PREFIX,
            /** {@code ${V/%text/by}}: at the end. */
            REPLACE_SUFFIX
        }

        @Override
        public String evaluate(Variables variables, Consumer<String> unset) {
            @Nullable String found = variables.get(variable);
            if (operator == Operator.DEFAULT) {
                return found == null || found.isEmpty() ? argument(0, variables, unset) : found;
            }
            if (found == null) {
                unset.accept(variable);
            }
            String value = found == null ? "" : found;
            return switch (operator) {
                case VALUE, DEFAULT -> value;
                case LENGTH -> Integer.toString(value.codePointCount(0, value.length()));
                case UPPER -> value.toUpperCase(Locale.ROOT);
                case LOWER -> value.toLowerCase(Locale.ROOT);
                case UPPER_FIRST ->
                    first(value).toUpperCase(Locale.ROOT)
                            + value.substring(first(value).length());
                case LOWER_FIRST ->
                    first(value).toLowerCase(Locale.ROOT)
                            + value.substring(first(value).length());
                case SUBSTRING -> substring(value, variables, unset);
                case TRIM_PREFIX -> new Glob(argument(0, variables, unset)).withoutPrefix(value, false);
                case TRIM_LONGEST_PREFIX -> new Glob(argument(0, variables, unset)).withoutPrefix(value, true);
                case TRIM_SUFFIX -> new Glob(argument(0, variables, unset)).withoutSuffix(value, false);
                case TRIM_LONGEST_SUFFIX -> new Glob(argument(0, variables, unset)).withoutSuffix(value, true);
                case REPLACE_FIRST, REPLACE_ALL, REPLACE_PREFIX, REPLACE_SUFFIX ->
                    replace(value, argument(0, variables, unset), argument(1, variables, unset));
            };
        }

        private String argument(int index, Variables variables, Consumer<String> unset) {
            return arguments.get(index).evaluate(variables, unset);
        }

        private static String first(String value) {
            return value.isEmpty() ? "" : value.substring(0, value.offsetByCodePoints(0, 1));
        }

        /** A position or length that is no number leaves the value whole; a negative position counts from the end. */
        private String substring(String value, Variables variables, Consumer<String> unset) {
            int count = value.codePointCount(0, value.length());
            try {
                int from = Integer.parseInt(argument(0, variables, unset));
                from = Math.clamp(from < 0 ? (long) count + from : from, 0, count);
                long length = arguments.size() > 1 ? Integer.parseInt(argument(1, variables, unset)) : count;
                int to = Math.clamp(length < 0 ? count + length : from + length, from, count);
                return value.substring(value.offsetByCodePoints(0, from), value.offsetByCodePoints(0, to));
            } catch (NumberFormatException e) {
                return value;
            }
        }

        private String replace(String value, String text, String by) {
            return switch (operator) {
                case REPLACE_ALL -> text.isEmpty() ? value : value.replace(text, by);
                case REPLACE_PREFIX -> value.startsWith(text) ? by + value.substring(text.length()) : value;
                case REPLACE_SUFFIX ->
                    value.endsWith(text) ? value.substring(0, value.length() - text.length()) + by : value;
                default -> {
                    int at = text.isEmpty() ? -1 : value.indexOf(text);
                    yield at < 0 ? value : value.substring(0, at) + by + value.substring(at + text.length());
                }
            };
        }
    }
}
