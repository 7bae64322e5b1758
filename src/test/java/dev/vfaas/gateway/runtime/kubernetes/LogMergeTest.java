package dev.vfaas.gateway.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.openfaas.LogMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines of several pods in one order, and how much of them is held. */
class LogMergeTest {
    private final List<String> given = new ArrayList<>();

    private static LogMessage line(String pod, int second, String text) {
        return new LogMessage(
                "hello",
                "openfaas-fn",
                pod,
                String.format(java.util.Locale.ROOT, "2026-11-23T12:00:%02dZ", second),
                text);
    }

    private static LogMerge.Source source(LogMessage... lines) {
        Iterator<LogMessage> left = List.of(lines).iterator();
        return () -> left.hasNext() ? left.next() : null;
    }

    private boolean take(LogMessage message) {
        return given.add(message.text());
    }

    @Test
    void lines_come_in_the_order_of_their_times() {
        LogMerge merge = new LogMerge(
                List.of(
                        source(line("a", 1, "1"), line("a", 4, "4")),
                        source(),
                        source(line("b", 2, "2"), line("b", 3, "3"), line("b", 5, "5"))),
                0);
        assertThat(merge.into(this::take)).isTrue();
        assertThat(given).containsExactly("1", "2", "3", "4", "5");
    }

    @Test
    void only_the_last_ones_are_given_when_so_many_are_asked_for() {
        new LogMerge(
                        List.of(
                                source(line("a", 1, "1"), line("a", 4, "4")),
                                source(line("b", 2, "2"), line("b", 3, "3"), line("b", 5, "5"))),
                        3)
                .into(this::take);
        assertThat(given).containsExactly("3", "4", "5");
    }

    @Test
    void a_line_of_each_pod_is_read_ahead_and_no_more() {
        int[] read = new int[1];
        LogMerge.Source endless = () -> line("a", 1, String.valueOf(++read[0]));
        assertThat(new LogMerge(List.of(endless), 0).into(message -> take(message) && given.size() < 3))
                .isFalse();
        assertThat(given).containsExactly("1", "2", "3");
        assertThat(read[0]).isLessThanOrEqualTo(4);
    }

    @Test
    void the_last_ones_are_fewer_when_they_are_very_long() {
        String half = "x".repeat(LogMerge.MOST_KEPT / 2);
        new LogMerge(
                        List.of(
                                source(line("a", 1, half), line("a", 3, half)),
                                source(line("b", 2, half), line("b", 4, "last"))),
                        100)
                .into(this::take);
        assertThat(given).hasSize(2).last().isEqualTo("last");
    }

    @Test
    void a_line_without_an_end_is_cut() throws IOException {
        BufferedReader reader = new BufferedReader(new StringReader("x".repeat(1_000_000) + "\r\nnext\n\nend"));
        assertThat(PodLogs.line(reader)).hasSizeBetween(64 * 1024, 65 * 1024);
        assertThat(PodLogs.line(reader)).isEqualTo("next");
        assertThat(PodLogs.line(reader)).isEmpty();
        assertThat(PodLogs.line(reader)).isEqualTo("end");
        assertThat(PodLogs.line(reader)).isNull();
    }
}
