package dev.vfaas.stack;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.vfaas.console.Failure;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which functions {@code --filter} and {@code --regex} let through. */
final class FunctionNames {
    private FunctionNames() {}

    /** The names of those options. Throws a usage failure for both at once and for an expression that RE2 does not know. */
    static Predicate<String> of(StackOptions options) {
        String regex = options.regex();
        String filter = options.filter();
        if (notEmpty(regex) && notEmpty(filter)) {
            throw Failure.usage("pass in a regex or a filter, not both");
        }
        try {
            if (regex != null && !regex.isEmpty()) {
                Pattern pattern = Pattern.compile(regex);
                return name -> pattern.matcher(name).find();
            }
            if (filter != null && !filter.isEmpty()) {
                Pattern pattern = Pattern.compile(Arrays.stream(filter.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")));
                return name -> pattern.matcher(name).matches();
            }
        } catch (PatternSyntaxException e) {
            throw Failure.usage(String.valueOf(e.getMessage())).because(e);
        }
        return name -> true;
    }

    /** Whether options choose among the functions at all. */
    static boolean chosen(StackOptions options) {
        return notEmpty(options.regex()) || notEmpty(options.filter());
    }

    private static boolean notEmpty(@Nullable String text) {
        return text != null && !text.isEmpty();
    }
}
