package dev.vfaas.command;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Instants in UTC in a layout of Go's time package: the reference time 2006-01-02T15:04:05 written as the output shall look, or the name of a layout. */
final class GoTimeLayout {
    private static final Map<String, String> NAMED = Map.ofEntries(
            Map.entry("ansic", "Mon Jan _2 15:04:05 2006"),
            Map.entry("unixdate", "Mon Jan _2 15:04:05 MST 2006"),
            Map.entry("rubydate", "Mon Jan 02 15:04:05 -0700 2006"),
            Map.entry("rfc822", "02 Jan 06 15:04 MST"),
            Map.entry("rfc822z", "02 Jan 06 15:04 -0700"),
            Map.entry("rfc850", "Monday, 02-Jan-06 15:04:05 MST"),
            Map.entry("rfc1123", "Mon, 02 Jan 2006 15:04:05 MST"),
            Map.entry("rfc1123z", "Mon, 02 Jan 2006 15:04:05 -0700"),
            Map.entry("rfc3339", "2006-01-02T15:04:05Z07:00"),
            Map.entry("rfc3339nano", "2006-01-02T15:04:05.000000000Z07:00"));

    private static final Map<String, String> ELEMENTS = Map.ofEntries(
            Map.entry("January", "MMMM"),
            Map.entry("Jan", "MMM"),
            Map.entry("Monday", "EEEE"),
            Map.entry("Mon", "EEE"),
            Map.entry("MST", "'UTC'"),
            Map.entry("2006", "yyyy"),
            Map.entry("06", "yy"),
            Map.entry("01", "MM"),
            Map.entry("02", "dd"),
            Map.entry("_2", "ppd"),
            Map.entry("15", "HH"),
            Map.entry("03", "hh"),
            Map.entry("04", "mm"),
            Map.entry("05", "ss"),
            Map.entry("PM", "a"),
            Map.entry("Z07:00", "XXX"),
            Map.entry("-07:00", "xxx"),
            Map.entry("-0700", "xx"));

    private static final Pattern ELEMENT = Pattern.compile(
            "January|Jan|Monday|Mon|MST|2006|Z07:00|-07:00|-0700|01|02|03|04|05|06|_2|15|PM|(?<fraction>[.,](?:0+|9+)(?!\\d))");

    private final DateTimeFormatter formatter;

    /** A layout, or the lower-case name of one. */
    GoTimeLayout(String layout) {
        String text = NAMED.getOrDefault(layout.toLowerCase(Locale.ROOT), layout);
        StringBuilder pattern = new StringBuilder();
        Matcher element = ELEMENT.matcher(text);
        int end = 0;
        while (element.find()) {
            quote(pattern, text.substring(end, element.start()));
            String fraction = element.group("fraction");
            if (fraction == null) {
                pattern.append(ELEMENTS.get(element.group()));
            } else {
                quote(pattern, fraction.substring(0, 1));
                pattern.repeat("S", fraction.length() - 1);
            }
            end = element.end();
        }
        quote(pattern, text.substring(end));
        formatter = DateTimeFormatter.ofPattern(pattern.toString(), Locale.ENGLISH);
    }

    private static void quote(StringBuilder pattern, String text) {
        if (!text.isEmpty()) {
            pattern.append('\'').append(text.replace("'", "''")).append('\'');
        }
    }

    String format(Instant instant) {
        return formatter.format(instant.atOffset(ZoneOffset.UTC));
    }
}
