package dev.vfaas.provision.preflight;

import dev.vfaas.provision.facts.Facts.Os;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The distributions a server may run, and until when each gets security updates without a subscription. */
final class SupportedSystems {
    private final Map<String, LocalDate> ends = new LinkedHashMap<>();

    SupportedSystems() {
        ends.put("ubuntu 20.04", LocalDate.of(2025, 5, 31));
        ends.put("ubuntu 22.04", LocalDate.of(2027, 4, 30));
        ends.put("ubuntu 24.04", LocalDate.of(2029, 4, 30));
        ends.put("debian 11", LocalDate.of(2026, 8, 31)); // Debian's LTS team
        ends.put("debian 12", LocalDate.of(2028, 6, 30));
        ends.put("debian 13", LocalDate.of(2030, 6, 30));
    }

    /** The last day of support; empty when the system is not one of ours. */
    Optional<LocalDate> endOf(Os os) {
        return Optional.ofNullable(ends.get(os.id() + " " + os.version()));
    }

    String names() {
        return "Ubuntu 20.04, 22.04 and 24.04, Debian 11, 12 and 13";
    }
}
