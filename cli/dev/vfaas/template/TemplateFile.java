package dev.vfaas.template;

import java.util.Arrays;

/**
 * One file of a template.
 *
 * @param path relative, with {@code /} between its parts
 * @param content not to be changed by the reader
 */
public record TemplateFile(String path, byte[] content, boolean executable) {

    @Override
    public boolean equals(Object other) {
        return other instanceof TemplateFile file
                && path.equals(file.path)
                && executable == file.executable
                && Arrays.equals(content, file.content);
    }

    @Override
    public int hashCode() {
        return path.hashCode() * 31 + Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return path + " (" + content.length + " bytes)";
    }
}
