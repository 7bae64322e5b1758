package dev.vfaas.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What a person who mistyped a name probably meant. */
public final class Suggestion {
    private Suggestion() {}

    /**
     * The known name nearest to what was typed, when it is near enough: the same but for case, dashes and underscores; the beginning of a
     * name (the shortest of several); or at most two slips (a letter wrong, missing, extra or swapped; one slip for names of up to four letters).
     */
    public static Optional<String> nearest(String typed, Collection<String> known) {
        String wanted = plain(typed);
        for (String name : known) {
            if (plain(name).equals(wanted)) {
                return Optional.of(name);
            }
        }
        int slips = wanted.length() <= 4 ? 1 : 2;
        Optional<String> near = known.stream()
                .filter(name -> distance(wanted, plain(name)) <= slips)
                .min(Comparator.<String>comparingInt(name -> distance(wanted, plain(name)))
                        .thenComparing(Comparator.naturalOrder()));
        if (near.isPresent() || wanted.length() < 3) {
            return near;
        }
        var beginnings =
                known.stream().filter(name -> plain(name).startsWith(wanted)).toList();
        return beginnings.size() == 1 ? Optional.of(beginnings.getFirst()) : Optional.empty();
    }

    /** {@code ; did you mean "x"?} or nothing, to end a sentence with. */
    public static String phrase(String typed, Collection<String> known) {
        return nearest(typed, known)
                .map(name -> "; did you mean \"" + name + "\"?")
                .orElse("");
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > 2) {
            return Integer.MAX_VALUE;
        }
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + cost);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
