package dev.vfaas;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** The walls between the rooms; docs and CONTRIBUTING.md say why they stand. */
@AnalyzeClasses(packages = "dev.vfaas", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String GATEWAY = "dev.vfaas.gateway..";

    /** What meets the process besides the classes of {@code dev.vfaas} itself. */
    private static final Set<String> ENTRIES = Set.of("dev.vfaas.console.Environment", "dev.vfaas.gateway.GatewayMain");

    @ArchTest
    static final ArchRule roomsHaveNoCycles =
            slices().matching("dev.vfaas.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule gatewayRoomsHaveNoCycles =
            slices().matching("dev.vfaas.gateway.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule imageRoomsHaveNoCycles =
            slices().matching("dev.vfaas.image.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule commandsAreUsedByTheEntryOnly = noClasses()
            .that()
            .resideOutsideOfPackages("dev.vfaas", "dev.vfaas.command..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.vfaas.command..");

    @ArchTest
    static final ArchRule theEntryIsUsedByNobody = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vfaas")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.vfaas");

    @ArchTest
    static final ArchRule theCommandDoesNotUseTheGateway = noClasses()
            .that()
            .resideOutsideOfPackage(GATEWAY)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(GATEWAY);

    @ArchTest
    static final ArchRule theGatewayUsesOnlyTheApisTypes = room(GATEWAY, "dev.vfaas.openfaas");

    @ArchTest
    static final ArchRule whereFunctionsRunIsTheWiringsChoice = noClasses()
            .that()
            .resideOutsideOfPackages("dev.vfaas.gateway", "dev.vfaas.gateway.runtime.kubernetes..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.vfaas.gateway.runtime.kubernetes..", "io.fabric8..");

    @ArchTest
    static final ArchRule console = room("dev.vfaas.console..");

    @ArchTest
    static final ArchRule openfaas = room("dev.vfaas.openfaas..", "dev.vfaas.console");

    @ArchTest
    static final ArchRule context =
            room("dev.vfaas.context..", "dev.vfaas.console", "dev.vfaas.openfaas", "dev.vfaas.ssh");

    @ArchTest
    static final ArchRule yaml = room("dev.vfaas.yaml..", "dev.vfaas.console");

    @ArchTest
    static final ArchRule stack = room("dev.vfaas.stack..", "dev.vfaas.console", "dev.vfaas.yaml");

    @ArchTest
    static final ArchRule template =
            room("dev.vfaas.template..", "dev.vfaas.console", "dev.vfaas.yaml", "dev.vfaas.stack");

    @ArchTest
    static final ArchRule image = room(
            "dev.vfaas.image..",
            "dev.vfaas.console",
            "dev.vfaas.yaml",
            "dev.vfaas.stack",
            "dev.vfaas.template",
            "dev.vfaas.openfaas");

    @ArchTest
    static final ArchRule ssh = room("dev.vfaas.ssh..", "dev.vfaas.console", "dev.vfaas.openfaas");

    @ArchTest
    static final ArchRule roomsKnowFailuresButNoTerminal = noClasses()
            .that(resideInAnyPackage(
                    "dev.vfaas.openfaas..", "dev.vfaas.stack..", "dev.vfaas.template..", "dev.vfaas.yaml.."))
            .should()
            .dependOnClassesThat(resideInAPackage("dev.vfaas.console").and(not("Failure", "ExitCode")));

    @ArchTest
    static final ArchRule streamsAreTheEntrysAndTheConsoles = noClasses()
            .that(areNoEntries())
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .accessField(System.class, "in")
            .orShould(callMethodWhere(systemCall("exit", "getenv")))
            .orShould(callMethodWhere(
                    calls("java.lang.Throwable", "printStackTrace").and(withoutArguments())));

    @ArchTest
    static final ArchRule noStaticMutableState =
            fields().that().areStatic().and(notSynthetic()).should(beConstants());

    @ArchTest
    static final ArchRule namesSayWhatClassesAre = noClasses()
            // Docker calls the programs that keep logins credential helpers.
            .that()
            .doNotHaveSimpleName("CredentialHelpers")
            .should()
            .haveNameMatching(".*(Utils?|Helpers?|Managers?|Impl|Misc|Common)");

    @ArchTest
    static final ArchRule commandsAreNamedSo = classes()
            .that()
            .areAnnotatedWith("picocli.CommandLine$Command")
            .should()
            .haveSimpleNameEndingWith("Command");

    private static ArchRule room(String room, String... mayUse) {
        return noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.vfaas..")
                        .and(DescribedPredicate.not(resideInAPackage(room)))
                        .and(DescribedPredicate.not(resideInAnyPackage(below(mayUse)))));
    }

    private static String[] below(String... rooms) {
        return java.util.Arrays.stream(rooms).map(room -> room + "..").toArray(String[]::new);
    }

    private static DescribedPredicate<JavaClass> not(String... simpleNames) {
        return DescribedPredicate.describe(
                "not " + String.join(", ", simpleNames),
                type -> !Set.of(simpleNames).contains(type.getSimpleName()));
    }

    private static DescribedPredicate<JavaClass> areNoEntries() {
        return DescribedPredicate.describe(
                "are no entries",
                type -> !type.getPackageName().equals("dev.vfaas")
                        && !ENTRIES.contains(type.getName().replaceAll("\\$.*", "")));
    }

    private static DescribedPredicate<JavaMethodCall> systemCall(String... methods) {
        return DescribedPredicate.describe(
                "System." + String.join(", ", methods),
                call -> call.getTargetOwner().isEquivalentTo(System.class)
                        && Set.of(methods).contains(call.getTarget().getName()));
    }

    private static DescribedPredicate<JavaMethodCall> calls(String owner, String method) {
        return DescribedPredicate.describe(
                owner + "." + method,
                call -> call.getTargetOwner().isAssignableTo(owner)
                        && call.getTarget().getName().equals(method));
    }

    private static DescribedPredicate<JavaMethodCall> withoutArguments() {
        return DescribedPredicate.describe(
                "without arguments",
                call -> call.getTarget().getRawParameterTypes().isEmpty());
    }

    private static DescribedPredicate<JavaField> notSynthetic() {
        return DescribedPredicate.describe(
                "not the compiler's",
                field -> !field.getModifiers().contains(JavaModifier.SYNTHETIC)
                        && !field.getName().startsWith("$"));
    }

    /** Final, and of no type that is there to be changed. */
    private static ArchCondition<JavaField> beConstants() {
        Set<Class<?>> mutable = Set.of(
                AtomicBoolean.class,
                AtomicInteger.class,
                AtomicLong.class,
                AtomicReference.class,
                StringBuilder.class,
                java.util.ArrayList.class,
                java.util.HashMap.class,
                java.util.concurrent.ConcurrentHashMap.class,
                java.util.concurrent.ConcurrentMap.class);
        return new ArchCondition<>("be constants") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                boolean isFinal = field.getModifiers().contains(JavaModifier.FINAL);
                boolean changes =
                        mutable.stream().anyMatch(type -> field.getRawType().isEquivalentTo(type));
                if (!isFinal || changes) {
                    events.add(SimpleConditionEvent.violated(
                            field, field.getFullName() + " is static state that can change"));
                }
            }
        };
    }
}
