package dev.vfaas.function;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The beginning of a body, for write_debug. */
final class Preview {
    private static final int MOST = 512;

    private final ByteArrayOutputStream start = new ByteArrayOutputStream();
    private long size;

    synchronized void add(byte[] data, int offset, int length) {
        start.write(data, offset, Math.min(length, MOST - start.size()));
        size += length;
    }

    /** Size and beginning, on one line. */
    @Override
    public synchronized String toString() {
        StringBuilder shown = new StringBuilder().append(size).append("B \"");
        for (char c : start.toString(StandardCharsets.ISO_8859_1).toCharArray()) {
            switch (c) {
                case '"', '\\' -> shown.append('\\').append(c);
                case '\n' -> shown.append("\\n");
                case '\r' -> shown.append("\\r");
                case '\t' -> shown.append("\\t");
                default -> {
                    if (c >= ' ' && c < 0x7f) {
                        shown.append(c);
                    } else {
                        shown.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
                    }
                }
            }
        }
        return shown.append(size > MOST ? "\"..." : "\"").toString();
    }
}
