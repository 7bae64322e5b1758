package dev.vfaas.provision.ingress;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What K3s's Traefik is told, as objects of Kubernetes. Pure.
 *
 * @param namespace where the stack's Service {@code gateway} is
 */
record Routes(Domain domain, String namespace) {
    /** Where a pod of Traefik's tells which settings it was started with. */
    static final String ANNOTATION = "vfaas.dev/settings";

    private static final String ROOTS = "/vfaas-acme";

    /**
     * Values for Traefik's chart. Arguments of the program itself mean the same in all versions of the chart. The volume keeps certificates and
     * the account, so that a new pod asks for none. There is one certificate resolver at a time: a certificate that another one holds for the same
     * name would keep Traefik from asking for its own, and Traefik would serve either of the two.
     */
    String traefik() {
        return authority() + """
                apiVersion: helm.cattle.io/v1
                kind: HelmChartConfig
                metadata:
                  name: traefik
                  namespace: kube-system
                  labels: {app.kubernetes.io/managed-by: vfaas}
                spec:
                  failurePolicy: abort
                  valuesContent: |-
                    deployment:
                      podAnnotations: {%1$s: %2$s}
                %3$s""".formatted(ANNOTATION, settings(), values());
    }

    /** What a pod's {@link #ANNOTATION} says when it runs with these settings. */
    String settings() {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256")
                    .digest((values() + domain.authority().roots()).getBytes(StandardCharsets.UTF_8));
            return "sha256-" + HexFormat.of().formatHex(sum).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private String values() {
        String text = """
                persistence:
                  enabled: true
                  size: 128Mi
                  path: /data
                updateStrategy:
                  type: Recreate
                  rollingUpdate: null
                additionalArguments:
                  - --certificatesresolvers.vfaas.acme.email=%1$s
                  - --certificatesresolvers.vfaas.acme.storage=/data/%2$s
                  - --certificatesresolvers.vfaas.acme.caserver=%3$s
                  - --certificatesresolvers.vfaas.acme.httpchallenge.entrypoint=web
                """.formatted(
                domain.email(), domain.authority().storage(), domain.authority().directory());
        if (!domain.authority().roots().isEmpty()) {
            text += """
                    envFrom:
                      - configMapRef: {name: vfaas-acme}
                    volumes:
                      - {name: vfaas-acme-roots, mountPath: %s, type: configMap}
                    """.formatted(ROOTS);
        }
        return text.indent(4);
    }

    /** What Traefik's client of ACME reads from its environment, and the file it names; nothing for an authority that every system trusts. */
    private String authority() {
        if (domain.authority().roots().isEmpty()) {
            return "";
        }
        return """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: vfaas-acme
                  namespace: kube-system
                  labels: {app.kubernetes.io/managed-by: vfaas}
                data:
                  LEGO_CA_CERTIFICATES: %1$s/roots.pem
                  LEGO_CA_SYSTEM_CERT_POOL: "true"
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: vfaas-acme-roots
                  namespace: kube-system
                  labels: {app.kubernetes.io/managed-by: vfaas}
                data:
                  roots.pem: |
                %2$s---
                """.formatted(ROOTS, domain.authority().roots().indent(4));
    }

    /**
     * The routes themselves; what they do not name answers 404: the gateway's /metrics, /v2, /ui and, unless asked for, /system.
     *
     * @param certificate whether the route asks for a certificate when there is none
     */
    String routes(boolean certificate) {
        return """
                apiVersion: traefik.io/v1alpha1
                kind: TLSOption
                metadata:
                  name: vfaas
                  namespace: %1$s
                  labels: {app.kubernetes.io/managed-by: vfaas}
                spec:
                  minVersion: VersionTLS12
                  cipherSuites:
                    - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                    - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
                    - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
                    - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
                    - TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
                    - TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
                ---
                apiVersion: traefik.io/v1alpha1
                kind: Middleware
                metadata:
                  name: vfaas-https
                  namespace: %1$s
                  labels: {app.kubernetes.io/managed-by: vfaas}
                spec:
                  redirectScheme: {scheme: https, permanent: true}
                ---
                apiVersion: traefik.io/v1alpha1
                kind: IngressRoute
                metadata:
                  name: vfaas-http
                  namespace: %1$s
                  labels: {app.kubernetes.io/managed-by: vfaas}
                spec:
                  entryPoints: [web]
                  routes:
                    - kind: Rule
                      match: "Host(`%2$s`)"
                      middlewares: [{name: vfaas-https}]
                      services: [{name: gateway, port: 8080}]
                ---
                apiVersion: traefik.io/v1alpha1
                kind: IngressRoute
                metadata:
                  name: vfaas
                  namespace: %1$s
                  labels: {app.kubernetes.io/managed-by: vfaas}
                spec:
                  entryPoints: [websecure]
                  routes:
                    - kind: Rule
                      match: "Host(`%2$s`) && (%3$s)"
                      services: [{name: gateway, port: 8080}]
                  tls:
                    options: {name: vfaas, namespace: %1$s}
                """.formatted(namespace, domain.name(), paths())
                + (certificate ? """
                    certResolver: vfaas
                    domains: [{main: %s}]
                """.formatted(domain.name()).indent(0) : "");
    }

    private String paths() {
        String functions = "PathPrefix(`/function/`) || PathPrefix(`/async-function/`) || Path(`/healthz`)";
        return domain.api() ? functions + " || PathPrefix(`/system/`)" : functions;
    }
}
