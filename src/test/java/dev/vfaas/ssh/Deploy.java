package dev.vfaas.ssh;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A user "deploy" with the password "sesame" who exists only for one sshd: in a mount namespace of its own, whose passwd, shadow, group and sudoers
 * files are the test's. Needs root.
 */
final class Deploy {
    static final String PASSWORD = "sesame";

    private Deploy() {}

    /** An sshd on which {@code user} may use sudo as {@code sudoers} says; null takes sudo away. */
    static Sshd sshd(Path folder, String sudoers) throws IOException {
        boolean possible = System.getProperty("user.name").equals("root")
                && Files.isExecutable(Path.of("/usr/bin/unshare"))
                && Files.isExecutable(Path.of("/usr/bin/sudo"));
        if (!possible && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("needs root, unshare and sudo");
        }
        assumeTrue(possible, "needs root, unshare and sudo");
        // sshd reads authorized_keys as the user.
        for (Path path = folder; path != null && path.getNameCount() > 1; path = path.getParent()) {
            Files.createDirectories(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path home = Files.createDirectories(folder.resolve("home-of-deploy"));
        String hash = Sshd.run("openssl", "passwd", "-6", PASSWORD).strip();
        write(
                folder.resolve("passwd"),
                Files.readString(Path.of("/etc/passwd")) + "deploy:x:4242:4242::" + home + ":/bin/sh\n",
                "rw-r--r--");
        write(
                folder.resolve("shadow"),
                Files.readString(Path.of("/etc/shadow")) + "deploy:" + hash + ":20000:0:99999:7:::\n",
                "rw-------");
        write(folder.resolve("group"), Files.readString(Path.of("/etc/group")) + "deploy:x:4242:\n", "rw-r--r--");
        write(folder.resolve("sudoers"), sudoers == null ? "" : "root ALL=(ALL) ALL\n" + sudoers + "\n", "r--r-----");
        write(folder.resolve("nothing"), "", "rw-r--r--");
        Sshd.run("chown", "4242:4242", home.toString());
        StringBuilder namespace = new StringBuilder("set -e; mount --make-rprivate /\n");
        for (String file : new String[] {"passwd", "shadow", "group", "sudoers"}) {
            namespace.append("mount --bind '" + folder.resolve(file) + "' /etc/" + file + "\n");
        }
        if (sudoers == null) {
            namespace.append("mount --bind '" + folder.resolve("nothing") + "' /usr/bin/sudo\n");
        }
        return Sshd.start(folder, "", "unshare", "-m", "sh", "-c", namespace + "exec \"$@\"", "sh");
    }

    private static void write(Path file, String text, String mode) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
