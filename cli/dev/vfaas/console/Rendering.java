package dev.vfaas.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** Data as JSON and YAML text. Loaded only when one of them is asked for: data binding costs start-up time. */
final class Rendering {
    private final ObjectMapper mapper = new ObjectMapper();

    /** Indented by two blanks, without a final line feed. */
    String json(@Nullable Object data) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER))
                .withObjectIndenter(indenter)
                .withArrayIndenter(indenter);
        try {
            return mapper.writer(printer).writeValueAsString(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a result that has no JSON form", e);
        }
    }

    /** Block style, without a final line feed. */
    String yaml(@Nullable Object data) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setSplitLines(false);
        return new Yaml(options).dump(mapper.convertValue(data, Object.class)).stripTrailing();
    }
}
