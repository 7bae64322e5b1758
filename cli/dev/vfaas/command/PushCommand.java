package dev.vfaas.command;

import dev.vfaas.console.Failure;
import dev.vfaas.console.Progress;
import dev.vfaas.console.Table;
import dev.vfaas.console.View;
import dev.vfaas.context.Destination;
import dev.vfaas.image.ImagePusher;
import dev.vfaas.image.ImageReference;
import dev.vfaas.image.Platform;
import dev.vfaas.image.StackBuilds;
import dev.vfaas.stack.Stack;
import dev.vfaas.stack.StackFunction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vfaas push}. */
@Command(
        name = "push",
        description = "Send images that were built before to where their names say",
        footer = {"", "Examples:", "  vfaas push", "  vfaas push --tag sha --filter 'image-*'"})
final class PushCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    StackSelection selection = new StackSelection();

    @Option(
            names = "--tag",
            paramLabel = "MODE",
            description = "as the images were built: latest, sha, branch, describe or digest (default: latest)")
    String tag = "latest";

    @Option(names = "--insecure", description = "speak plain http with registries")
    boolean insecure;

    @Mixin
    GatewayOptions gateway = new GatewayOptions();

    @Mixin
    OutputOptions output = new OutputOptions();

    PushCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        Stack stack = selection.require(session);
        BuildOptions options = new BuildOptions();
        options.tag = tag;
        options.insecure = insecure;
        Destination destination = gateway.destination(session, () -> stack);
        Images images = new Images(session, options, destination, gateway.credentials(session, destination));
        StackBuilds names = images.stackBuilds(Platform.LINUX_AMD64);
        ImagePusher pusher = images.pusher();
        Map<String, ImagePusher.Pushed> pushed = new LinkedHashMap<>();
        List<String> failures = new ArrayList<>();
        Failure last = null;
        try (Progress progress = session.console().progress()) {
            for (StackFunction function : stack.functions().values()) {
                if (function.skipBuild()) {
                    continue;
                }
                ImageReference image = names.image(stack, function);
                Progress.Task task = progress.task(function.name());
                try {
                    ImagePusher.Pushed one = pusher.push(image, (name, what) -> task.step(what));
                    task.done(one.sent() ? "pushed " + image : image + " was there");
                    pushed.put(function.name(), one);
                } catch (Failure failure) {
                    task.failed(failure.text().strip().lines().findFirst().orElse(""));
                    failures.add(function.name() + ": " + failure.text());
                    last = failure;
                }
            }
        }
        output.show(
                session.console(),
                new View(
                        pushed.entrySet().stream().map(PushCommand::data).toList(),
                        () -> table(pushed),
                        () -> pushed.values().stream()
                                .map(one -> one.image().name() + "@" + one.digest())
                                .toList()));
        if (last != null) {
            Failure failure = Failure.of(last.exitCode(), String.join("\n", failures));
            throw last.next() == null ? failure : failure.next(last.next());
        }
        return 0;
    }

    private static Map<String, Object> data(Map.Entry<String, ImagePusher.Pushed> entry) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("function", entry.getKey());
        data.put("image", entry.getValue().image().toString());
        data.put("digest", entry.getValue().digest());
        data.put("sent", entry.getValue().sent());
        return data;
    }

    private static String table(Map<String, ImagePusher.Pushed> pushed) {
        if (pushed.isEmpty()) {
            return "";
        }
        Table table = Table.of("FUNCTION", "IMAGE", "DIGEST", "PUSH");
        pushed.forEach((function, one) ->
                table.row(function, one.image(), one.digest().substring(0, 19), one.sent() ? "sent" : "was there"));
        return table.toString();
    }
}
