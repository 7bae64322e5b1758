/** The gateway's HTTP/1.1 server: connections, routing, authentication, and a request as blocking handlers see it. */
@NullMarked
package dev.vfaas.gateway.http;

import org.jspecify.annotations.NullMarked;
