package dev.vfaas.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** A script that completes command and option names, made of the commands themselves. It calls nothing while completing. */
final class CompletionScript {
    /** The shells there are scripts for. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    private final CommandLine root;
    private final Map<String, Candidates> words = new LinkedHashMap<>();

    /** What may follow a command. */
    private record Candidates(String commands, String options) {}

    CompletionScript(CommandLine root) {
        this.root = root;
        collect("", root);
    }

    private void collect(String path, CommandLine command) {
        List<String> options = new ArrayList<>();
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!option.hidden()) {
                options.addAll(Arrays.asList(option.names()));
            }
        }
        words.put(path, new Candidates(String.join(" ", command.getSubcommands().keySet()), String.join(" ", options)));
        command.getSubcommands().forEach((name, sub) -> collect(path.isEmpty() ? name : path + " " + name, sub));
    }

    String text(Shell shell) {
        return switch (shell) {
            case bash -> bash();
            case zsh -> "#compdef vfaas\nautoload -U +X bashcompinit && bashcompinit\n" + bash();
            case fish -> fish();
        };
    }

    private String bash() {
        StringBuilder script = new StringBuilder("""
                # Completion of vfaas for bash
                _vfaas() {
                  local current=${COMP_WORDS[COMP_CWORD]} path= commands= options= word i
                  for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    case "${path:+$path }$word" in
                """);
        words.keySet().stream()
                .filter(path -> !path.isEmpty())
                .forEach(path -> script.append("      \"")
                        .append(path)
                        .append("\") path=\"")
                        .append(path)
                        .append("\" ;;\n"));
        script.append("    esac\n  done\n  case \"$path\" in\n");
        words.forEach((path, candidates) -> script.append("    \"")
                .append(path)
                .append("\") commands=\"")
                .append(candidates.commands())
                .append("\" options=\"")
                .append(candidates.options())
                .append("\" ;;\n"));
        return script.append("""
                  esac
                  if [[ $current == -* ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$current"))
                  else
                    COMPREPLY=($(compgen -W "$commands" -- "$current"))
                    [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$current"))
                  fi
                }
                complete -o filenames -F _vfaas vfaas""").toString();
    }

    private String fish() {
        StringBuilder script = new StringBuilder("# Completion of vfaas for fish");
        root.getSubcommands().forEach((name, command) -> {
            script.append("\ncomplete -c vfaas -n __fish_use_subcommand -a ")
                    .append(name)
                    .append(" -d ")
                    .append(quoted(command));
            command.getSubcommands()
                    .forEach((sub, subcommand) -> script.append("\ncomplete -c vfaas -n '__fish_seen_subcommand_from ")
                            .append(name)
                            .append("' -a ")
                            .append(sub)
                            .append(" -d ")
                            .append(quoted(subcommand)));
            for (OptionSpec option : command.getCommandSpec().options()) {
                if (!option.hidden()) {
                    script.append("\ncomplete -c vfaas -n '__fish_seen_subcommand_from ")
                            .append(name)
                            .append('\'');
                    for (String option1 : option.names()) {
                        script.append(
                                option1.startsWith("--")
                                        ? " -l " + option1.substring(2)
                                        : " -s " + option1.substring(1));
                    }
                }
            }
        });
        return script.toString();
    }

    private static String quoted(CommandLine command) {
        String[] description = command.getCommandSpec().usageMessage().description();
        return "'" + (description.length == 0 ? "" : description[0].replace("'", "\\'")) + "'";
    }
}
