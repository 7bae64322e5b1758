package dev.vfaas.gateway.metrics;

/**
 * Writes Prometheus's text format, version 0.0.4. Written here because OpenFaaS has a counter without the suffix {@code _total}, which the client
 * libraries refuse to write.
 */
public final class TextExposition {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder out = new StringBuilder(4096);

    /** Begins a family of samples. */
    public void family(String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    /** One sample; {@code labels} alternate name and value. */
    public void sample(String name, long value, String... labels) {
        begin(name, labels);
        out.append(value).append('\n');
    }

    /** One sample; {@code labels} alternate name and value. */
    public void sample(String name, double value, String... labels) {
        begin(name, labels);
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            out.append((long) value);
        } else {
            out.append(value);
        }
        out.append('\n');
    }

    private void begin(String name, String... labels) {
        out.append(name);
        for (int i = 0; i < labels.length; i += 2) {
            out.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            escape(labels[i + 1]);
            out.append('"');
        }
        out.append(labels.length == 0 ? " " : "} ");
    }

    private void escape(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(c);
            }
        }
    }

    /** All that was written. */
    String text() {
        return out.toString();
    }
}
