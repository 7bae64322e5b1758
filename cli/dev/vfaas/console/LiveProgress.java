package dev.vfaas.console;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Progress redrawn in place on a terminal by one thread, ten times a second. */
final class LiveProgress implements Progress {
    private static final String[] SPINNER = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
    private static final int FRAME_MILLIS = 100;

    private final PrintStream terminal;
    private final boolean colour;
    private final int columns;
    private final List<LiveTask> tasks = new ArrayList<>();
    private final Thread painter;
    private int drawnLines;
    private int frame;
    private boolean closed;

    LiveProgress(PrintStream terminal, boolean colour, int columns) {
        this.terminal = terminal;
        this.colour = colour;
        this.columns = columns;
        this.painter = Thread.ofVirtual().name("progress").start(this::paintUntilClosed);
    }

    @Override
    public synchronized Task task(String name) {
        LiveTask task = new LiveTask(name);
        tasks.add(task);
        return task;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            draw();
        }
        painter.interrupt();
    }

    private void paintUntilClosed() {
        try {
            while (true) {
                Thread.sleep(FRAME_MILLIS);
                synchronized (this) {
                    if (closed) {
                        return;
                    }
                    frame++;
                    draw();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private synchronized void draw() {
        StringBuilder text = new StringBuilder();
        if (drawnLines > 0) {
            text.append("\u001b[").append(drawnLines).append('A');
        }
        int width = tasks.stream().mapToInt(task -> task.name.length()).max().orElse(0);
        for (LiveTask task : tasks) {
            text.append("\r\u001b[2K").append(task.line(width)).append('\n');
        }
        drawnLines = tasks.size();
        terminal.print(text);
        terminal.flush();
    }

    private final class LiveTask implements Task {
        private final String name;
        private final long start = System.nanoTime();
        private String what = "waiting";
        private String took = "";
        private String mark = "";

        LiveTask(String name) {
            this.name = name;
        }

        @Override
        public void step(String what) {
            synchronized (LiveProgress.this) {
                this.what = what;
            }
        }

        @Override
        public void done(String summary) {
            finish(summary, Style.GREEN.paint("✓", colour));
        }

        @Override
        public void failed(String summary) {
            finish(Failure.headline(summary), Style.RED.paint("✗", colour));
        }

        private void finish(String summary, String mark) {
            synchronized (LiveProgress.this) {
                this.what = summary;
                this.mark = mark;
                this.took = PlainProgress.elapsed(start);
            }
        }

        String line(int nameWidth) {
            boolean running = mark.isEmpty();
            String sign = running ? Style.CYAN.paint(SPINNER[frame % SPINNER.length], colour) : mark;
            String elapsed = running ? PlainProgress.elapsed(start) : took;
            String head = name + " ".repeat(nameWidth - name.length()) + "  ";
            int room = Math.max(10, columns - head.length() - elapsed.length() - 5);
            String first = what.lines().findFirst().orElse("");
            String text = first.length() > room ? first.substring(0, room - 1) + "…" : first;
            return sign + " " + head + text + "  " + Style.DIM.paint(elapsed, colour);
        }
    }
}
