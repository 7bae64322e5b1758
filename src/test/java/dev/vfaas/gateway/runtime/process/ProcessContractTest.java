package dev.vfaas.gateway.runtime.process;

import dev.vfaas.gateway.runtime.FunctionRuntime;
import dev.vfaas.gateway.runtime.FunctionRuntimeContract;
import dev.vfaas.gateway.runtime.Secrets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class ProcessContractTest extends FunctionRuntimeContract {
    @TempDir
    Path folder;

    private RuntimeBench bench;

    @BeforeEach
    void open() throws Exception {
        bench = new RuntimeBench(folder, RuntimeBench.quick());
        String server = RuntimeBench.SERVER
                .replace("VERSION = '%s'", "VERSION = os.environ.get('version', '-')")
                .replace(
                        "print('listening'",
                        "if 'broken' in os.environ: print('no module named x', flush=True); os._exit(3)\nprint('listening'");
        bench.images.put("contract:latest", Map.of("index.py", server), "python3", "index.py");
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Override
    protected FunctionRuntime runtime() {
        return bench.runtime;
    }

    @Override
    protected Secrets secrets() {
        return bench.secrets;
    }

    @Override
    protected String image() {
        return "contract:latest";
    }

    @Override
    protected void restart() throws Exception {
        bench.restart(RuntimeBench.quick());
    }
}
