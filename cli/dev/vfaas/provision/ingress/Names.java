package dev.vfaas.provision.ingress;

import dev.vfaas.console.Failure;
import java.net.InetAddress;
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

    /** One name server: {@code 192.0.2.53}, {@code 192.0.2.53:5353}, {@code 2001:db8::53} or {@code [2001:db8::53]:5353}; a usage failure otherwise. */
    public static Names of(String server) {
        boolean bare = server.indexOf(':') != server.lastIndexOf(':') && !server.startsWith("[");
        int colon = bare ? -1 : server.lastIndexOf(':');
        boolean port = colon > server.lastIndexOf(']');
        String host = (port ? server.substring(0, colon) : server).replaceAll("^\\[|]$", "");
        String number = port ? server.substring(colon + 1) : "53";
        try {
            String literal = InetAddress.ofLiteral(host).getHostAddress();
            if (number.matches("[1-9][0-9]{0,4}") && Integer.parseInt(number) <= 65535) {
                return new Names("dns://" + (literal.contains(":") ? "[" + literal + "]" : literal) + ":" + number);
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw Failure.usage("--dns-server " + server + " is no address of a name server")
                .next("--dns-server 192.0.2.53, or with its port 192.0.2.53:5353");
    }

    /** The server as {@link #of} reads it; empty for those of this machine. */
    public String server() {
        return servers.replaceFirst("^dns:(//)?", "");
    }

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
                to.add(InetAddress.ofLiteral(text).getHostAddress());
            } catch (IllegalArgumentException e) {
                throw new NamingException("no address: " + text);
            }
        }
    }
}
