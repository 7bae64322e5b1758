package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.image.ImageReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What to type when a function's new version does not serve, by the reason its pod gives. */
final class Remedy {
    private static final Pattern PULLED = Pattern.compile("ErrImagePull|ImagePullBackOff|InvalidImageName");
    private static final Pattern REFUSED = Pattern.compile(
            "(?i)\\b40[13]\\b|unauthorized|forbidden|denied|authorization failed|insufficient_scope|no basic auth");
    private static final Pattern ABSENT = Pattern.compile("(?i)not found|manifest unknown|\\b404\\b");
    private static final Pattern UNTRUSTED = Pattern.compile("(?i)x509|certificate");
    private static final Pattern PLAIN = Pattern.compile("(?i)http response to https client");

    private Remedy() {}

    /** The next command, for a function that was deployed with this image. */
    static String of(String reason, String function, String image, @Nullable String namespace) {
        String there = namespace == null || namespace.isEmpty() ? "" : " -n " + namespace;
        boolean pulled = PULLED.matcher(reason).find();
        String host;
        try {
            host = pulled ? ImageReference.parse(image).host() : null;
        } catch (Failure e) { // another tool may have deployed it, or the name was given on the command line
            return "mend the image's name, then the same command again: " + e.text();
        }
        if (host == null) {
            return reason.contains("exceeded quota")
                    ? "ask for less under limits and requests, or raise the quota: kubectl get resourcequota"
                            + (there.isEmpty() ? " -n openfaas-fn" : there)
                    : "vfaas logs " + function + there + " --tail=false";
        }
        if (UNTRUSTED.matcher(reason).find()) {
            return "every server must know the authority of " + host
                    + ": its certificate into /usr/local/share/ca-certificates, update-ca-certificates, systemctl restart k3s";
        }
        if (PLAIN.matcher(reason).find()) {
            return "tell every server that " + host
                    + " speaks plain http: a mirror in /etc/rancher/k3s/registries.yaml, systemctl restart k3s";
        }
        if (REFUSED.matcher(reason).find()) {
            return "vfaas registry login " + host + " -u USER" + there + ", then the same command again";
        }
        if (ABSENT.matcher(reason).find()) {
            return "put the image there (vfaas push), or mend its name";
        }
        return "vfaas describe " + function + there;
    }
}
