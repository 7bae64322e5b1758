"""What a handler returned, as a Response."""

from .messages import Response

TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
BINARY = "application/octet-stream"
JSON = "application/json"


def respond(result, text_type):
    """The response for a handler's result: a body, or (body, status), (body, headers), (body, status, headers).

    Text is sent as `text_type` unless the headers say otherwise. A framework's response object that offers status_code,
    headers and get_data() (Flask's, Werkzeug's) is taken as it is.
    """
    if isinstance(result, Response):
        return result
    if isinstance(result, tuple):
        body, code, fields = _unpack(result)
    elif hasattr(result, "status_code") and hasattr(result, "get_data"):
        body, code, fields = result.get_data(), result.status_code, result.headers
    else:
        body, code, fields = result, 200, ()
    data, content_type = encode(body, text_type)
    return build(code, fields, data, content_type)


def build(code, fields, data, content_type):
    """A response with these headers; the content type is added if they have none, the framing headers are the
    server's own business."""
    pairs = header_pairs(fields)
    names = {name.lower() for name, _ in pairs}
    pairs = [pair for pair in pairs if pair[0].lower() not in ("content-length", "transfer-encoding", "connection")]
    if "content-type" not in names and content_type is not None:
        pairs.append(("Content-Type", content_type))
    return Response(status(code), pairs, data)


def encode(body, text_type):
    """(bytes or an iterable of bytes, content type). Text is UTF-8 in which undecodable bytes of the request, carried
    as surrogates, become those bytes again."""
    if body is None:
        return b"", text_type
    if isinstance(body, str):
        return body.encode("utf-8", "surrogateescape"), text_type
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body), BINARY
    if isinstance(body, (dict, list)):
        import json

        return json.dumps(body).encode(), JSON
    if isinstance(body, (bool, int, float)):
        return str(body).encode(), text_type
    if hasattr(body, "get_data") and hasattr(body, "status_code"):
        return body.get_data(), body.headers.get("Content-Type")
    if hasattr(body, "__iter__"):
        return _Encoded(body), text_type
    hint = ": async handlers are not supported" if hasattr(body, "__await__") else ""
    raise TypeError(f"the handler returned {type(body).__name__}, which is no response body{hint}")


def status(code):
    """A status as a number; text such as "404 Not Found" is understood."""
    number = int(str(code).split(" ", 1)[0])
    if not 200 <= number <= 599:
        raise ValueError(f"the handler returned status {code}, which is not in 200..599")
    return number


def header_pairs(fields):
    """(name, value) pairs of a dict, whose values may be lists, or of a sequence of pairs."""
    if not fields:
        return []
    items = fields.items() if hasattr(fields, "items") else fields
    return [(str(n), v) for n, value in items for v in (value if isinstance(value, (list, tuple)) else (value,))]


def _unpack(result):
    if len(result) == 3:
        return result
    if len(result) == 2:
        body, second = result
        return (body, 200, second) if isinstance(second, (dict, list, tuple)) else (body, second, ())
    raise TypeError("a handler's tuple is (body, status), (body, headers) or (body, status, headers)")


class _Encoded:
    """Encodes a stream's text parts as they come."""

    def __init__(self, parts):
        self._parts = parts
        self._iterator = iter(parts)

    def __iter__(self):
        return self

    def __next__(self):
        part = next(self._iterator)
        return part.encode("utf-8", "surrogateescape") if isinstance(part, str) else bytes(part)

    def close(self):
        for source in (self._iterator, self._parts):
            close = getattr(source, "close", None)
            if close is not None:
                close()
