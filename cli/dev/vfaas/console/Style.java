package dev.vfaas.console;

/** Colours and weights of text on a terminal (ECMA-48 SGR); none when colour is off. */
public enum Style {
    BOLD("1"),
    DIM("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33"),
    CYAN("36");

    private final String code;

    Style(String code) {
        this.code = code;
    }

    /** {@code text} in this style when {@code colour} is on, else {@code text} itself. */
    public String paint(String text, boolean colour) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
