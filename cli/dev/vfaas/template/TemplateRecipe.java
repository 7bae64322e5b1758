package dev.vfaas.template;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A template.yml: our keys and those of OpenFaaS.
 *
 * @param language what a person calls it, for example {@code Python 3}
 * @param toolchain {@code python}, {@code node}, {@code java}, {@code go} or {@code dockerfile}
 * @param base the base image for linux platforms, without a registry's host for the default registry; null for toolchain {@code dockerfile}
 * @param server the folder of the server's files relative to the template's, null when it has none
 * @param files the template layer's files relative to the template's folder; null for all files beside template.yml and the handler folder
 * @param scaffold files of the handler folder that a new function gets; null for all files of the handler folder
 * @param entrypoint what an image starts; empty for toolchain {@code dockerfile}
 * @param environment of the image
 * @param settings the toolchain's own scalar keys: those that begin with its name and {@code _}, for example {@code python_version}
 * @param fprocess OpenFaaS's process, sent at deploy
 * @param buildOptions packages by the name of a build option
 * @param handlerFolder where the scaffold lies in the template and the handler in a Dockerfile's build context; default {@code function}
 */
public record TemplateRecipe(
        String language,
        String toolchain,
        @Nullable String base,
        @Nullable String server,
        @Nullable List<String> files,
        @Nullable List<String> scaffold,
        List<String> entrypoint,
        Map<String, String> environment,
        Map<String, String> settings,
        @Nullable String fprocess,
        Map<String, List<String>> buildOptions,
        String handlerFolder,
        @Nullable String welcomeMessage) {

    /** Copies the collections and keeps their order. */
    public TemplateRecipe {
        files = files == null ? null : List.copyOf(files);
        scaffold = scaffold == null ? null : List.copyOf(scaffold);
        entrypoint = List.copyOf(entrypoint);
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        buildOptions = Collections.unmodifiableMap(new LinkedHashMap<>(buildOptions));
    }
}
