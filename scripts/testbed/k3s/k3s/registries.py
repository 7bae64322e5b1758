"""registries.yaml in containerd's words: mirrors with endpoints, TLS, logins. `rewrite` is not honoured: containerd has none."""
import json
import os
import shutil

import yaml

import paths

HOSTS = f"{paths.AGENT}/etc/containerd/certs.d"


def configure():
    """Writes hosts.toml files and returns what belongs into config.toml."""
    shutil.rmtree(HOSTS, ignore_errors=True)
    if not os.path.exists(paths.REGISTRIES):
        return ""
    content = yaml.safe_load(paths.read(paths.REGISTRIES)) or {}
    configs = content.get("configs") or {}
    for name, mirror in (content.get("mirrors") or {}).items():
        folder = "_default" if name == "*" else name
        text = "" if name == "*" else f'server = "https://{name}"\n'
        for endpoint in (mirror or {}).get("endpoint") or []:
            host = endpoint.split("://", 1)[-1].split("/")[0]
            text += f'[host."{endpoint}"]\n  capabilities = ["pull", "resolve"]\n' + tls(configs.get(host) or configs.get(name) or {})
        paths.write(f"{HOSTS}/{folder}/hosts.toml", text)
    for name, config in configs.items():
        if name not in (content.get("mirrors") or {}) and (config or {}).get("tls"):
            paths.write(f"{HOSTS}/{name}/hosts.toml", f'[host."https://{name}"]\n  capabilities = ["pull", "resolve"]\n' + tls(config))
    logins = ""
    for name, config in configs.items():
        auth = (config or {}).get("auth")
        if auth:
            logins += f'  [plugins."io.containerd.grpc.v1.cri".registry.configs."{name}".auth]\n'
            logins += "".join(f"    {key} = {json.dumps(str(value))}\n" for key, value in auth.items() if key in ("username", "password", "auth", "identitytoken"))
    return logins


def tls(config):
    settings = config.get("tls") or {}
    text = ""
    if settings.get("insecure_skip_verify"):
        text += "  skip_verify = true\n"
    if settings.get("ca_file"):
        text += f'  ca = {json.dumps(settings["ca_file"])}\n'
    if settings.get("cert_file"):
        text += f'  client = [[{json.dumps(settings["cert_file"])}, {json.dumps(settings["key_file"])}]]\n'
    return text
