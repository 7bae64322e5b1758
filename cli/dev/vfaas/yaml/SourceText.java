package dev.vfaas.yaml;

import dev.vfaas.console.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A text with the name errors give it, and where its lines begin. Immutable. */
public final class SourceText {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final String name;
    private final String text;
    private final List<Integer> lineStarts;
    private final boolean surrogates;

    /** A text of that name; a byte order mark at its start is left out. */
    public SourceText(String name, String text) {
        this.name = name;
        this.text = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
        this.lineStarts = lineStarts(this.text);
        this.surrogates = this.text.chars().anyMatch(c -> Character.isSurrogate((char) c));
    }

    /** Decodes UTF-8 strictly. Throws a usage failure that names the first line that is not UTF-8. */
    public static SourceText decode(String name, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            return new SourceText(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(in)
                            .toString());
        } catch (CharacterCodingException e) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw Failure.usage(name + ":" + line + ": the file is not UTF-8 text")
                    .next("save " + name + " as UTF-8")
                    .because(e);
        }
    }

    private static List<Integer> lineStarts(String text) {
        List<Integer> starts = new ArrayList<>();
        starts.add(0);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean lineEnds = c == '\n' || (c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n'));
            if (lineEnds) {
                starts.add(i + 1);
            }
        }
        return starts;
    }

    /** How errors name it. */
    public String name() {
        return name;
    }

    /** The whole text. */
    public String text() {
        return text;
    }

    /** The place of a char offset; one behind the end is the end. */
    public Position position(int offset) {
        int at = Math.clamp(offset, 0, text.length());
        int found = Collections.binarySearch(lineStarts, at);
        int line = found >= 0 ? found : -found - 2;
        int start = lineStarts.get(line);
        return new Position(line + 1, (surrogates ? text.codePointCount(start, at) : at - start) + 1);
    }

    /** A line without its line end; lines that do not exist are empty. */
    public String line(int number) {
        if (number < 1 || number > lineStarts.size()) {
            return "";
        }
        int start = lineStarts.get(number - 1);
        int end = start;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        return text.substring(start, end);
    }
}
