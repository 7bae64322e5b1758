package dev.vfaas.command;

import dev.vfaas.openfaas.LogMessage;
import java.time.DateTimeException;
import java.time.OffsetDateTime;

/** How one line of a function's log is shown, in the forms of OpenFaaS's CLI. */
final class LogLine {
    private final LogsCommand.Form form;
    private final boolean showName;
    private final boolean showInstance;
    private final GoTimeLayout layout;
    private final boolean showTime;

    LogLine(LogsCommand.Form form, boolean showName, boolean showInstance, String timeFormat) {
        this.form = form;
        this.showName = showName;
        this.showInstance = showInstance;
        this.showTime = !timeFormat.isEmpty();
        this.layout = new GoTimeLayout(timeFormat);
    }

    String format(LogMessage message) {
        return switch (form) {
            case plain -> plain(message);
            case keyvalue -> keyValue(message);
            case json -> json(message);
        };
    }

    private String plain(LogMessage message) {
        StringBuilder line = new StringBuilder();
        if (showTime) {
            line.append(time(message)).append(' ');
        }
        if (showName) {
            line.append(message.name()).append(' ');
        }
        if (showInstance) {
            line.append('(').append(message.instance()).append(") ");
        }
        return line.append(message.text().stripTrailing()).toString();
    }

    private String keyValue(LogMessage message) {
        StringBuilder line = new StringBuilder();
        if (showTime) {
            line.append("timestamp=\"").append(time(message)).append("\" ");
        }
        if (showName) {
            line.append("name=\"").append(message.name()).append("\" ");
        }
        if (showInstance) {
            line.append("instance=\"").append(message.instance()).append("\" ");
        }
        return line.append("text=\"")
                .append(message.text().stripTrailing())
                .append('"')
                .toString();
    }

    private static String json(LogMessage message) {
        return "{\"name\":" + quoted(message.name()) + ",\"namespace\":"
                + quoted(message.namespace() == null ? "" : message.namespace()) + ",\"instance\":"
                + quoted(message.instance()) + ",\"timestamp\":" + quoted(message.timestamp()) + ",\"text\":"
                + quoted(message.text()) + "}";
    }

    private static String quoted(String text) {
        return '"'
                + String.valueOf(com.fasterxml.jackson.core.io.JsonStringEncoder.getInstance()
                        .quoteAsString(text))
                + '"';
    }

    private String time(LogMessage message) {
        try {
            return layout.format(OffsetDateTime.parse(message.timestamp()).toInstant());
        } catch (DateTimeException e) {
            return message.timestamp(); // a provider with a format of its own
        }
    }
}
