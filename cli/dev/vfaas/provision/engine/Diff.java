package dev.vfaas.provision.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a change alters, line by line, in the manner of diff(1). What is sensitive is never shown. */
public final class Diff {
    private static final int CONTEXT = 2;

    /** The lines with {@code +}, {@code -} or a blank in front; empty when there is nothing to compare. */
    public List<String> of(Change change) {
        return switch (change) {
            case Change.OfFile(ManagedFile wanted, var old, var from) -> file(wanted, old);
            case Change.OfManifest(var kind, var namespace, var name, var old, var wanted) -> lines(old, wanted);
            default -> List.of();
        };
    }

    private List<String> file(ManagedFile wanted, Observed.@Nullable FileState old) {
        List<String> diff = new ArrayList<>();
        if (old != null && old.mode() != wanted.mode()) {
            diff.add("- mode " + String.format("%04o", old.mode()));
            diff.add("+ mode " + String.format("%04o", wanted.mode()));
        }
        if (old != null && !old.owner().equals(wanted.owner())) {
            diff.add("- owner " + old.owner());
            diff.add("+ owner " + wanted.owner());
        }
        if (old == null || !old.sha256().equals(wanted.sha256())) {
            if (wanted.sensitive()) {
                diff.add((old == null ? "+" : "~") + " [redacted]");
            } else if (old != null && old.content() == null) {
                diff.add("~ " + old.size() + " bytes become " + wanted.content().length);
            } else {
                diff.addAll(lines(old == null ? null : old.content(), wanted.text()));
            }
        }
        return diff;
    }

    /** The shortest edit by longest common subsequence; configuration files are small. */
    List<String> lines(@Nullable String before, String after) {
        List<String> a = before == null ? List.of() : before.lines().toList();
        List<String> b = after.lines().toList();
        int[][] common = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                common[i][j] = a.get(i).equals(b.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<String> edit = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                edit.add("  " + a.get(i++));
                j++;
            } else if (j >= b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
                edit.add("- " + a.get(i++));
            } else {
                edit.add("+ " + b.get(j++));
            }
        }
        return nearChanges(edit);
    }

    private static List<String> nearChanges(List<String> edit) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < edit.size(); i++) {
            boolean near = false;
            for (int k = Math.max(0, i - CONTEXT); k <= Math.min(edit.size() - 1, i + CONTEXT); k++) {
                near |= !edit.get(k).startsWith(" ");
            }
            if (near) {
                shown.add(edit.get(i));
            } else if (shown.isEmpty() || !shown.getLast().equals("  ...")) {
                shown.add("  ...");
            }
        }
        return shown;
    }
}
