"""Runs function/handler.py: handle(event, context)."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.join(HERE, "deps")]

from server import serve  # noqa: E402
from server.handlers import load  # noqa: E402
from server.results import HTML, build, encode, respond  # noqa: E402


class Query(dict):
    """Query parameters: the first value of each name; getlist(name) gives all of them."""

    def __init__(self, text):
        self._lists = {}
        if text:
            from urllib.parse import parse_qsl  # slow to import, and most requests have no query

            for name, value in parse_qsl(text, keep_blank_values=True):
                self._lists.setdefault(name, []).append(value)
        super().__init__((name, values[0]) for name, values in self._lists.items())

    def get(self, name, default=None, type=None):
        """The first value, converted by `type` when given; the default when absent or not convertible."""
        if name not in self:
            return default
        try:
            return self[name] if type is None else type(self[name])
        except ValueError:
            return default

    def getlist(self, name):
        """All values of that name, in the order of the query."""
        return list(self._lists.get(name, ()))

    def to_dict(self, flat=True):
        """A plain dict: of first values, or of lists when not flat."""
        return dict(self) if flat else {name: list(values) for name, values in self._lists.items()}


class Event:
    """The request: body (bytes), headers, method, query and path."""

    def __init__(self, request):
        self.body = request.body
        self.headers = request.headers
        self.method = request.method
        self.query = Query(request.query_string)
        self.path = _decoded(request.path)


class Context:
    """Where the function runs: hostname."""

    def __init__(self, hostname):
        self.hostname = hostname


def _decoded(path):
    if "%" not in path:
        return path
    from urllib.parse import unquote

    return unquote(path)


def _response(result):
    """A dict with statusCode, body or headers is a response; any other dict is JSON."""
    if isinstance(result, dict) and not result.keys().isdisjoint(("statusCode", "body", "headers")):
        data, content_type = encode(result.get("body"), HTML)
        return build(result.get("statusCode", 200), result.get("headers"), data, content_type)
    return respond(result, HTML)


def _adapt():
    handle = load()
    context = Context(os.environ.get("HOSTNAME", "localhost"))
    return lambda request: _response(handle(Event(request), context))


if __name__ == "__main__":
    serve(_adapt)
