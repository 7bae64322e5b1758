package dev.vfaas.ssh;

import dev.vfaas.console.Environment;
import java.nio.file.Path;

/** What the tokens of ssh_config(5) stand for. */
record Tokens(Environment environment, String typedHost, String hostName, int port, String user, String localUser) {
    /** A file's path with its tokens and a leading {@code ~/} replaced. */
    Path path(String text) {
        return environment.resolve(expand(text));
    }

    /** The text with %h, %n, %p, %r, %u, %d and %% replaced; others stay. */
    String expand(String text) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '%' || i + 1 == text.length()) {
                result.append(text.charAt(i));
                continue;
            }
            char token = text.charAt(++i);
            result.append(
                    switch (token) {
                        case 'h' -> hostName;
                        case 'n' -> typedHost;
                        case 'p' -> Integer.toString(port);
                        case 'r' -> user;
                        case 'u' -> localUser;
                        case 'd' -> environment.home().toString();
                        case '%' -> "%";
                        default -> "%" + token;
                    });
        }
        return result.toString();
    }
}
