package dev.vfaas.openfaas;

import javax.net.SocketFactory;

/** A way to a gateway other than a connection of this machine to the address in its URL, for example through SSH. */
public interface Way {
    /** Makes sockets that lead to the gateway, whatever address they are told to connect to. */
    SocketFactory sockets();

    /** Whether it is known to have broken, so that what was under way was lost. */
    boolean broken();

    /** Where it leads, for messages: {@code 10.43.0.80:8080 on root@203.0.113.10}. */
    String text();

    /** The server it leads through, as vfaas's commands take it: {@code root@203.0.113.10}. */
    String server();

    /** The server with the option that names its private key, if it needs one: what to type after commands that log in to it. */
    String login();
}
