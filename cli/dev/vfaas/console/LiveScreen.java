package dev.vfaas.console;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A terminal's second screen that is drawn again and again; {@link #close} brings back what was there before. */
public final class LiveScreen implements AutoCloseable {
    private static final int ROWS = 24;
    private static final int COLUMNS = 80;
    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[?25h\u001b[?1049l";

    private final PrintStream terminal;
    private boolean closed;

    LiveScreen(PrintStream terminal) {
        this.terminal = terminal;
        terminal.print(ENTER);
        terminal.flush();
    }

    /** Shows these lines, as many and as much of each as there is room for. */
    public synchronized void draw(List<String> lines) {
        if (closed) {
            return;
        }
        int[] size = size();
        StringBuilder text = new StringBuilder("\u001b[H");
        for (int i = 0; i < Math.min(lines.size(), size[0]); i++) {
            String line = lines.get(i);
            text.append(i == 0 ? "" : "\r\n")
                    .append(line.length() > size[1] ? line.substring(0, size[1]) : line)
                    .append("\u001b[K");
        }
        terminal.print(text.append("\u001b[J"));
        terminal.flush();
    }

    /** Rows and columns now: the window may have changed. */
    private static int[] size() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            if (stty.waitFor(1, TimeUnit.SECONDS) && answer.matches("\\d{1,4} \\d{1,4}") && !answer.startsWith("0 ")) {
                String[] parts = answer.split(" ");
                return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
            }
        } catch (IOException e) {
            // no such program: the usual size
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new int[] {ROWS, COLUMNS};
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            terminal.print(LEAVE);
            terminal.flush();
        }
    }
}
