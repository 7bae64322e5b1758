package dev.vfaas.provision.k3s;

/**
 * A file of a release that is put on a host.
 *
 * @param file its name in the release
 * @param path where it goes
 * @param mode octal permissions
 */
record Artefact(String file, String path, int mode) {
    static final String INSTALL_SCRIPT = "install.sh";
    static final String BINARY_PATH = "/usr/local/bin/k3s";
    static final String INSTALL_PATH = "/var/lib/vfaas/k3s/install.sh";
    static final String IMAGES_FOLDER = "/var/lib/rancher/k3s/agent/images/";

    static Artefact binary(Architecture architecture) {
        return new Artefact(architecture.binary(), BINARY_PATH, 0755);
    }

    static Artefact installScript() {
        return new Artefact(INSTALL_SCRIPT, INSTALL_PATH, 0700);
    }

    static Artefact images(String file) {
        return new Artefact(file, IMAGES_FOLDER + file, 0644);
    }

    /** Whether the release's list of checksums names it; the install script is no file of a release. */
    boolean listed() {
        return !file.equals(INSTALL_SCRIPT);
    }
}
