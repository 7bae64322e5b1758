"""The HTTP server of the Python templates: standard library only, quick to start.

A template calls `serve(load)`; `load` imports the handler and returns a function
`(Request) -> Response`. What the server promises its platform (ports, probes, timeouts,
draining) is listed in the README beside this file.

Start-up time is part of every cold start, so modules that are slow to import
(http.server, email, inspect, re, urllib.parse) are avoided or imported when first needed.
"""

from .listener import serve

__all__ = ["serve"]
