package dev.vfaas.provision.firewall;

import dev.vfaas.console.Failure;
import java.net.InetAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port that is open besides those vfaas needs, written {@code PORT/PROTOCOL[@FROM]}: {@code 25/tcp}, {@code 9100/tcp@192.0.2.0/24}.
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param from an address or a network in CIDR notation; empty for the whole world
 */
public record OpenPort(int port, String protocol, String from) {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,5})(?:/(tcp|udp))?(?:@([0-9A-Fa-f.:]+)(?:/(\\d{1,3}))?)?");

    /** Reads the form above; the protocol is {@code tcp} unless said. Anything else is a usage failure. */
    public static OpenPort parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()
                || Integer.parseInt(matcher.group(1)) < 1
                || Integer.parseInt(matcher.group(1)) > 65535) {
            throw wrong(text);
        }
        String address = matcher.group(3) == null ? "" : matcher.group(3);
        String length = matcher.group(4);
        if (!address.isEmpty()) {
            int bits = bits(address, text);
            if (length != null && Integer.parseInt(length) > bits) {
                throw wrong(text);
            }
        }
        return new OpenPort(
                Integer.parseInt(matcher.group(1)),
                matcher.group(2) == null ? "tcp" : matcher.group(2),
                length == null ? address : address + "/" + length);
    }

    /** How many bits an address has; a literal needs no name service. */
    private static int bits(String address, String text) {
        try {
            return InetAddress.ofLiteral(address).getAddress().length * 8;
        } catch (IllegalArgumentException e) {
            throw wrong(text);
        }
    }

    private static Failure wrong(String text) {
        return Failure.usage("--allow-port " + text + " is no port")
                .next("write PORT, PORT/udp or PORT/tcp@NETWORK, for example 9100/tcp@192.0.2.0/24");
    }

    /** Whether {@link #from} is an IPv6 address or network. */
    boolean six() {
        return from.contains(":");
    }

    @Override
    public String toString() {
        return port + "/" + protocol + (from.isEmpty() ? "" : "@" + from);
    }
}
