package dev.vfaas.command;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The subcommands by name. Each is made only when it is invoked, or when all of them are shown: making and reflecting over all of them would cost
 * more than most commands take.
 */
public final class Commands {
    private final Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    private final Map<String, String> aliases = new LinkedHashMap<>();

    /** All commands of the tool, working in {@code session}. */
    public Commands(Session session) {
        add("up", () -> new UpCommand(session));
        add("deploy", () -> new DeployCommand(session));
        add("build", () -> new BuildCommand(session));
        add("push", () -> new PushCommand(session));
        add("new", () -> new NewCommand(session));
        add("list", () -> new ListCommand(session), "ls");
        add("top", () -> new TopCommand(session));
        add("describe", () -> new DescribeCommand(session));
        add("invoke", () -> new InvokeCommand(session));
        add("logs", () -> new LogsCommand(session));
        add("scale", () -> new ScaleCommand(session));
        add("ready", () -> new ReadyCommand(session));
        add("remove", () -> new RemoveCommand(session), "rm", "delete");
        add(
                "secret",
                () -> new CommandLine(new SecretCommand())
                        .addSubcommand(new SecretCreateCommand(session))
                        .addSubcommand(new SecretUpdateCommand(session))
                        .addSubcommand(new SecretListCommand(session))
                        .addSubcommand(new SecretRemoveCommand(session)));
        add(
                "queue",
                () -> new CommandLine(new QueueCommand())
                        .addSubcommand(new QueueListCommand(session))
                        .addSubcommand(new QueueRetryCommand(session))
                        .addSubcommand(new QueueDropCommand(session)));
        add("status", () -> new StatusCommand(session));
        add("doctor", () -> new DoctorCommand(session));
        add("backup", () -> new BackupCommand(session));
        add("restore", () -> new RestoreCommand(session));
        add("upgrade", () -> new UpgradeCommand(session));
        add("down", () -> new DownCommand(session));
        add(
                "node",
                () -> new CommandLine(new NodeCommand())
                        .addSubcommand(new NodeAddCommand(session))
                        .addSubcommand(new NodeListCommand(session))
                        .addSubcommand(new NodeRemoveCommand(session)));
        add(
                "host",
                () -> new CommandLine(new HostCommand())
                        .addSubcommand(new HostExecCommand(session))
                        .addSubcommand(new HostForwardCommand(session))
                        .addSubcommand(new HostLogsCommand(session))
                        .addSubcommand(new HostAuditCommand(session)));
        add("login", () -> new LoginCommand(session));
        add("logout", () -> new LogoutCommand(session));
        add(
                "gateway",
                () -> new CommandLine(new GatewayCommand())
                        .addSubcommand(new GatewayStartCommand(session))
                        .addSubcommand(new GatewayStatusCommand(session))
                        .addSubcommand(new GatewayLogsCommand(session))
                        .addSubcommand(new GatewayStopCommand(session))
                        .addSubcommand(new GatewayRunCommand(session))
                        .addSubcommand(new GatewayImageCommand(session)));
        add(
                "context",
                () -> new CommandLine(new ContextCommand())
                        .addSubcommand(new ContextListCommand(session))
                        .addSubcommand(new ContextUseCommand(session))
                        .addSubcommand(new ContextShowCommand(session)));
        add(
                "namespace",
                () -> new CommandLine(new NamespaceCommand())
                        .addSubcommand(new NamespaceListCommand(session))
                        .addSubcommand(new NamespaceCreateCommand(session))
                        .addSubcommand(new NamespaceRemoveCommand(session)),
                "ns");
        add(
                "registry",
                () -> new CommandLine(new RegistryCommand())
                        .addSubcommand(new RegistryLoginCommand(session))
                        .addSubcommand(new RegistryLogoutCommand(session))
                        .addSubcommand(new RegistryListCommand(session)));
        add("completion", () -> new CompletionCommand(session));
        add("version", () -> new VersionCommand(session));
    }

    private void add(String name, Supplier<Object> command, String... otherNames) {
        commands.put(name, command);
        for (String alias : otherNames) {
            aliases.put(alias, name);
        }
    }

    /** The name of the command that {@code word} names or is an alias of; null if there is none. */
    public @Nullable String find(String word) {
        return commands.containsKey(word) ? word : aliases.get(word);
    }

    /** Makes a command; {@code name} as {@link #find} gives it. */
    public Object create(String name) {
        Supplier<Object> supplier = commands.get(name);
        if (supplier == null) {
            throw new IllegalArgumentException(name);
        }
        return supplier.get();
    }

    /** Adds every command that {@code root} does not have yet. */
    public void addAll(CommandLine root) {
        for (String name : commands.keySet()) {
            if (!root.getSubcommands().containsKey(name)) {
                root.addSubcommand(name, create(name), aliases(name));
            }
        }
    }

    /** The aliases of {@code name}. */
    public String[] aliases(String name) {
        return aliases.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .toArray(String[]::new);
    }
}
