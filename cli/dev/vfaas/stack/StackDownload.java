package dev.vfaas.stack;

import dev.vfaas.console.Failure;
import dev.vfaas.yaml.SourceText;
import dev.vfaas.yaml.TextFile;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import okhttp3.Credentials;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** Fetches a stack file by http or https. */
final class StackDownload {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    /** The text. Throws a failure that names the URL and what the server said. */
    SourceText get(StackSource.Url source) {
        URI uri = source.uri();
        String name = source.name();
        OkHttpClient client = new OkHttpClient.Builder().callTimeout(DEADLINE).build();
        Request.Builder request = new Request.Builder().url(name);
        if (uri.getUserInfo() != null) {
            String[] login = uri.getUserInfo().split(":", 2);
            request.header("Authorization", Credentials.basic(login[0], login.length > 1 ? login[1] : ""));
        }
        try (Response response = client.newCall(request.build()).execute()) {
            if (!response.isSuccessful()) {
                throw Failure.usage("the stack file " + name + " cannot be fetched: the server answered "
                        + response.code() + " " + response.message());
            }
            return TextFile.read("stack file", name, response.body().byteStream());
        } catch (IOException | IllegalArgumentException e) {
            throw Failure.usage("the stack file " + name + " cannot be fetched: " + e.getMessage())
                    .because(e);
        } finally {
            client.connectionPool().evictAll();
        }
    }
}
