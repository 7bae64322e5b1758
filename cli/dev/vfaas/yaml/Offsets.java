package dev.vfaas.yaml;

/** Where a char of a text that was made from another one comes from, so that errors point into what the person wrote. */
@FunctionalInterface
public interface Offsets {
    /** The text is the original. */
    Offsets SAME = offset -> offset;

    /** The offset in the original of an offset in the text that was made. */
    int original(int offset);
}
