package dev.vfaas.provision.firewall;

import dev.vfaas.console.ExitCode;
import dev.vfaas.console.Failure;
import dev.vfaas.provision.engine.Change;
import dev.vfaas.provision.engine.Execution;
import dev.vfaas.provision.engine.HostState;
import dev.vfaas.provision.engine.Observed;
import dev.vfaas.provision.engine.Phase;
import dev.vfaas.provision.engine.Planning;
import dev.vfaas.provision.engine.Question;
import dev.vfaas.provision.engine.Step;
import dev.vfaas.provision.firewall.FirewallWish.Kept;
import dev.vfaas.provision.firewall.FirewallWish.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Lets in SSH, the cluster's own traffic and what was asked for, and nothing else: with ufw when that is active, else with a table of its own in
 * nftables. Rules of others are not touched.
 */
public final class FirewallStep implements Step {
    /** The journal and the state know it by this. */
    public static final String ID = "firewall";

    private static final String NFTABLES = "nftables";
    private static final String UFW = "ufw";

    private final FirewallWish wish;

    public FirewallStep(FirewallWish wish) {
        this.wish = wish;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Phase phase() {
        return Phase.FIREWALL;
    }

    @Override
    public String title() {
        return "setting what the host lets in";
    }

    @Override
    public List<Question> questions() {
        List<Question> questions = new ArrayList<>(NftTable.questions());
        questions.add(new Question.OfScript(ID, Look.SCRIPT));
        return questions;
    }

    @Override
    public List<Change> plan(Planning planning) {
        if (wish.mode() == Mode.LEAVE) {
            return List.of();
        }
        Look look = Look.of(planning.observed().answer(ID));
        Kept kept = Kept.of(planning.state());
        if (!wanted(planning, kept)) {
            return wish.mode() == Mode.OFF || kept.on() ? removal(planning.observed(), look) : List.of();
        }
        require(planning.facts().hostname(), look);
        Rules rules = wish.rules(planning.state(), look.ssh());
        List<Change> changes = new ArrayList<>();
        if (look.ufw()) {
            missing(rules, look).forEach(rule -> changes.add(new Change.OfAction("ufw allow " + rule)));
            surplus(rules, look).forEach(rule -> changes.add(new Change.OfAction("ufw delete allow " + rule)));
            changes.addAll(NftTable.removal(planning.observed(), look));
        } else {
            changes.addAll(new NftTable(rules).changes(planning, look, kept));
        }
        if (changes.isEmpty() && !kept.by().equals(look.ufw() ? UFW : NFTABLES)) {
            changes.add(
                    new Change.OfAction("remember that " + (look.ufw() ? UFW : NFTABLES) + " lets in what it shall"));
        }
        return changes;
    }

    /** A run that was cut off while it set the rules for the first time meant to have them. */
    private boolean wanted(Planning planning, Kept kept) {
        return wish.wanted(planning.state()) || wish.mode() == Mode.KEEP && !kept.on() && planning.interrupted(ID);
    }

    private static List<Change> removal(Observed observed, Look look) {
        List<Change> changes = new ArrayList<>(NftTable.removal(observed, look));
        look.ours().forEach(rule -> changes.add(new Change.OfAction("ufw delete allow " + rule)));
        return changes;
    }

    private static void require(String host, Look look) {
        if (look.ssh().isEmpty()) {
            throw refused(host + ": the port of SSH is not known: neither this connection nor sshd -T tells it")
                    .next("log in with OpenSSH's server running, or leave --firewall out");
        }
        if (look.ufw() && !look.ufwDenies()) {
            throw refused(host + ": ufw is active but lets everything in by default")
                    .next("vfaas host exec HOST -- ufw default deny incoming");
        }
        if (!look.ufw() && !look.others().isEmpty()) {
            throw refused(host + ": there is another firewall already: " + String.join("; ", look.others()))
                    .next(
                            "let in there SSH, 10.42.0.0/16 and 10.43.0.0/16 and leave --firewall out, or turn that firewall off first");
        }
        if (!look.ufw() && !look.nft()) {
            throw refused(host + ": neither ufw is active nor is nft there")
                    .next("vfaas host exec HOST -- apt-get install -y nftables");
        }
    }

    private static Failure refused(String why) {
        return Failure.of(ExitCode.PREFLIGHT, why + "; nothing was changed");
    }

    private static List<String> missing(Rules rules, Look look) {
        List<String> ours = look.ours();
        return rules.ufw().stream()
                .filter(rule -> !ours.contains(rule) && !look.allowedByOthers(rule))
                .toList();
    }

    private static List<String> surplus(Rules rules, Look look) {
        return look.ours().stream().filter(rule -> !rules.ufw().contains(rule)).toList();
    }

    @Override
    public void apply(List<Change> changes, Execution execution) {
        Look look = look(execution);
        Kept kept = Kept.of(execution.state());
        boolean wanted = wish.wanted(execution.state()) || wish.mode() == Mode.KEEP && !kept.on();
        if (!wanted) {
            remove(execution, look);
            forget(execution);
            return;
        }
        Rules rules = wish.rules(execution.state(), look.ssh());
        if (look.ufw()) {
            ufw(execution, missing(rules, look), surplus(rules, look));
            NftTable.remove(execution);
            execution.remember(Kept.LIVE, "");
        } else {
            execution.remember(Kept.LIVE, new NftTable(rules).load(execution, wish.patience()));
        }
        execution.remember(Kept.BY, look.ufw() ? UFW : NFTABLES);
        execution.remember(
                Kept.OPEN, rules.open().stream().map(OpenPort::toString).collect(Collectors.joining(" ")));
        execution.remember(Kept.NODES, String.join(" ", rules.nodes()));
        execution.remember("firewall.lets-in", rules.summary());
    }

    private static Look look(Execution execution) {
        return Look.of(execution
                .observe(List.of(new Question.OfScript(ID, Look.SCRIPT)))
                .answer(ID));
    }

    private void ufw(Execution execution, List<String> add, List<String> delete) {
        if (add.isEmpty() && delete.isEmpty()) {
            return;
        }
        StringBuilder change = new StringBuilder();
        add.forEach(rule -> change.append("ufw allow ").append(rule).append(" comment vfaas >/dev/null\n"));
        delete.forEach(rule -> change.append("ufw delete allow ").append(rule).append(" >/dev/null\n"));
        new Guard(execution, wish.patience()).change(change.toString(), """
                        cp -p /run/vfaas-firewall/user.rules /run/vfaas-firewall/user6.rules /etc/ufw/ && ufw reload >/dev/null""");
    }

    private void remove(Execution execution, Look look) {
        NftTable.remove(execution);
        ufw(execution, List.of(), look.ours());
    }

    private static void forget(Execution execution) {
        for (String key : List.of(Kept.BY, Kept.OPEN, Kept.NODES, Kept.LIVE, "firewall.lets-in")) {
            if (execution.state().value(key).isPresent()) {
                execution.remember(key, "");
            }
        }
    }

    @Override
    public void verify(Execution execution) {
        if (!Kept.of(execution.state()).on()) {
            return;
        }
        execution.requireNothingLeft(this);
    }

    @Override
    public void undo(Execution execution) {
        remove(execution, look(execution));
    }

    @Override
    public List<String> undoes(HostState state) {
        Kept kept = Kept.of(state);
        return kept.on() ? List.of("the rules of " + kept.by() + " that close the host to the world") : List.of();
    }
}
