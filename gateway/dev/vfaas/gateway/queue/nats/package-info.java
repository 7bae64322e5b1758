/** The queue of asynchronous calls that several gateways share, in NATS JetStream. */
@NullMarked
package dev.vfaas.gateway.queue.nats;

import org.jspecify.annotations.NullMarked;
