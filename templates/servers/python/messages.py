"""HTTP/1.1 messages (RFC 9110, RFC 9112): reading requests, forming responses."""

import time

MAX_HEAD = 1 << 20  # bytes of request line and headers together
_MAX_LINE = 8192  # bytes of a chunk-size line
_CHUNK = 65536

_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_HEX = frozenset("0123456789abcdefABCDEF")
_ALLOWED_IN_HEAD = b"\t\r\n" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))

REASONS = {
    100: "Continue", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
    301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
    308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 413: "Content Too Large",
    415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
}  # fmt: skip


class Rejected(Exception):
    """A request that is answered by the server itself with this status, after which the connection closes."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


class Disconnected(Exception):
    """The peer closed the connection in the middle of a request."""


class Late(Exception):
    """The request was not received in time."""


class Headers:
    """Header fields by case-insensitive name.

    Repeated fields are joined by a comma, as RFC 9110 section 5.3 allows (cookies by a
    semicolon). Iterating yields (name, value) pairs, and `dict(headers)` works.
    """

    __slots__ = ("_fields",)

    def __init__(self):
        self._fields = {}

    def add(self, name, value):
        """Adds a field, or appends to the one of that name."""
        key = name.lower()
        known = self._fields.get(key)
        if known is not None:
            value = known + ("; " if key == "cookie" else ", ") + value
        self._fields[key] = value

    def get(self, name, default=None, type=None):
        """The value of that field, converted by `type` when given; the default when absent or not convertible."""
        value = self._fields.get(name.lower(), default)
        if type is None or value is default:
            return value
        try:
            return type(value)
        except ValueError:
            return default

    def getlist(self, name):
        """The values of a field that is a comma-separated list."""
        value = self._fields.get(name.lower())
        return [] if value is None else [part.strip() for part in value.split(",")]

    def __getitem__(self, name):
        return self._fields[name.lower()]

    def __contains__(self, name):
        return name.lower() in self._fields

    def __len__(self):
        return len(self._fields)

    def __iter__(self):
        return iter(self.items())

    def keys(self):
        """Names, written as Like-This."""
        return [name.title() for name in self._fields]

    def values(self):
        """Values in the order of keys()."""
        return list(self._fields.values())

    def items(self):
        """(name, value) pairs."""
        return list(zip(self.keys(), self.values()))

    def __repr__(self):
        return f"Headers({dict(self.items())!r})"


class Request:
    """One request. `target` is the path and query as sent; `body` is set once it has been read."""

    __slots__ = ("method", "target", "version", "headers", "body")

    def __init__(self, method, target, version, headers):
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.body = b""

    @property
    def path(self):
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query_string(self):
        """What follows the first question mark, or an empty string."""
        return self.target.partition("?")[2]

    @property
    def keep_alive(self):
        """Whether the client wants to use the connection again."""
        tokens = self.headers.get("connection", "").lower()
        return "close" not in tokens and (self.version == "HTTP/1.1" or "keep-alive" in tokens)


class Response:
    """What is sent back. `body` is bytes, or an iterable of bytes that is streamed as it is produced."""

    __slots__ = ("status", "headers", "body")

    def __init__(self, status=200, headers=(), body=b""):
        self.status = status
        self.headers = headers
        self.body = body

    @classmethod
    def text(cls, status, message, *headers):
        """A short plain-text answer."""
        return cls(status, (("Content-Type", "text/plain; charset=utf-8"), *headers), message.encode())


class Reader:
    """Reads requests from a socket; `deadline` (time.monotonic) bounds every read of the current request."""

    def __init__(self, sock):
        self._sock = sock
        self._buffer = bytearray()
        self.deadline = None

    def wait(self, timeout):
        """Waits for a request's first byte. False when the peer closes or stays silent that long (None: forever)."""
        if self._buffer:
            return True
        self._sock.settimeout(timeout)
        try:
            data = self._sock.recv(_CHUNK)
        except (TimeoutError, ConnectionError):
            return False
        self._buffer += data
        return bool(data)

    def head(self):
        """The next request, without its body."""
        while self._buffer[:2] == b"\r\n":  # RFC 9112 section 2.2: ignore empty lines before a request
            del self._buffer[:2]
        searched = 0
        while (end := self._buffer.find(b"\r\n\r\n", max(0, searched - 3))) < 0:
            searched = len(self._buffer)
            if searched > MAX_HEAD:
                raise Rejected(431, f"request line and headers exceed {MAX_HEAD} bytes")
            self._fill()
        if end > MAX_HEAD:
            raise Rejected(431, f"request line and headers exceed {MAX_HEAD} bytes")
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        return _parse(head)

    def body(self, request):
        """Reads the body of that request, whichever way it is framed."""
        length = body_length(request)
        request.body = self._chunked() if length is None else self._exactly(length)

    def buffered(self):
        """True when bytes of the next request have been received already."""
        return bool(self._buffer)

    def _fill(self):
        left = None if self.deadline is None else self.deadline - time.monotonic()
        if left is not None and left <= 0:
            raise Late
        self._sock.settimeout(left)
        try:
            data = self._sock.recv(_CHUNK)
        except TimeoutError:
            raise Late from None
        if not data:
            raise Disconnected
        self._buffer += data

    def _exactly(self, count):
        while len(self._buffer) < count:
            self._fill()
        data = bytes(memoryview(self._buffer)[:count])
        del self._buffer[:count]
        return data

    def _line(self):
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > _MAX_LINE:
                raise Rejected(400, "a line of the chunked body is too long")
            self._fill()
        line = self._buffer[:end].decode("latin-1")
        del self._buffer[: end + 2]
        return line

    def _chunked(self):
        parts = []
        while True:
            size = self._line().partition(";")[0].strip()
            if not size or len(size) > 15 or not _HEX.issuperset(size):
                raise Rejected(400, "the chunked body has a size that is no hexadecimal number")
            if (count := int(size, 16)) == 0:
                break
            parts.append(self._exactly(count))
            if self._exactly(2) != b"\r\n":
                raise Rejected(400, "a chunk of the body is longer than it says")
        trailers = 0
        while line := self._line():
            trailers += len(line)
            if trailers > MAX_HEAD:
                raise Rejected(431, "trailers are too large")
        return b"".join(parts)


