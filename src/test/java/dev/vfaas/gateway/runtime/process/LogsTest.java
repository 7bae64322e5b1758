package dev.vfaas.gateway.runtime.process;

import static dev.vfaas.gateway.runtime.process.RuntimeBench.await;
import static dev.vfaas.gateway.runtime.process.RuntimeBench.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.gateway.runtime.LogQuery;
import dev.vfaas.openfaas.LogMessage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {
    @TempDir
    Path folder;

    @Test
    void tail_since_and_instance_choose_lines() throws Exception {
        FunctionLog log = new FunctionLog(folder, 1 << 20);
        log.append("a", List.of("one", "two"));
        Thread.sleep(5);
        Instant middle = Instant.now();
        Thread.sleep(5);
        log.append("b", List.of("three"));
        log.append("a", List.of("", "  five "));
        assertThat(read(log, null, null, 0)).containsExactly("one\n", "two\n", "three\n", "\n", "  five \n");
        assertThat(read(log, null, null, 2)).containsExactly("\n", "  five \n");
        assertThat(read(log, "a", null, 3)).containsExactly("two\n", "\n", "  five \n");
        assertThat(read(log, null, middle, 0)).containsExactly("three\n", "\n", "  five \n");
        assertThat(read(log, "b", middle, 9)).containsExactly("three\n");
    }

    @Test
    void at_most_two_files_are_kept_and_reading_goes_on_over_them_and_over_a_restart() throws Exception {
        FunctionLog log = new FunctionLog(folder, 1_000);
        for (int i = 0; i < 200; i++) {
            log.append("a", List.of("line " + i));
        }
        try (var files = Files.list(folder)) {
            assertThat(files.toList()).hasSize(2);
        }
        List<String> kept = read(log, null, null, 0);
        assertThat(kept).hasSizeBetween(15, 50).endsWith("line 198\n", "line 199\n");
        log.close();
        FunctionLog again = new FunctionLog(folder, 1_000);
        again.append("a", List.of("after"));
        assertThat(read(again, null, null, 0)).endsWith("line 199\n", "after\n");
    }

    @Test
    void a_follower_sees_every_line_as_it_comes_and_ends_with_the_log() throws Exception {
        FunctionLog log = new FunctionLog(folder, 64 << 10);
        log.append("a", List.of("before"));
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        Thread follower = follow(log, seen, new CountDownLatch(0));
        await(() -> seen.size() == 1);
        for (int i = 0; i < 500; i++) {
            log.append("a", List.of("line " + i));
        }
        await(() -> seen.size() == 501);
        assertThat(seen)
                .containsExactlyElementsOf(java.util.stream.Stream.concat(
                                java.util.stream.Stream.of("before\n"),
                                IntStream.range(0, 500).mapToObj(i -> "line " + i + "\n"))
                        .toList());
        log.close();
        follower.join();
    }

    @Test
    void a_follower_that_stands_still_holds_nobody_up_and_goes_on_with_what_is_kept() throws Exception {
        FunctionLog log = new FunctionLog(folder, 10_000);
        CountDownLatch go = new CountDownLatch(1);
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        log.append("a", List.of("first"));
        Thread follower = follow(log, seen, go);
        await(() -> seen.size() == 1);
        for (int i = 0; i < 5_000; i++) {
            log.append("a", List.of("line " + i));
        }
        go.countDown();
        await(() -> seen.contains("line 4999\n"));
        assertThat(seen.getFirst()).isEqualTo("first\n");
        assertThat(seen).hasSizeLessThan(1_000).allMatch(line -> line.matches("(first|line [0-9]+)\n"));
        log.close();
        follower.join();
    }

    @Test
    void long_lines_are_split_between_characters_and_the_last_needs_no_line_feed() throws Exception {
        FunctionLog log = new FunctionLog(folder, 1 << 20);
        OutputPump pump = new OutputPump("a", log);
        String text = "x".repeat((1 << 16) - 1) + "ü" + "y".repeat(10) + "\r\nend";
        pump.start(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        assertThat(pump.lastLines()).hasSize(3);
        assertThat(read(log, null, null, 0))
                .containsExactly("x".repeat((1 << 16) - 1) + "\n", "ü" + "y".repeat(10) + "\n", "end\n");
    }

    private static Thread follow(FunctionLog log, List<String> seen, CountDownLatch go) {
        return Thread.startVirtualThread(() -> {
            try {
                new LogReader(log, new LogQuery(key("hello"), null, null, 0, true), message -> {
                            seen.add(message.text());
                            try {
                                go.await();
                            } catch (InterruptedException e) {
                                return false;
                            }
                            return true;
                        })
                        .run();
            } catch (java.io.IOException | InterruptedException e) {
                seen.add(e.toString());
            }
        });
    }

    private static List<String> read(FunctionLog log, @Nullable String instance, @Nullable Instant since, int tail)
            throws Exception {
        List<LogMessage> messages = new ArrayList<>();
        new LogReader(log, new LogQuery(key("hello"), instance, since, tail, false), messages::add).run();
        return messages.stream().map(LogMessage::text).toList();
    }
}
