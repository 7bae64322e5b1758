package dev.vfaas.image.toolchain;

import java.nio.file.Path;
import java.util.List;

/**
 * How one language turns a function's sources into files of an image. Implementations run the language's own tools, for the image's platform and
 * never the laptop's unless they are the same, and hold no state.
 *
 * <p>The caller keeps what {@link #resolve} and {@link #compile} made under a key of {@link #dependencyKey}, so neither runs when nothing changed.
 */
public interface Toolchain {

    /**
     * What decides the dependency layer, beyond the platform: text that names the tool (with its version where the result depends on it) and the
     * content of lock and requirement files. Empty when the function has no dependencies: then {@link #resolve} is not called. Reads files, runs no
     * resolver; may run {@code TOOL --version}-like commands only for the host platform.
     *
     * @throws dev.vfaas.console.Failure when a tool that is needed is missing (with the command that installs it) or a file is malformed
     */
    String dependencyKey(FunctionSource source);

    /**
     * Resolves the dependencies into the empty folder {@code into}, laid out as they will lie under /home/app (for example {@code deps/...},
     * {@code node_modules/...}, {@code lib/...}).
     *
     * @return what was installed, for the SBOM
     * @throws dev.vfaas.console.Failure naming the package that cannot be had for the platform, or carrying the tool's own last lines
     */
    List<Component> resolve(FunctionSource source, Path into, BuildLog log) throws InterruptedException;

    /**
     * True when the handler must be compiled ({@link #compile} is called and its result is the handler layer) instead of its folder being copied to
     * {@code function/}.
     */
    boolean compiles();

    /**
     * What decides the compiled handler beyond the sources, the platform, the server files and the dependency key: the compiler and its version.
     * Empty for languages that do not compile.
     */
    String compilerKey(FunctionSource source);

    /**
     * Compiles the handler (and, where the language links them, the server) into the empty folder {@code into}, laid out as under /home/app.
     *
     * @throws dev.vfaas.console.Failure carrying the compiler's lines
     */
    void compile(FunctionSource source, Path into, BuildLog log) throws InterruptedException;
}
