package dev.vfaas.command;

import dev.vfaas.console.Console;
import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.openfaas.Secret;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.stack.openfaas.Agreement;
import dev.vfaas.provision.stack.openfaas.OpenFaasCatalogue.Terms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Shows the terms of OpenFaaS's Community Edition and takes a person's word, or the licence of the paid edition. */
final class OpenFaasTerms {
    private static final long LONGEST = 64 << 10;

    private final Session session;
    private final String host;
    private final StackOptions options;
    private final Terms terms;

    OpenFaasTerms(Session session, String host, StackOptions options, Terms terms) {
        this.session = session;
        this.host = host;
        this.options = options;
        this.terms = terms;
    }

    /** By what right OpenFaaS is set up; a usage failure when nobody can be asked, a preflight failure when the person says no. */
    Agreement agree(Facts facts, boolean asking, String who) {
        String file = options.licenceFile;
        if (file != null) {
            if (options.acceptOpenFaasEula) {
                throw Failure.usage(
                        "--license-file is for the paid edition, --accept-openfaas-eula for the Community Edition: give one of them");
            }
            return Agreement.paid(licence(file));
        }
        if (!Agreement.needed(facts, terms.version())) {
            return Agreement.NONE;
        }
        show();
        if (!asking && !options.acceptOpenFaasEula) {
            return Agreement.NONE;
        }
        if (!options.acceptOpenFaasEula) {
            ask();
        }
        return Agreement.accepted(terms.version(), LocalDate.now(ZoneOffset.UTC).toString(), who);
    }

    private void show() {
        Console console = session.console();
        console.info("OpenFaaS is installed under the " + terms.name() + " of " + terms.version() + ":");
        terms.summary().forEach(line -> console.info("  - " + line));
        console.info("The text that counts: " + terms.url());
    }

    private void ask() {
        String again =
                "vfaas up " + host + " --stack openfaas --accept-openfaas-eula, if you accept these terms; or vfaas up "
                        + host + " --stack vfaas, which has none of them";
        if (!session.console().interactive()) {
            throw Failure.usage("--stack openfaas needs your word that you accept the " + terms.name()
                            + ", and nobody can be asked; nothing was changed on " + host)
                    .next(again);
        }
        String answer = session.console().prompt("Type yes to accept these terms", "--accept-openfaas-eula");
        if (!answer.equals("yes")) {
            throw Failure.of(
                            ExitCode.PREFLIGHT,
                            "the " + terms.name() + " was not accepted; nothing was changed on " + host)
                    .next(again);
        }
    }

    private Secret licence(String file) {
        Path path = session.environment().resolve(file);
        try {
            if (!Files.isRegularFile(path)) {
                throw Failure.usage("--license-file " + file + ": there is no such file");
            }
            if (Files.size(path) > LONGEST) {
                throw Failure.usage("--license-file " + file + " is too big to be a licence of OpenFaaS");
            }
            String text = Files.readString(path, StandardCharsets.UTF_8).strip();
            if (text.isEmpty()) {
                throw Failure.usage("--license-file " + file + " is empty");
            }
            return Secret.of(text);
        } catch (IOException e) {
            throw Failure.usage("--license-file " + file + " cannot be read: " + e.getMessage())
                    .because(e);
        }
    }
}
