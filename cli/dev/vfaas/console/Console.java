package dev.vfaas.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Everything the tool reads from and writes to its user. Standard output carries the result and nothing else; all that is said about the work goes
 * to standard error. Colour and redrawn lines appear only on a terminal, and not with {@code NO_COLOR}, {@code TERM=dumb} or in CI.
 */
public final class Console {
    private final PrintStream out;
    private final PrintStream err;
    private final InputStream in;
    private final Environment environment;
    private final Set<Runnable> cleanups;
    private final AtomicBoolean lingering;
    private final ReentrantLock asking;
    private final String prefix;
    private final @Nullable Progress shared;

    public Console(PrintStream out, PrintStream err, InputStream in, Environment environment) {
        this.out = out;
        this.err = err;
        this.in = in;
        this.environment = environment;
        this.cleanups = ConcurrentHashMap.newKeySet();
        this.lingering = new AtomicBoolean();
        this.asking = new ReentrantLock();
        this.prefix = "";
        this.shared = null;
    }

    private Console(Console whole, String name, Progress progress, @Nullable PrintStream results) {
        this.out = results == null ? whole.out : results;
        this.err = whole.err;
        this.in = whole.in;
        this.environment = whole.environment;
        this.cleanups = whole.cleanups;
        this.lingering = whole.lingering;
        this.asking = whole.asking;
        this.prefix = name + ": ";
        this.shared = progress;
    }

    /**
     * A console for one of several things that go on at the same time: what it says begins with {@code name}, its progress is part of
     * {@code progress}, and only one of them asks the user something at a time.
     *
     * @param results where its results go; null for standard output, line by line
     */
    public Console part(String name, Progress progress, @Nullable PrintStream results) {
        return new Console(this, name, progress, results);
    }

    private String named(String text) {
        return prefix.isEmpty() || text.startsWith(prefix) ? text : prefix + text;
    }

    /** A line of the result, to standard output. */
    public void result(String line) {
        out.println(line);
    }

    /** The result in the form the user asked for, to standard output. */
    public void show(OutputFormat format, View view) {
        switch (format) {
            case HUMAN -> {
                String text = view.human().get();
                if (!text.isEmpty()) {
                    out.println(text);
                }
            }
            case NAME -> view.names().get().forEach(out::println);
            case JSON -> out.println(new Rendering().json(view.data()));
            case YAML -> out.println(new Rendering().yaml(view.data()));
        }
    }

    /** Standard output as bytes, for results that are not lines of text. */
    public OutputStream resultBytes() {
        return out;
    }

    /** The bytes of standard input. */
    public InputStream input() {
        return in;
    }

    /** What is going on, to standard error. */
    public synchronized void info(String line) {
        err.println(named(line));
    }

    /** What the user should know but need not act on now, to standard error. */
    public synchronized void warn(String line) {
        err.println(Style.YELLOW.paint("warning:", colourOnErr()) + " " + named(line));
    }

    /** A failure with the next command to type, to standard error. */
    public synchronized void error(Failure failure) {
        err.println(Style.RED.paint("error:", colourOnErr()) + " " + named(failure.text()));
        if (failure.next() != null) {
            err.println("  try: " + Style.BOLD.paint(failure.next(), colourOnErr()));
        }
    }

    /** The stack trace of a failure, for {@code --stacktrace}. */
    public synchronized void trace(Throwable failure) {
        failure.printStackTrace(err);
    }

    /** Starts showing long work on standard error. */
    public Progress progress() {
        Progress whole = shared;
        if (whole != null) {
            return new PartOfProgress(whole, prefix.substring(0, prefix.length() - 2));
        }
        boolean live = environment.terminal().err() && !environment.ci() && !"dumb".equals(environment.get("TERM"));
        return live ? new LiveProgress(err, colourOnErr(), columns()) : new PlainProgress(this::info);
    }

    /** Whether standard output is a terminal on which lines can be drawn again. */
    public boolean liveOnOut() {
        return environment.terminal().out() && !environment.ci() && !"dumb".equals(environment.get("TERM"));
    }

    /** Takes the whole terminal, see {@link #liveOnOut}, until it is closed. */
    public LiveScreen screen() {
        return new LiveScreen(out);
    }

    /** Whether results on standard output may be coloured. */
    public boolean colourOnOut() {
        return environment.terminal().out() && colourWanted();
    }

    /** Whether standard error may be coloured. */
    public boolean colourOnErr() {
        return environment.terminal().err() && colourWanted();
    }

    private boolean colourWanted() {
        return environment.get("NO_COLOR") == null && !environment.ci() && !"dumb".equals(environment.get("TERM"));
    }

    private int columns() {
        String columns = environment.get("COLUMNS");
        try {
            return columns == null ? 100 : Integer.parseInt(columns);
        } catch (NumberFormatException e) {
            return 100;
        }
    }

    /** Asks for a line; a usage failure that names {@code option} when nobody sits at a terminal. */
    public String prompt(String question, String option) {
        requireTerminal(question, option);
        asking.lock();
        try {
            err.print(named(question) + ": ");
            err.flush();
            String line = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
            if (line == null) {
                throw Failure.usage("no answer to: " + question);
            }
            return line.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            asking.unlock();
        }
    }

    /** Asks for a line that is not echoed. */
    public String promptHidden(String question, String option) {
        requireTerminal(question, option);
        char[] answer;
        asking.lock();
        try (Cleanup _ = onInterrupt(err::println)) { // the shell's prompt begins a line of its own
            answer = Objects.requireNonNull(System.console()).readPassword("%s: ", named(question));
        } finally {
            asking.unlock();
        }
        if (answer == null) {
            throw Failure.usage("no answer to: " + question);
        }
        return new String(answer);
    }

    private void requireTerminal(String question, String option) {
        if (!environment.terminal().in()) {
            throw Failure.usage("cannot ask for \"" + question + "\": standard input is not a terminal")
                    .next("give " + option);
        }
    }

    /** Whether a person can be asked. */
    public boolean interactive() {
        return environment.terminal().in();
    }

    /**
     * Registers what must be undone when the user interrupts the work (Ctrl-C) until the returned handle is closed: half-written files, child
     * processes.
     */
    public Cleanup onInterrupt(Runnable cleanup) {
        cleanups.add(cleanup);
        return () -> cleanups.remove(cleanup);
    }

    /** What is interrupted ends by itself and still has something to say: for what {@link #onInterrupt} registered. */
    public void linger() {
        lingering.set(true);
    }

    /** Runs what {@link #onInterrupt} registered; for the process entry. True when the end of the work is to be waited for, see {@link #linger}. */
    public boolean interrupted() {
        cleanups.forEach(Runnable::run);
        cleanups.clear();
        return lingering.get();
    }

    /** Ends a registration of {@link #onInterrupt}. */
    public interface Cleanup extends AutoCloseable {
        @Override
        void close();
    }

    /** Writes what is buffered. */
    public void flush() {
        out.flush();
        err.flush();
    }
}
