package dev.vfaas.image;

import dev.vfaas.image.cache.BuildCache;
import dev.vfaas.image.cache.Fingerprint;
import dev.vfaas.image.cache.FolderRemoval;
import dev.vfaas.image.layer.LayerEntry;
import dev.vfaas.template.Template;
import dev.vfaas.template.TemplateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A template's files on disk, in a folder of the cache that is named by their content.
 *
 * @param key fingerprint of the content
 * @param code folder of the template's own code
 * @param server folder of the server's files; absent for templates without one
 * @param codeEntries the template layer
 * @param serverEntries the server layer
 */
record TemplateFiles(String key, Path code, Path server, List<LayerEntry> codeEntries, List<LayerEntry> serverEntries) {

    /** Extracts a template's files unless the cache has them. */
    static TemplateFiles of(Template template, BuildCache cache) throws InterruptedException {
        Fingerprint fingerprint = new Fingerprint("template/1");
        List<TemplateFile> code = template.files();
        List<TemplateFile> server = template.serverFiles();
        add(fingerprint.add("code"), code);
        add(fingerprint.add("server"), server);
        String key = fingerprint.hex();
        Path folder = cache.root().resolve("templates").resolve(key);
        if (!cache.used(folder)) {
            cache.exclusively(key, () -> {
                extract(template, folder, cache);
                return folder;
            });
        }
        Path codeFolder = folder.resolve("code");
        Path serverFolder = folder.resolve("server");
        return new TemplateFiles(
                key,
                codeFolder,
                serverFolder,
                entries(code, codeFolder, ImagePlan.WORKING_DIRECTORY),
                entries(server, serverFolder, ImagePlan.WORKING_DIRECTORY + "/server"));
    }

    private static void add(Fingerprint fingerprint, List<TemplateFile> files) {
        files.forEach(file ->
                fingerprint.add(file.path()).add(file.executable() ? "x" : "-").add(file.content()));
    }

    private static void extract(Template template, Path folder, BuildCache cache) {
        if (Files.isDirectory(folder)) {
            return; // another build did it meanwhile
        }
        Path work = cache.workFolder();
        try {
            Files.createDirectories(work.resolve("code"));
            template.extractTo(work.resolve("code"));
            template.extractServerTo(work.resolve("server"));
            Files.createDirectories(folder.getParent());
            Files.move(work, folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            FolderRemoval.remove(work);
        }
    }

    private static List<LayerEntry> entries(List<TemplateFile> files, Path folder, String target) {
        List<LayerEntry> entries = new ArrayList<>();
        for (TemplateFile file : files) {
            entries.add(new LayerEntry(
                    folder.resolve(file.path()),
                    target + "/" + file.path(),
                    file.executable(),
                    file.content().length,
                    Fingerprint.hexOf(file.content())));
        }
        return List.copyOf(entries);
    }
}
