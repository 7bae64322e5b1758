package dev.vfaas.provision.ingress;

/**
 * What K3s's Traefik is told, as objects of Kubernetes. Pure.
 *
 * @param namespace where the stack's Service {@code gateway} is
 * @param production whether the route uses the authority's production service; else its staging service
 */
record Routes(Domain domain, String namespace, boolean production) {
    /** Names of Traefik's certificate resolvers. */
    static final String STAGING = "vfaas-staging";

    static final String PRODUCTION = "vfaas";
    private static final String STAGING_URL = "https://acme-staging-v02.api.letsencrypt.org/directory";

    /**
     * Values for Traefik's chart. Arguments of the program itself mean the same in all versions of the chart. The volume keeps certificates and
     * the account, so that a new pod asks for none.
     */
    String traefik() {
        return """
                apiVersion: helm.cattle.io/v1
                kind: HelmChartConfig
                metadata:
                  name: traefik
                  namespace: kube-system
                  labels: {app.kubernetes.io/managed-by: vfaas}
                spec:
                  failurePolicy: abort
                  valuesContent: |-
                    persistence:
                      enabled: true
                      size: 128Mi
                      path: /data
                    updateStrategy:
                      type: Recreate
                      rollingUpdate: null
                    additionalArguments:
                      - --certificatesresolvers.%1$s.acme.email=%3$s
                      - --certificatesresolvers.%1$s.acme.storage=/data/acme.json
                      - --certificatesresolvers.%1$s.acme.httpchallenge.entrypoint=web
                      - --certificatesresolvers.%2$s.acme.email=%3$s
                      - --certificatesresolvers.%2$s.acme.storage=/data/acme-staging.json
                      - --certificatesresolvers.%2$s.acme.caserver=%4$s
                      - --certificatesresolvers.%2$s.acme.httpchallenge.entrypoint=web
                """.formatted(PRODUCTION, STAGING, domain.email(), STAGING_URL);
    }

    /** The routes themselves; what they do not name answers 404: the gateway's /metrics, /v2, /ui and, unless asked for, /system. */
    String routes() {
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
                    certResolver: %4$s
                    domains: [{main: %2$s}]
                    options: {name: vfaas, namespace: %1$s}
                """.formatted(namespace, domain.name(), paths(), production ? PRODUCTION : STAGING);
    }

    private String paths() {
        String functions = "PathPrefix(`/function/`) || PathPrefix(`/async-function/`) || Path(`/healthz`)";
        return domain.api() ? functions + " || PathPrefix(`/system/`)" : functions;
    }
}
