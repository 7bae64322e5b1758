package dev.vfaas.image.toolchain;

import dev.vfaas.image.Platform;
import java.nio.file.Path;
import java.util.Map;

/**
 * One function to build, on disk.
 *
 * @param name the function's name
 * @param handler the user's folder, absolute
 * @param template the template's files, extracted: template code at its root
 * @param server the server's files of the template, extracted; the folder is absent for templates without one
 * @param platform what the image runs on
 * @param settings scalar keys of template.yml that begin with the toolchain's name (for example {@code python_version})
 * @param buildArguments {@code build_args} of stack.yml and --build-arg
 */
public record FunctionSource(
        String name,
        Path handler,
        Path template,
        Path server,
        Platform platform,
        Map<String, String> settings,
        Map<String, String> buildArguments) {}
