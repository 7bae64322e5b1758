package dev.vfaas.command;

import dev.vfaas.console.Fields;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.template.Template;
import dev.vfaas.template.Templates;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The templates that {@code vfaas new} and a stack file in a folder can use. */
final class TemplateList {
    private TemplateList() {}

    /** As a result to show. */
    static View of(Path directory) {
        Templates templates = new Templates(directory);
        List<String> names = Stream.concat(templates.builtIn().stream(), templates.local().stream())
                .distinct()
                .sorted()
                .toList();
        List<Template> all = names.stream().map(templates::find).toList();
        return new View(
                all.stream().map(TemplateList::data).toList(),
                () -> {
                    Table table = Table.of("NAME", "LANGUAGE", "LOCATION");
                    all.forEach(template ->
                            table.row(template.name(), template.recipe().language(), location(template)));
                    return table.toString();
                },
                () -> names);
    }

    private static Map<String, @Nullable Object> data(Template template) {
        return Fields.of(
                "name", template.name(), "language", template.recipe().language(), "location", location(template));
    }

    private static String location(Template template) {
        return template.builtIn() ? "built in" : template.location();
    }
}
