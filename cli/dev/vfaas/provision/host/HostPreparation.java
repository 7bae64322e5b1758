package dev.vfaas.provision.host;

import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.FilesStep;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.ManagedFile;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.ssh.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kernel modules and settings that containers and their network need: as files for every start of the host, and now. */
public final class HostPreparation extends FilesStep {
    private static final String MODULES = "/etc/modules-load.d/90-vfaas.conf";
    private static final String SETTINGS = "/etc/sysctl.d/90-vfaas.conf";
    private static final List<String> NEEDED = List.of("br_netfilter", "overlay");
    private static final String REMEMBERED = "sysctl.";
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    /** Prints each module that is not loaded and can be, and each setting that is lower than wanted and can be changed. */
    private static final String LOOK = """
            for module in br_netfilter overlay; do
              [ -d /sys/module/$module ] || ! modprobe -nq $module 2>/dev/null || echo "module $module"
            done
            """;

    private static final String SET = """
            for module in br_netfilter overlay; do [ -d /sys/module/$module ] || modprobe -q $module 2>/dev/null || true; done
            while [ $# -gt 0 ]; do
              file=/proc/sys/$(echo "$1" | tr . /)
              if [ -w "$file" ]; then
                now=$(cat "$file")
                if [ "$now" -lt "$2" ]; then echo "$2" > "$file"; fi
              fi
              shift 2
            done
            """;

    private final Map<String, Long> settings;

    public HostPreparation() {
        this(settings());
    }

    private HostPreparation(Map<String, Long> settings) {
        super(
                "host-preparation",
                Phase.HOST,
                "preparing kernel modules and settings",
                List.of(
                        ManagedFile.text(MODULES, String.join("\n", NEEDED) + "\n", 0644),
                        ManagedFile.text(SETTINGS, text(settings), 0644)));
        this.settings = settings;
    }

    private static Map<String, Long> settings() {
        Map<String, Long> settings = new LinkedHashMap<>();
        settings.put("net.ipv4.ip_forward", 1L);
        settings.put("fs.inotify.max_user_instances", 1024L);
        settings.put("fs.inotify.max_user_watches", 524_288L);
        return settings;
    }

    private static String text(Map<String, Long> settings) {
        StringBuilder text = new StringBuilder("# Written by vfaas up; vfaas down removes it.\n");
        settings.forEach(
                (name, value) -> text.append(name).append(" = ").append(value).append('\n'));
        return text.toString();
    }

    @Override
    public List<Question> questions() {
        List<Question> questions = new ArrayList<>(super.questions());
        StringBuilder look = new StringBuilder(LOOK);
        settings.forEach((name, value) -> {
            String file = "/proc/sys/" + name.replace('.', '/');
            look.append("if [ -w ")
                    .append(file)
                    .append(" ] && [ \"$(cat ")
                    .append(file)
                    .append(")\" -lt ");
            look.append(value)
                    .append(" ]; then echo \"setting ")
                    .append(name)
                    .append(" $(cat ")
                    .append(file)
                    .append(")\"; fi\n");
        });
        questions.add(new Question.OfScript(id(), look.toString()));
        return questions;
    }

    @Override
    public List<Change> plan(Planning planning) {
        List<Change> changes = new ArrayList<>(super.plan(planning));
        for (String line : planning.observed().answer(id()).output().lines().toList()) {
            String[] words = line.split(" ", 2);
            if (words[0].equals("module")) {
                changes.add(new Change.OfAction("load the kernel module " + words[1]));
            } else if (words[0].equals("setting")) {
                String name = words[1].split(" ")[0];
                changes.add(new Change.OfAction("set " + name + " = " + settings.get(name)));
            }
        }
        return changes;
    }

    @Override
    public Map<String, String> before(Planning planning) {
        Map<String, String> values = new LinkedHashMap<>();
        planning.observed()
                .answer(id())
                .output()
                .lines()
                .map(line -> line.split(" "))
                .forEach(words -> {
                    if (words[0].equals("setting") && words.length == 3) {
                        values.put(REMEMBERED + words[1], words[2]);
                    }
                });
        return values;
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        super.apply(changes, execution);
        if (changes.stream().noneMatch(Change.OfAction.class::isInstance)) {
            return;
        }
        List<String> arguments = new ArrayList<>();
        settings.forEach((name, value) -> arguments.addAll(List.of(name, String.valueOf(value))));
        execution.run(Command.script(SET, arguments.toArray(String[]::new)), DEADLINE);
        execution.requireNothingLeft(this);
    }

    /** Puts the settings back that were changed. Modules stay loaded: others may use them by now. */
    @Override
    public void undo(Execution execution) {
        StringBuilder script = new StringBuilder();
        List<String> arguments = new ArrayList<>();
        settings.keySet()
                .forEach(name -> execution.state().value(REMEMBERED + name).ifPresent(value -> {
                    arguments.add("/proc/sys/" + name.replace('.', '/'));
                    arguments.add(value);
                }));
        if (!arguments.isEmpty()) {
            script.append("while [ $# -gt 0 ]; do if [ -w \"$1\" ]; then echo \"$2\" > \"$1\"; fi; shift 2; done");
            execution.run(Command.script(script.toString(), arguments.toArray(String[]::new)), DEADLINE);
        }
    }

    @Override
    public List<String> undoes(HostState state) {
        return settings.keySet().stream()
                .filter(name -> state.value(REMEMBERED + name).isPresent())
                .map(name -> "setting " + name + " goes back to "
                        + state.value(REMEMBERED + name).orElse(""))
                .toList();
    }
}