def body_length(request):
    """Bytes of the body; None when it is chunked. Ambiguous framing is refused (RFC 9112 section 6.3)."""
    coding = request.headers.get("transfer-encoding")
    length = request.headers.get("content-length")
    if coding is not None:
        if length is not None or request.version != "HTTP/1.1":
            raise Rejected(400, "Transfer-Encoding cannot be combined with Content-Length or HTTP/1.0")
        if coding.strip().lower() != "chunked":
            raise Rejected(501, f"Transfer-Encoding {coding!r} is not supported")
        return None
    if length is None:
        return 0
    if not (length.isascii() and length.isdigit()) or len(length) > 18:
        raise Rejected(400, f"Content-Length {length!r} is not a number")
    return int(length)


def _parse(head):
    ends = head.count(b"\r\n")
    if head.translate(None, _ALLOWED_IN_HEAD) or head.count(b"\n") != ends or head.count(b"\r") != ends:
        raise Rejected(400, "control characters in the request line or a header")
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[0] or not _TOKEN.issuperset(parts[0]):
        raise Rejected(400, "malformed request line")
    method, target, version = parts
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise Rejected(505 if version.startswith("HTTP/") else 400, "speak HTTP/1.1 or HTTP/1.0")
    headers = Headers()
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or not _TOKEN.issuperset(name):
            raise Rejected(400, "malformed header")
        headers.add(name, value.strip(" \t"))
    if version == "HTTP/1.1" and "host" not in headers:
        raise Rejected(400, "the Host header is missing")
    return Request(method, _origin_form(target), version, headers)


def _origin_form(target):
    if target.startswith(("http://", "https://")):  # absolute form, as sent to proxies
        target = "/" + target.partition("://")[2].partition("/")[2]
    if not target.isascii() or not (target.startswith("/") or target == "*"):
        raise Rejected(400, "malformed request target")
    return target


def head_bytes(response, extra):
    """Status line and headers of a response, with the server's own headers; refuses names and values that could
    forge further headers (ValueError)."""
    lines = [f"HTTP/1.1 {response.status} {REASONS.get(response.status, 'Status')}"]
    for name, value in (*response.headers, *extra):
        value = str(value)
        if not name or not _TOKEN.issuperset(name) or "\r" in value or "\n" in value or "\0" in value:
            raise ValueError(f"not a valid header: {name!r}: {value!r}")
        lines.append(f"{name}: {value}")
    lines.append(f"Date: {_date(int(time.time()))}\r\n\r\n")
    return "\r\n".join(lines).encode("latin-1", "replace")


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _date(seconds):
    t = time.gmtime(seconds)  # not strftime: its names depend on the locale a handler may set
    return (
        f"{_DAYS[t.tm_wday]}, {t.tm_mday:02} {_MONTHS[t.tm_mon - 1]} {t.tm_year} "
        f"{t.tm_hour:02}:{t.tm_min:02}:{t.tm_sec:02} GMT"
    )
