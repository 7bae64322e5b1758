package dev.vfaas.command;

import dev.vfaas.provision.k3s.Cluster.Node;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the nodes of a cluster are logged in to.
 *
 * @param server how the person names one server of the cluster
 * @param given how the person names others, by the node's name in small letters
 */
record NodeHosts(String server, Map<String, String> given) {
    /** With the names of nodes as a person typed them. */
    static NodeHosts said(String server, Map<String, String> typed) {
        Map<String, String> given = new TreeMap<>();
        typed.forEach((node, host) -> given.put(node.toLowerCase(Locale.ROOT), host));
        return new NodeHosts(server, given);
    }

    /** As the person said, else the address the cluster knows, with the user of {@link #server}. */
    String of(Node node) {
        String said = given.get(node.name().toLowerCase(Locale.ROOT));
        if (said != null) {
            return said;
        }
        String address = node.addresses().split(" ")[0];
        String user = server.contains("@") ? server.substring(0, server.lastIndexOf('@') + 1) : "";
        return user + (address.contains(":") ? "[" + address + "]" : address);
    }
}
