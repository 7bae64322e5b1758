package dev.vfaas.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each template as scaffolded, built for this machine and answering behind the gateway. */
class TemplatesIT {
    @ParameterizedTest
    @ValueSource(strings = {"python3", "python3-http", "node22", "go", "java25"})
    void scaffoldAnswers(String template, @TempDir Path folder) {
        try (Person person = new Person(folder)) {
            person.startsGateway();
            person.types("new", "--lang", template, "fresh").succeeded();
            person.types("up").succeeded();
            var response = person.calls("fresh", "hello".getBytes(StandardCharsets.UTF_8));
            assertThat(response.statusCode())
                    .as(new String(response.body(), StandardCharsets.UTF_8))
                    .isEqualTo(200);
            assertThat(response.headers().firstValue("X-Call-Id")).isPresent();
            person.types("logs", "fresh", "--tail=false").succeeded();
        }
    }
}
