package dev.vfaas.provision.ingress;

import java.util.Hashtable;
import java.util.SortedSet;
import java.util.TreeSet;
import javax.naming.CommunicationException;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;

/**
 * Asks the DNS itself: no hosts file and no cache of this machine's C library stands between, so that the answer is the one the certificate
 * authority's resolver may get.
 *
 * @param servers {@code dns://192.0.2.53:53}, several separated by blanks; {@code dns:} for those of this machine
 */
public record Names(String servers) {
    /** The name servers this machine uses. */
    public static final Names OF_THIS_MACHINE = new Names("dns:");

    /**
     * A name's addresses.
     *
     * @param trouble why there is no answer; empty when there is one, also when it says that the name does not exist
     */
    public record Answer(SortedSet<String> addresses, String trouble) {}

    /** Addresses of both families; CNAME records are followed by the name server. */
    @SuppressWarnings("BanJNDI") // the DNS provider gives texts; it makes no objects of what it is answered
    public Answer addresses(String name) {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        environment.put(Context.PROVIDER_URL, servers);
        environment.put("com.sun.jndi.dns.timeout.initial", "1500");
        environment.put("com.sun.jndi.dns.timeout.retries", "2");
        SortedSet<String> addresses = new TreeSet<>();
        try {
            InitialDirContext context = new InitialDirContext(environment);
            try {
                for (String type : new String[] {"A", "AAAA"}) {
                    add(context.getAttributes(name + ".", new String[] {type}).get(type), addresses);
                }
            } catch (NameNotFoundException e) {
                return new Answer(addresses, "");
            } finally {
                context.close();
            }
            return new Answer(addresses, "");
        } catch (CommunicationException e) {
            return new Answer(addresses, "no name server answered: " + e.getMessage());
        } catch (NamingException e) {
            return new Answer(addresses, "the name server answered: " + e.getMessage());
        }
    }

    private static void add(@org.jspecify.annotations.Nullable Attribute records, SortedSet<String> to)
            throws NamingException {
        for (int i = 0; records != null && i < records.size(); i++) {
            String text = String.valueOf(records.get(i));
            try {
                to.add(java.net.InetAddress.ofLiteral(text).getHostAddress());
            } catch (IllegalArgumentException e) {
                throw new NamingException("no address: " + text);
            }
        }
    }
}
