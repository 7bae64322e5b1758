package dev.vfaas.provision.preflight;

import java.util.Optional;

/** An IPv4 network in CIDR notation (RFC 4632). */
record Cidr(int address, int prefix) {
    /** Empty when {@code text} is not one, for example {@code default}. A lone address is a network of one. */
    static Optional<Cidr> parse(String text) {
        String[] halves = text.split("/", 2);
        String[] bytes = halves[0].split("\\.");
        try {
            int prefix = halves.length == 2 ? Integer.parseInt(halves[1]) : 32;
            if (bytes.length != 4 || prefix < 0 || prefix > 32) {
                return Optional.empty();
            }
            int address = 0;
            for (String part : bytes) {
                address = address << 8 | Integer.parseInt(part);
            }
            return Optional.of(new Cidr(address, prefix));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Whether the two have an address in common. */
    boolean overlaps(Cidr other) {
        int bits = Math.min(prefix, other.prefix);
        int mask = bits == 0 ? 0 : -1 << (32 - bits);
        return (address & mask) == (other.address & mask);
    }
}
