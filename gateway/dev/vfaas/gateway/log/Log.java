package dev.vfaas.gateway.log;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Writes one line an event: {@code time LEVEL message key=value ...}. Thread-safe; control characters are escaped so that a line stays a line. */
public final class Log {
    private final PrintStream out;

    /** A log that writes to {@code out}, which it flushes and does not close. */
    public Log(PrintStream out) {
        this.out = out;
    }

    /** Something that happened as it should; {@code fields} alternate key and value. */
    public void info(String message, Object... fields) {
        write("INFO", message, fields);
    }

    /** Something to look at, though the gateway goes on. */
    public void warn(String message, Object... fields) {
        write("WARN", message, fields);
    }

    /** A failure of the gateway itself, with its stack on the lines after. */
    public void error(String message, Throwable cause, Object... fields) {
        StringWriter stack = new StringWriter();
        cause.printStackTrace(new PrintWriter(stack));
        synchronized (out) {
            write("ERROR", message, fields);
            out.print(stack);
            out.flush();
        }
    }

    private void write(String level, String message, Object... fields) {
        StringBuilder line = new StringBuilder(128);
        line.append(Instant.now().truncatedTo(ChronoUnit.MILLIS))
                .append(' ')
                .append(level)
                .append(' ');
        append(line, message);
        for (int i = 0; i + 1 < fields.length; i += 2) {
            line.append(' ').append(fields[i]).append('=');
            String value = String.valueOf(fields[i + 1]);
            boolean quote = value.isEmpty() || value.indexOf(' ') >= 0;
            if (quote) {
                line.append('"');
            }
            append(line, value);
            if (quote) {
                line.append('"');
            }
        }
        synchronized (out) {
            out.println(line);
            out.flush();
        }
    }

    private static void append(StringBuilder line, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line.append("\\n");
            } else if (c < ' ' || c == 0x7f) {
                line.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                line.append(c);
            }
        }
    }
}
