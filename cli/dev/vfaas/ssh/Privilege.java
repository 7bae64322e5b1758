package dev.vfaas.ssh;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** How commands become root's on a server. */
sealed interface Privilege {
    /** One round trip that tells what there is: {@code root}, {@code none}, {@code free} or {@code password}. */
    Command DETECT = Command.script("if [ \"$(id -u)\" = 0 ]; then echo root;"
            + " elif ! command -v sudo >/dev/null 2>&1; then echo none;"
            + " elif sudo -n timeout 9 sh -c : 2>/dev/null; then echo free;"
            + " else echo password; fi");

    /** The line that runs {@code command} as root, and kills it at the deadline. */
    String line(Command command, Deadline deadline);

    /**
     * The line that runs {@code command} as the login user. timeout(1) ends it at the deadline on the server's side too: sshd lets nobody signal
     * root's processes, and the connection may be gone by then.
     */
    static String limited(Command command, Deadline deadline) {
        long seconds = Math.max(1, (deadline.left().toMillis() + 999) / 1000);
        return "timeout -k 5 " + seconds + " sh -c " + Command.quote(command.render());
    }

    /** What goes to standard input before the command's own. */
    default byte @Nullable [] input(byte @Nullable [] own) {
        return own;
    }

    /** The login user is root. */
    record Root() implements Privilege {
        @Override
        public String line(Command command, Deadline deadline) {
            return limited(command, deadline);
        }
    }

    /** sudo asks for nothing. */
    record FreeSudo() implements Privilege {
        @Override
        public String line(Command command, Deadline deadline) {
            return "sudo -n " + limited(command, deadline);
        }
    }

    /** sudo reads the password from standard input, always (-k), so that it never reaches the command's input. */
    record PasswordSudo(Secret password) implements Privilege {
        @Override
        public String line(Command command, Deadline deadline) {
            return "sudo -k -S -p '' " + limited(command, deadline);
        }

        @Override
        public byte[] input(byte @Nullable [] own) {
            byte[] first = (password.revealText() + "\n").getBytes(StandardCharsets.UTF_8);
            byte[] both = java.util.Arrays.copyOf(first, first.length + (own == null ? 0 : own.length));
            if (own != null) {
                System.arraycopy(own, 0, both, first.length, own.length);
            }
            return both;
        }
    }

    /** Why sudo with a password did not work. */
    static Failure refused(HostSettings host, String said) {
        String user = host.user() + " on " + host.hostName();
        if (said.contains("not in the sudoers") || said.contains("not allowed to")) {
            return failure(user + " may not use sudo")
                    .next("log in as root, or as root on the server: usermod -aG sudo " + host.user());
        }
        if (said.contains("must have a tty") || said.contains("a terminal is required")) {
            return failure("sudo of " + user + " wants a terminal (requiretty)")
                    .next("as root on the server: echo 'Defaults:" + host.user()
                            + " !requiretty' > /etc/sudoers.d/vfaas");
        }
        if (said.contains("incorrect password") || said.contains("Sorry, try again") || said.contains("try again")) {
            return failure("the sudo password of " + user + " is wrong").next("try again with --ask-sudo");
        }
        return failure("sudo of " + user + " does not work: "
                        + said.strip().lines().findFirst().orElse("no message"))
                .next("try on the server: sudo -v");
    }

    /** The user is not root and there is no sudo. */
    static Failure absent(HostSettings host) {
        return failure(host.user() + " on " + host.hostName() + " is not root and the server has no sudo")
                .next("log in as root: root@" + host.hostName() + ", or install sudo there");
    }

    /** sudo wants a password and nobody can be asked. */
    static Failure unasked(HostSettings host) {
        return failure("sudo of " + host.user() + " on " + host.hostName() + " wants a password")
                .next("give --ask-sudo in a terminal, or let " + host.user() + " use sudo without a password");
    }

    private static Failure failure(String message) {
        return Failure.of(ExitCode.AUTHENTICATION, message);
    }
}
