"""How a node joins: it shows the token and gets its credentials. K3s serves this on 6443; here it has a port of its own."""
import hashlib
import hmac
import http.client
import http.server
import json
import ssl
import threading
import time
import urllib.parse

import certificates
import datastore
import paths
from children import log


class Join(http.server.BaseHTTPRequestHandler):
    """GET /cacerts; POST /v1-testbed/ROLE with the password as basic auth's and {node, address} as the body."""

    password = ""
    changes = threading.Lock()

    def do_GET(self):
        self.answer(200, paths.read(certificates.CA)) if self.path == "/cacerts" else self.answer(404, "")

    def do_POST(self):
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given, self.password):
            self.answer(401, "Unauthorized")
            return
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.changes:
            self.answer(200, json.dumps(self.bundle(asked["node"], asked["address"], f"https://{asked['server']}:6443")))

    def bundle(self, node, address, server):
        if self.path.endswith("/server"):
            return {"members": datastore.add_member(node, address)}
        return {"ca": paths.read(certificates.CA),
                "kubelet": certificates.kubeconfig(f"node-{node}", f"/O=system:nodes/CN=system:node:{node}", server),
                "proxy": certificates.kubeconfig(f"proxy-{node}", "/CN=system:kube-proxy", server)}

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def listen(password):
    Join.password = password
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{paths.TLS}/serving-kube-apiserver.crt", f"{paths.TLS}/serving-kube-apiserver.key")
    server = http.server.ThreadingHTTPServer(("", paths.SUPERVISOR_PORT), Join)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def fetch(url, token, role, node, address, children):
    """Asks until the server answers; a refused token is said each time, as K3s does."""
    host = urllib.parse.urlsplit(url).hostname
    while True:
        children.check()
        try:
            ca = ask(host, "GET", "/cacerts", None, {})
            if token.startswith("K10") and token[3:].split("::")[0] != hashlib.sha256(ca.encode()).hexdigest():
                raise OSError("token CA hash does not match the Cluster CA certificate hash")
            body = json.dumps({"node": node, "address": address, "server": host})
            return json.loads(ask(host, "POST", f"/v1-testbed/{role}", body, {"Authorization": "Bearer " + token.rsplit(":", 1)[-1]}, ca))
        except (OSError, http.client.HTTPException) as e:
            log(f"Waiting to retrieve {role} configuration; server is not ready: {url}: {e}", "error")
            time.sleep(2)


def ask(host, method, path, body, headers, ca=None):
    context = ssl.create_default_context(cadata=ca) if ca else ssl._create_unverified_context()
    connection = http.client.HTTPSConnection(host, paths.SUPERVISOR_PORT, timeout=10, context=context)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    if response.status != 200:
        raise OSError(f"{response.status} {text}")
    return text
