package dev.vfaas.stack;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Kubernetes resource quantity: a decimal number with a suffix, for example {@code 128Mi}, {@code 100m}, {@code 0.5}, {@code 1e3}.
 *
 * @param text as written
 * @param value in bytes or cores
 */
public record Quantity(String text, BigDecimal value) {
    private static final Pattern PATTERN =
            Pattern.compile("(\\d{1,18}(?:\\.\\d{0,9})?|\\.\\d{1,9})([eE][+-]?\\d{1,2}|[A-Za-z]*)");
    private static final Map<String, BigDecimal> FACTORS = Map.ofEntries(
            Map.entry("", BigDecimal.ONE),
            Map.entry("n", BigDecimal.valueOf(1, 9)),
            Map.entry("u", BigDecimal.valueOf(1, 6)),
            Map.entry("m", BigDecimal.valueOf(1, 3)),
            Map.entry("k", BigDecimal.TEN.pow(3)),
            Map.entry("M", BigDecimal.TEN.pow(6)),
            Map.entry("G", BigDecimal.TEN.pow(9)),
            Map.entry("T", BigDecimal.TEN.pow(12)),
            Map.entry("P", BigDecimal.TEN.pow(15)),
            Map.entry("E", BigDecimal.TEN.pow(18)),
            Map.entry("Ki", BigDecimal.TWO.pow(10)),
            Map.entry("Mi", BigDecimal.TWO.pow(20)),
            Map.entry("Gi", BigDecimal.TWO.pow(30)),
            Map.entry("Ti", BigDecimal.TWO.pow(40)),
            Map.entry("Pi", BigDecimal.TWO.pow(50)),
            Map.entry("Ei", BigDecimal.TWO.pow(60)));

    /** Reads a quantity; nothing when it is none. */
    public static Optional<Quantity> parse(String text) {
        Matcher matcher = PATTERN.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        BigDecimal number = new BigDecimal(matcher.group(1));
        String suffix = matcher.group(2);
        BigDecimal factor = FACTORS.get(suffix);
        if (factor != null) {
            return Optional.of(new Quantity(text, number.multiply(factor)));
        }
        return suffix.length() > 1 && (suffix.charAt(0) == 'e' || suffix.charAt(0) == 'E') && !suffix.equals("Ei")
                ? exponent(text, number, suffix.substring(1))
                : Optional.empty();
    }

    private static Optional<Quantity> exponent(String text, BigDecimal number, String exponent) {
        try {
            return Optional.of(new Quantity(text, number.scaleByPowerOfTen(Integer.parseInt(exponent))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** What is wrong with a text that should be memory, with an example, or nothing. */
    public static Optional<String> memoryProblem(String what, String text) {
        return parse(text).isPresent()
                ? Optional.empty()
                : Optional.of(what + " \"" + text + "\" is not a quantity of memory such as 128Mi or 1Gi");
    }

    /** What is wrong with a text that should be processor time, with an example, or nothing. */
    public static Optional<String> cpuProblem(String what, String text) {
        return parse(text).isPresent()
                ? Optional.empty()
                : Optional.of(what + " \"" + text
                        + "\" is not a quantity of processor time such as 100m (a tenth of a core) or 0.5");
    }
}
