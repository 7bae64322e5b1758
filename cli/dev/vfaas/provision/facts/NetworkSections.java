package dev.vfaas.provision.facts;

import dev.vfaas.provision.facts.Facts.Listener;
import dev.vfaas.provision.facts.Facts.Network;
import dev.vfaas.provision.facts.Facts.Route;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sections about the network: what {@code ss}, {@code ip} and proc_net(5) print. */
final class NetworkSections {
    private static final Pattern PROGRAM = Pattern.compile("users:\\(\\(\"([^\"]*)\"");
    private static final String TCP_LISTEN = "0A";

    private final Sections s;

    NetworkSections(Sections sections) {
        this.s = sections;
    }

    Network network() {
        return new Network(addresses(), listeners(), firewalls(), routes());
    }

    private List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        for (String section : List.of("addresses", "addresses6")) {
            for (String line : s.lines(section)) {
                String[] words = line.split("\\s+");
                if (words.length > 3 && !words[1].equals("lo")) {
                    addresses.add(words[3].replaceAll("/.*", ""));
                }
            }
        }
        return List.copyOf(addresses);
    }

    private List<Listener> listeners() {
        Set<Listener> listeners = new LinkedHashSet<>();
        for (String line : s.lines("listeners")) {
            String[] words = line.split("\\s+");
            int colon = words.length > 4 ? words[4].lastIndexOf(':') : -1;
            if (colon > 0) {
                Matcher program = PROGRAM.matcher(line);
                listeners.add(new Listener(
                        words[0],
                        words[4].substring(0, colon).replaceAll("[\\[\\]]|%.*", ""),
                        (int) FactsParser.number(words[4].substring(colon + 1)),
                        program.find() ? program.group(1) : ""));
            }
        }
        for (String line : s.lines("sockets")) {
            String[] words = line.split("\\s+");
            int colon = words.length > 4 ? words[2].lastIndexOf(':') : -1;
            boolean tcp = words[0].startsWith("tcp");
            if (colon > 0 && (!tcp || words[4].equals(TCP_LISTEN))) {
                listeners.add(
                        new Listener(tcp ? "tcp" : "udp", "", Integer.parseInt(words[2].substring(colon + 1), 16), ""));
            }
        }
        return List.copyOf(listeners);
    }

    private Set<String> firewalls() {
        Set<String> firewalls = new LinkedHashSet<>();
        if (s.has("ufw")) {
            firewalls.add("ufw");
        }
        if (s.lines("units").contains("firewalld active")) {
            firewalls.add("firewalld");
        }
        if (firewalls.isEmpty() && FactsParser.number(s.line("nft")) > 0) {
            firewalls.add("nft");
        }
        return firewalls;
    }

    private List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (String line : s.lines("routes")) {
            String[] words = line.split("\\s+");
            int device = List.of(words).indexOf("dev");
            String destination = words[0].equals("blackhole") && words.length > 1 ? words[1] : words[0];
            routes.add(new Route(destination, device > 0 && device + 1 < words.length ? words[device + 1] : ""));
        }
        return List.copyOf(routes);
    }
}
