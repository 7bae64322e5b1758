package dev.vfaas.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows under headings, each column as wide as its widest cell, two blanks between; no cell is cut. */
public final class Table {
    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    private Table(List<String> headings) {
        this.headings = headings;
    }

    /** A table with these headings, by custom in capitals. */
    public static Table of(String... headings) {
        return new Table(List.of(headings));
    }

    /** Appends a row; its cells are the texts of {@code cells}. */
    public Table row(Object... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalArgumentException(cells.length + " cells under " + headings.size() + " headings");
        }
        rows.add(Arrays.stream(cells).map(String::valueOf).toList());
        return this;
    }

    /** The table's lines, without a final line feed. */
    @Override
    public String toString() {
        int[] widths = new int[headings.size()];
        measure(headings, widths);
        rows.forEach(row -> measure(row, widths));
        StringBuilder text = new StringBuilder();
        append(text, headings, widths);
        rows.forEach(row -> append(text.append('\n'), row, widths));
        return text.toString();
    }

    private static void measure(List<String> row, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], row.get(i).length());
        }
    }

    private static void append(StringBuilder text, List<String> row, int[] widths) {
        int last = widths.length - 1;
        for (int i = 0; i < last; i++) {
            text.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 2);
        }
        text.append(row.get(last));
    }
}
