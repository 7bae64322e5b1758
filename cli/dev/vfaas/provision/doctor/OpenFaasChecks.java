package dev.vfaas.provision.doctor;

import static dev.vfaas.provision.preflight.Finding.block;
import static dev.vfaas.provision.preflight.Finding.pass;
import static dev.vfaas.provision.preflight.Finding.warn;

import dev.vfaas.openfaas.CommunityEdition;
import dev.vfaas.provision.facts.Facts;
import dev.vfaas.provision.facts.Sections;
import dev.vfaas.provision.preflight.Finding;
import dev.vfaas.provision.stack.openfaas.OpenFaasStack;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks of OpenFaaS's own: Helm's job, and what its Community Edition allows. */
final class OpenFaasChecks {
    /** What clause 8.1 of its terms gives a company. */
    private static final Duration EVALUATION = Duration.ofDays(60);

    private static final Pattern ACCEPTED = Pattern.compile("accepted (\\d{4}-\\d{2}-\\d{2})");

    private final InstantSource clock;
    private final String host;

    OpenFaasChecks(InstantSource clock, String host) {
        this.clock = clock;
        this.host = host;
    }

    /** @param said sections {@code helm} and {@code functions} */
    List<Finding> check(Sections said, Facts facts) {
        List<Finding> findings = new ArrayList<>();
        findings.add(helm(said.line("helm")));
        if (OpenFaasStack.communityEdition(facts)) {
            findings.add(functions(said.line("functions")));
            OpenFaasStack.terms(facts).ifPresent(terms -> findings.add(terms(terms)));
        }
        return findings;
    }

    private Finding helm(String job) {
        String title = "Helm's job";
        String[] words = job.split("\\|", 3);
        if (words.length < 3) {
            return warn(
                    "O-HELM",
                    title,
                    "kube-system/helm-install-openfaas is not there: K3s's Helm controller has not taken up the chart, or the job was removed",
                    "vfaas up " + host);
        }
        if (words[1].equals("True")) {
            return block(
                    "O-HELM",
                    title,
                    "failed: " + words[2],
                    "vfaas host exec " + host
                            + " -- k3s kubectl -n kube-system logs job/helm-install-openfaas; then vfaas up " + host);
        }
        return words[0].equals("1")
                ? pass("O-HELM", title, "succeeded")
                : warn("O-HELM", title, "still at work", "wait, then vfaas doctor " + host + " again");
    }

    private static Finding functions(String count) {
        int functions = count.matches("\\d{1,6}") ? Integer.parseInt(count) : 0;
        int limit = CommunityEdition.FUNCTIONS;
        String title = "number of functions";
        String evidence = functions + " of the " + limit + " that OpenFaaS's Community Edition allows";
        if (functions > limit) {
            return block(
                    "O-FUNCTIONS",
                    title,
                    evidence + ": started anew, it refuses every call",
                    "vfaas remove NAME; or a stack without that limit: --stack vfaas");
        }
        return functions == limit
                ? warn(
                        "O-FUNCTIONS",
                        title,
                        evidence + ": it refuses the next one",
                        "vfaas remove NAME before the next vfaas deploy; or --stack vfaas")
                : pass("O-FUNCTIONS", title, evidence);
    }

    private Finding terms(String terms) {
        Matcher accepted = ACCEPTED.matcher(terms);
        if (!accepted.find()) {
            return pass("O-TERMS", "OpenFaaS's terms", terms);
        }
        Instant since = LocalDate.parse(accepted.group(1)).atStartOfDay().toInstant(ZoneOffset.UTC);
        long days = Math.max(0, ChronoUnit.DAYS.between(since, clock.instant()));
        String evidence = terms + ", " + days + (days == 1 ? " day ago" : " days ago");
        return days <= EVALUATION.toDays()
                ? pass("O-TERMS", "OpenFaaS's terms", evidence)
                : warn(
                        "O-TERMS",
                        "OpenFaaS's terms",
                        evidence + ": a company's evaluation ends after " + EVALUATION.toDays() + " days",
                        "for commercial use: vfaas up " + host
                                + " --stack openfaas --license-file FILE, or, with its functions removed, --stack vfaas");
    }
}
