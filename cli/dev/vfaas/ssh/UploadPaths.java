package dev.vfaas.ssh;

/**
 * Where one upload's file lies until it is in place.
 *
 * @param destination absolute
 * @param root whether the login itself is root's and writes beside the destination
 * @param random what tells this upload's names from others'
 */
record UploadPaths(String destination, boolean root, String random) {
    /** The destination's folder, with the slash. */
    String folder() {
        return destination.substring(0, destination.lastIndexOf('/') + 1);
    }

    /** The temporary name beside the destination. */
    String beside() {
        return folder() + "." + destination.substring(folder().length()) + ".vfaas-" + random;
    }

    /** On a disk: /tmp may be a part of the memory, too small for a big file. */
    String privateFolder() {
        return "/var/tmp/.vfaas-" + random;
    }

    /** The file that is written over SFTP. */
    String written() {
        return root ? beside() : privateFolder() + "/upload";
    }
}
