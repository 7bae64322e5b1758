package dev.vfaas.template;

import java.util.List;
import java.util.Optional;

/** Where a template's files lie: on the class path or on disk. Paths are relative to the template's folder, with {@code /}. */
interface TemplateFolder {

    /** The bytes of a file, or nothing when there is no such file. Throws {@link java.io.UncheckedIOException}. */
    Optional<TemplateFile> read(String path);

    /** The files under a folder ({@code ""} for the template's own), sorted; nothing where a folder cannot be listed or is absent. */
    List<String> list(String path);

    /** How errors name a file of the folder. */
    String name(String path);
}
