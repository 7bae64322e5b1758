package dev.vfaas.provision.k3s;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;

/** A machine K3s has a binary for. */
public enum Architecture {
    AMD64("amd64", "k3s"),
    ARM64("arm64", "k3s-arm64"),
    ARM("arm", "k3s-armhf");

    private final String label;
    private final String binary;

    Architecture(String label, String binary) {
        this.label = label;
        this.binary = binary;
    }

    /** What {@code uname -m} calls so; a preflight failure for a machine K3s has no binary for. */
    public static Architecture of(String machine) {
        return switch (machine) {
            case "x86_64", "amd64" -> AMD64;
            case "aarch64", "arm64" -> ARM64;
            case "armv7l", "armv6l", "arm" -> ARM;
            default ->
                throw Failure.of(ExitCode.PREFLIGHT, "K3s has no release for this machine: uname -m says " + machine);
        };
    }

    /** The file name of the binary in a release. */
    String binary() {
        return binary;
    }

    /** The file name of the list of checksums in a release. */
    String sums() {
        return "sha256sum-" + label + ".txt";
    }

    /** The file names the archive of images may have in a release, the smallest first. */
    java.util.List<String> images() {
        String stem = "k3s-airgap-images-" + label + ".tar";
        return java.util.List.of(stem + ".zst", stem + ".gz", stem);
    }
}
