"""One client connection: reads requests, calls the handler, writes responses."""

import socket
import sys
import time

from .config import duration
from .lifecycle import Exchange
from .messages import Disconnected, Late, Reader, Rejected, Response, body_length, head_bytes

_KEEP_IDLE = 120.0  # seconds an unused connection is kept; longer than the clients in front of functions keep theirs
_LINGER = 1.0  # seconds to let a client read an answer that came before it had sent everything
_DISCARD = 65536  # bytes of an unwanted body that are read to keep the connection
_PREVIEW = 512  # bytes of a body shown by write_debug


class Connection:
    """Serves requests of one socket until either side closes it; runs in a thread of its own."""

    def __init__(self, sock, config, lifecycle, watch, handler):
        self._sock = sock
        self._config = config
        self._lifecycle = lifecycle
        self._watch = watch
        self._handler = handler
        self._reader = Reader(sock)

    def run(self):
        """The whole life of the connection."""
        with self._sock:
            try:
                idle = self._config.read_timeout
                while self._reader.wait(idle) and self._request():
                    idle = _KEEP_IDLE
            except (OSError, Disconnected):
                pass  # the client went away or does not read: nobody is left to tell

    def _request(self):
        """Reads and answers one request. False when the connection cannot be used again."""
        self._lifecycle.enter()
        try:
            timeout = self._config.read_timeout
            self._reader.deadline = None if timeout is None else time.monotonic() + timeout
            request = None
            try:
                request = self._reader.head()
                return self._route(request)
            except Rejected as rejected:
                return self._refuse(request, rejected.status, str(rejected))
            except Late:
                return self._refuse(request, 408, "the request was not received within read_timeout")
        finally:
            self._lifecycle.leave()

    def _route(self, request):
        if request.path in ("/_/health", "/_/ready"):
            self._reader.body(request)
            return self._send(request, self._probe(request), time.monotonic()).again
        if not self._lifecycle.begin_call():
            return self._refuse_call(request)
        try:
            return self._call(request)
        finally:
            self._lifecycle.end_call()

    def _probe(self, request):
        if request.method not in ("GET", "HEAD"):
            return Response.text(405, "use GET", ("Allow", "GET, HEAD"))
        if self._lifecycle.draining:
            return Response.text(503, "draining")
        if request.path == "/_/ready" and self._lifecycle.full:
            return Response.text(429, "as many calls are running as max_inflight allows")
        return Response.text(200, "OK")

    def _call(self, request):
        if request.headers.get("expect", "").lower() == "100-continue" and body_length(request) != 0:
            self._sock.settimeout(self._config.write_timeout)
            self._sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._reader.body(request)
        started = time.monotonic()
        if self._config.write_debug:
            self._log(f"{request.method} {request.target} - body {_preview(request.body)}")
        limit = self._limit(request)
        if limit is None:
            return self._answer(request, started, None)
        exchange = Exchange(started + limit, lambda claimed: self._expire(request, started, limit, claimed))
        self._watch.add(exchange)
        try:
            return self._answer(request, started, exchange)
        finally:
            self._watch.remove(exchange)

    def _answer(self, request, started, exchange):
        try:
            response = self._handler(request)
            body = response.body if isinstance(response.body, bytes) else _Stream(response.body)
            head_bytes(response, ())  # an invalid header is the handler's failure, too
        except BaseException as error:  # SystemExit too: one call must not end the server
            _report(error)
            response, body = Response.text(500, "The function failed; the reason is in its log."), None
        if exchange is not None and not exchange.claim():
            return False
        if body is not None:
            response.body = body
        sent = self._send(request, response, started)
        self._access(request, response.status, sent.length, started)
        return sent.again

    def _send(self, request, response, started):
        body = response.body
        streamed = not isinstance(body, bytes)
        again = request.keep_alive and not self._lifecycle.draining
        bodiless = request.method == "HEAD" or response.status in (204, 304)
        chunked = streamed and request.version == "HTTP/1.1" and not bodiless
        extra = [("X-Duration-Seconds", f"{time.monotonic() - started:.6f}")]
        if chunked:
            extra.append(("Transfer-Encoding", "chunked"))
        elif not streamed and response.status not in (204, 304):
            extra.append(("Content-Length", len(body)))
        elif not bodiless:
            again = False  # HTTP/1.0: the end of the connection ends the body
        if not again or request.version == "HTTP/1.0":
            extra.append(("Connection", "keep-alive" if again else "close"))
        head = head_bytes(response, extra)
        self._sock.settimeout(self._config.write_timeout)
        if bodiless:
            self._sock.sendall(head)
            if streamed:
                body.close()
            return _Sent(0, again)
        if not streamed:
            if len(body) <= _DISCARD:
                self._sock.sendall(head + body)
            else:
                self._sock.sendall(head)
                self._sock.sendall(body)
            if self._config.write_debug:
                self._log(f"{request.method} {request.target} - response body {_preview(body)}")
            return _Sent(len(body), again)
        self._sock.sendall(head)
        return self._stream(body, chunked, again)

    def _stream(self, body, chunked, again):
        length = 0
        try:
            for part in body:
                self._sock.sendall(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
                length += len(part)
            if chunked:
                self._sock.sendall(b"0\r\n\r\n")
        except OSError:
            raise  # the client went away
        except BaseException as error:
            # The status is out already: a body that stops without its end tells the client that it is incomplete.
            _report(error)
            return _Sent(length, False)
        finally:
            body.close()
        return _Sent(length, again)

    def _limit(self, request):
        """Seconds this call may take: exec_timeout, or less when the caller says so in X-Timeout."""
        limit = self._config.exec_timeout
        asked = request.headers.get("x-timeout")
        if asked:
            try:
                asked = duration(asked)
                return asked if limit is None else min(limit, asked)
            except ValueError:
                pass  # not ours to refuse: the header may mean something to the handler
        return limit

    def _expire(self, request, started, limit, claimed):
        """Called by the watch, once, when the handler has run longer than it may."""
        try:
            if claimed:
                message = f"the function did not answer within {limit:g}s (exec_timeout)"
                extra = [("Content-Length", len(message)), ("Connection", "close")]
                extra.append(("X-Duration-Seconds", f"{time.monotonic() - started:.6f}"))
                response = Response.text(504, message)
                data = b"" if request.method == "HEAD" else response.body
                self._sock.send(head_bytes(response, extra) + data)
                self._access(request, 504, len(data), started)
                self._sock.shutdown(socket.SHUT_WR)
            else:
                self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the client went away

    def _refuse_call(self, request):
        started = time.monotonic()
        response = Response.text(429, "as many calls are running as max_inflight allows; try again")
        length = body_length(request)
        if length is not None and length <= _DISCARD and request.headers.get("expect") is None:
            self._reader.body(request)
            sent = self._send(request, response, started)
            self._access(request, 429, sent.length, started)
            return sent.again
        return self._refuse(request, 429, response.body.decode())

    def _refuse(self, request, status, why):
        """Answers a request that was not read to its end, so the connection cannot be used again."""
        response = Response.text(status, why)
        extra = [("Content-Length", len(response.body)), ("Connection", "close"), ("X-Duration-Seconds", "0")]
        head = head_bytes(response, extra)
        self._sock.settimeout(self._config.write_timeout)
        self._sock.sendall(head if request is not None and request.method == "HEAD" else head + response.body)
        if request is not None:
            self._access(request, status, len(response.body), time.monotonic())
        elif self._config.log_requests:
            self._log(f"- - {status} - {why}")
        self._linger()
        return False

    def _linger(self):
        """Closing with unread input makes the kernel drop what the client has not read yet: let it read first."""
        self._sock.shutdown(socket.SHUT_WR)
        until = time.monotonic() + _LINGER
        while (left := until - time.monotonic()) > 0:
            self._sock.settimeout(left)
            if not self._sock.recv(_DISCARD):
                return

    def _access(self, request, status, length, started):
        if self._config.log_requests:
            call = request.headers.get("x-call-id")
            line = f"{request.method} {request.target} - {status} - {length}B ({time.monotonic() - started:.4f}s)"
            self._log(f"{line} [{call}]" if call else line)

    def _log(self, line):
        sys.stderr.write(line + "\n")


class _Sent:
    __slots__ = ("length", "again")

    def __init__(self, length, again):
        self.length = length
        self.again = again


class _Stream:
    """An iterable of bytes whose first part is taken at once, so that a generator that fails at its beginning is still
    answered with a 500. Empty parts are skipped: an empty chunk would end the body."""

    def __init__(self, parts):
        self._parts = parts
        self._iterator = iter(parts)
        self._first = next(self._iterator, b"")

    def __iter__(self):
        if self._first:
            yield self._first
        self._first = None
        for part in self._iterator:
            if part:
                yield part

    def close(self):
        """Lets a generator or file release what it holds."""
        for source in (self._iterator, self._parts):
            close = getattr(source, "close", None)
            if close is not None:
                close()


def _preview(body):
    shown = repr(body[:_PREVIEW])[1:]
    return f"{len(body)}B {shown}{'...' if len(body) > _PREVIEW else ''}"


def _report(error):
    """Writes a handler's traceback to stderr in one piece, without the server's own frames."""
    import traceback  # slow to import and seldom needed

    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None and _is_ours(trace.tb_frame.f_globals):
        trace = trace.tb_next
    sys.stderr.write("".join(traceback.format_exception(type(error), error, trace)))
    sys.stderr.flush()


def _is_ours(module):
    return module["__name__"] == "__main__" or module.get("__package__") == __package__
