package dev.vfaas.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.console.Environment;
import dev.vfaas.image.toolchain.GoToolchain;
import dev.vfaas.support.Compilers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoTemplateTest extends TemplateContractTest {
    private static CompiledTemplate template;

    @BeforeAll
    static void prepare(@TempDir Path work) throws IOException, InterruptedException {
        Compilers.go();
        template = new CompiledTemplate(templates(), "go", "go", new GoToolchain(Environment.ofProcess()), work);
    }

    @Override
    protected Path assemble(Path folder, Map<String, String> handlerFiles) throws IOException, InterruptedException {
        return template.assemble(folder, List.of("go.mod", "handler.go"), handlerFiles);
    }

    @Override
    protected List<String> command() {
        return List.of("./function");
    }

    @Override
    protected Map<String, String> echo() {
        return handler("""
                	body, err := io.ReadAll(r.Body)
                	switch {
                	case errors.Is(err, os.ErrDeadlineExceeded):
                		http.Error(w, err.Error(), http.StatusRequestTimeout)
                	case err != nil:
                		http.Error(w, err.Error(), http.StatusBadRequest)
                	default:
                		w.Header().Set("Content-Type", "application/octet-stream")
                		w.Write(body)
                	}
                """);
    }

    @Override
    protected Map<String, String> hold() {
        return handler("""
                	gate, _ := io.ReadAll(r.Body)
                	os.WriteFile(string(gate)+".started", nil, 0o644)
                	await(r, string(gate))
                	io.WriteString(w, "released")
                """);
    }

    @Override
    protected Map<String, String> fail() {
        return handler("	panic(errors.New(\"broken on purpose\"))\n");
    }

    @Override
    protected Map<String, String> stream() {
        return handler("""
                	gate, _ := io.ReadAll(r.Body)
                	io.WriteString(w, "first")
                	w.(http.Flusher).Flush()
                	await(r, string(gate))
                	io.WriteString(w, "second")
                """);
    }

    @Test
    void theScaffoldAnswers() throws Exception {
        try (Replica replica = start(Map.of())) {
            assertThat(replica.post("hello").text()).isEqualTo("Body: hello");
        }
    }

    @Test
    void anAnswerMayBeginBeforeTheRequestEnds() throws Exception {
        Map<String, String> copy = handler("""
                	buffer := make([]byte, 100)
                	for {
                		n, err := r.Body.Read(buffer)
                		w.Write(buffer[:n])
                		w.(http.Flusher).Flush()
                		if err != nil {
                			return
                		}
                	}
                """);
        try (Replica replica = start(copy);
                Wire wire = new Wire(replica.port)) {
            wire.send("POST / HTTP/1.1\r\nHost: f\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nping\r\n");
            assertThat(wire.head().status()).isEqualTo(200);
            assertThat(wire.chunk()).isEqualTo(bytes("ping"));
            wire.send("4\r\npong\r\n0\r\n\r\n");
            assertThat(wire.chunk()).isEqualTo(bytes("pong"));
            assertThat(wire.chunk()).isEmpty();
        }
    }

    @Test
    void aHandlerThatReadsNothingKeepsTheConnection() throws Exception {
        try (Replica replica = start(handler("	io.WriteString(w, \"done\")\n"));
                Wire wire = new Wire(replica.port)) {
            for (int i = 0; i < 3; i++) {
                assertThat(wire.request("POST", "/", "", new byte[1_000_000])
                                .response("POST")
                                .text())
                        .isEqualTo("done");
            }
        }
    }

    @Test
    void aHandlerMayTakeTheConnectionOver() throws Exception {
        Map<String, String> upgrade = handler("""
                	connection, buffer, err := http.NewResponseController(w).Hijack()
                	if err != nil {
                		panic(err)
                	}
                	defer connection.Close()
                	io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n")
                	io.Copy(connection, buffer)
                """);
        try (Replica replica = start(upgrade, "exec_timeout", "200ms");
                Wire wire = new Wire(replica.port)) {
            wire.send("GET / HTTP/1.1\r\nHost: f\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
            assertThat(wire.head().status()).isEqualTo(101);
            Thread.sleep(300); // exec_timeout does not apply to it any more
            wire.send("4\r\nping\r\n");
            assertThat(wire.chunk()).isEqualTo(bytes("ping"));
        }
    }

    private static Map<String, String> handler(String body) {
        return Map.of("handler.go", """
                package function

                import (
                	"errors"
                	"io"
                	"net/http"
                	"os"
                	"time"
                )

                var _ = errors.New
                var _ = io.ReadAll

                func await(r *http.Request, path string) {
                	for r.Context().Err() == nil {
                		if _, err := os.Stat(path); err == nil {
                			return
                		}
                		time.Sleep(5 * time.Millisecond)
                	}
                }

                func Handle(w http.ResponseWriter, r *http.Request) {
                """ + body + "}\n");
    }
}
