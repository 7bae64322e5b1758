package dev.vfaas.image;

import dev.vfaas.template.Template;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One function to build.
 *
 * @param image what the image will be called
 * @param handler the user's folder, absolute
 * @param platforms at least one; {@code host} stands alone
 * @param base overrides the template's base image; {@code scratch} for none
 * @param buildArguments {@code build_args} and --build-arg; {@code BASE} overrides the base image too, {@code PYTHON_VERSION} the version in its tag
 * @param copies extra files and folders: their path below function/, and where they lie, absolute
 * @param labels --build-label; those in the names of the OCI image specification become annotations too
 */
public record FunctionBuild(
        String name,
        ImageReference image,
        Path handler,
        Template template,
        List<Platform> platforms,
        @Nullable String base,
        Map<String, String> buildArguments,
        Map<String, Path> copies,
        Map<String, String> labels) {

    /** Copies the collections; maps are sorted. */
    public FunctionBuild {
        platforms = List.copyOf(platforms);
        buildArguments = new TreeMap<>(buildArguments);
        copies = new TreeMap<>(copies);
        labels = new TreeMap<>(labels);
    }

    /** Whether it is built for the embedded runtime of this machine. */
    public boolean forHost() {
        return platforms.getFirst().host();
    }

    /** The base image to use on linux: the override, the build argument, or what the template says. */
    public @Nullable String effectiveBase() {
        if (base != null) {
            return base;
        }
        String argument = buildArguments.get("BASE");
        return argument != null ? argument : ofVersion(template.recipe().base());
    }

    /** The template's base image of another Python: a package's wheel is for one version only. */
    private @Nullable String ofVersion(@Nullable String image) {
        String asked = buildArguments.get("PYTHON_VERSION");
        String usual = template.recipe().settings().get("python_version");
        return image == null || asked == null || usual == null ? image : image.replace(":" + usual, ":" + asked);
    }
}
