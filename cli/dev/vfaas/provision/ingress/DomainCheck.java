package dev.vfaas.provision.ingress;

import static dev.vfaas.provision.preflight.Finding.block;
import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.provision.preflight.Finding;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Whether a domain leads to a server: asked before anything is changed, since a certificate that cannot come counts against the authority's limits. */
public final class DomainCheck {
    private final Names names;

    public DomainCheck(Names names) {
        this.names = names;
    }

    /**
     * Asks the DNS.
     *
     * @param server the server's addresses, also those by which this machine reaches it
     * @param strict whether a wrong answer forbids the work
     */
    public Finding check(String domain, Collection<String> server, boolean strict) {
        SortedSet<String> own = new TreeSet<>();
        server.forEach(address -> canonical(address, own));
        Names.Answer answer = names.addresses(domain);
        if (!answer.trouble().isEmpty()) {
            return found(
                    strict, domain + ": " + answer.trouble(), "check this machine's name servers, or --skip-dns-check");
        }
        if (answer.addresses().isEmpty()) {
            return found(strict, domain + " has no address in the DNS", records(domain, own));
        }
        List<String> foreign = answer.addresses().stream()
                .filter(address -> !own.contains(address))
                .toList();
        if (!foreign.isEmpty()) {
            return found(
                    strict,
                    domain + " leads to " + String.join(", ", foreign) + ", the server has " + String.join(", ", own),
                    records(domain, own)
                            + "; a record of either family that leads elsewhere must go. Behind a proxy of another company: --skip-dns-check");
        }
        return pass("T-DNS", "domain", domain + " leads to " + String.join(", ", answer.addresses()));
    }

    private static Finding found(boolean strict, String evidence, String fix) {
        return strict ? block("T-DNS", "domain", evidence, fix) : warn("T-DNS", "domain", evidence, fix);
    }

    private static String records(String domain, SortedSet<String> own) {
        String address = own.stream()
                .min(Comparator.comparing((String candidate) -> inner(InetAddress.ofLiteral(candidate)))
                        .thenComparing(candidate -> candidate.contains(":")))
                .orElse("ADDRESS");
        return "where the domain is managed, set: " + domain + ". " + (address.contains(":") ? "AAAA " : "A ") + address
                + ", and try again when the old record has expired";
    }

    /** Whether the world cannot reach it: RFC 1918, and RFC 4193 for IPv6. */
    private static boolean inner(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address.isSiteLocalAddress() || (bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc);
    }

    /** Pods' and link-local addresses are no use to the world. */
    private static void canonical(String address, SortedSet<String> to) {
        try {
            InetAddress parsed = InetAddress.ofLiteral(address);
            boolean cluster = address.startsWith("10.42.") || address.startsWith("10.43.");
            if (!cluster && !parsed.isLinkLocalAddress() && !parsed.isLoopbackAddress()) {
                to.add(parsed.getHostAddress());
            }
        } catch (IllegalArgumentException e) {
            // A name that could not be resolved.
        }
    }
}
