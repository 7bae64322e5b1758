package dev.vfaas.gateway.runtime.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How a process is made the leader of a session and process group of its own; the words of {@code prefix} come before its command. */
record GroupLeader(List<String> prefix) {

    /** Looks for {@code setsid} (Linux, BSD) and {@code perl} (macOS). */
    static GroupLeader find(Map<String, String> environment, Signals signals) {
        if (signals.supported()) {
            for (String folder : (environment.getOrDefault("PATH", "") + ":/usr/bin:/bin").split(File.pathSeparator)) {
                Path setsid = Path.of(folder, "setsid");
                if (!folder.isEmpty() && Files.isExecutable(setsid)) {
                    return new GroupLeader(List.of(setsid.toString()));
                }
            }
            Path perl = Path.of("/usr/bin/perl");
            if (Files.isExecutable(perl)) {
                return new GroupLeader(List.of(
                        perl.toString(), "-MPOSIX=setsid", "-e", "setsid(); exec { $ARGV[0] } @ARGV or exit 127;"));
            }
        }
        return new GroupLeader(List.of());
    }

    /** Whether commands get a group of their own. */
    boolean leads() {
        return !prefix.isEmpty();
    }

    /** The command line that runs {@code command} as a leader. */
    List<String> lead(List<String> command) {
        List<String> line = new ArrayList<>(prefix);
        line.addAll(command);
        return line;
    }
}
