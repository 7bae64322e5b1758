package dev.vfaas.gateway.http;

import io.netty.handler.codec.http.HttpContent;
import io.netty.util.ReferenceCountUtil;

/** What a connection tells the handler of its current request; all calls come on the event loop, none after the answer is finished. */
public interface RequestSink {
    /** Drops the body. */
    RequestSink DISCARD = ReferenceCountUtil::release;

    /** A piece of the body, the last one as LastHttpContent; the sink owns it. */
    void content(HttpContent content);

    /** No more input for now: a good moment to flush what was passed on. */
    default void readComplete() {}

    /** The client's socket takes bytes again, or no longer; see {@link ClientConnection#isWritable}. */
    default void writabilityChanged() {}

    /** The connection is gone before the answer was finished. */
    default void clientGone() {}
}
