package dev.vfaas.yaml;

/** A place in a text, as editors count: the first line and the first column are 1; a column is a Unicode code point. */
public record Position(int line, int column) implements Comparable<Position> {

    @Override
    public int compareTo(Position other) {
        return line != other.line ? Integer.compare(line, other.line) : Integer.compare(column, other.column);
    }
}
