package dev.vfaas.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vfaas.yaml.Problems;
import dev.vfaas.yaml.SourceText;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubstitutionTest {
    private static final Map<String, String> VARIABLES = Map.ofEntries(
            Map.entry("V", "abcABC123ABCabc"),
            Map.entry("EMPTY", ""),
            Map.entry("PATH", "/path/to/file"),
            Map.entry("FILE", "bash.string.txt"),
            Map.entry("NAME", "world"),
            Map.entry("N", "3"),
            Map.entry("NORSK", "blåbærsyltetøy"),
            Map.entry("DOLLAR", "${NAME}$$"),
            Map.entry("Ünï_1", "letters"));

    private static String text(String source) {
        Problems problems = new Problems(new SourceText("stack.yml", source));
        Substitution substitution = Substitution.of(problems, Variables.of(VARIABLES));
        problems.throwIfAny();
        return substitution.text();
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            quoteCharacter = '`',
            value = {
                // plain
                "plain text              | plain text",
                "${NAME}                 | world",
                "a${NAME}b${NAME}c       | aworldbworldc",
                "${Ünï_1}                | letters",
                "$NAME                   | $NAME",
                "$                       | $",
                "a } b                   | a } b",
                "[${UNSET}]              | []",
                "[${EMPTY}]              | []",
                // a value is text, not looked at again
                "${DOLLAR}               | ${NAME}$$",
                // escapes
                "$${NAME}                | ${NAME}",
                "$$${NAME}               | $world",
                "$$$${NAME}              | $${NAME}",
                "$$                      | $",
                "a$$b                    | a$b",
                "$${UNSET:-${NAME}}      | ${UNSET:-world}",
                "C:\\\\dir\\/x           | C:\\\\dir\\/x",
                // defaults
                "${UNSET:-d}             | d",
                "${UNSET:=d}             | d",
                "${UNSET=d}              | d",
                "${UNSET:?d}             | d",
                "${UNSET:+d}             | d",
                "${EMPTY:-d}             | d",
                "${EMPTY=d}              | d",
                "${NAME:-d}              | world",
                "${NAME=d}               | world",
                "${NAME:+d}              | world",
                "[${UNSET:-}]            | []",
                "${UNSET:-a b: c # d}    | a b: c # d",
                "${UNSET:-${NAME}}       | world",
                "${UNSET:-a${NAME}b}     | aworldb",
                "${UNSET:-${X:-${Y:-z}}} | z",
                "${UNSET=${NAME^^}-x}    | WORLD-x",
                "${UNSET:-a$$b}          | a$$b",
                "${UNSET:-{1}}           | {1}",
                // length
                "${#NAME}                | 5",
                "${#EMPTY}               | 0",
                "${#NORSK}               | 14",
                // case
                "${NAME^}                | World",
                "${NAME^^}               | WORLD",
                "${V,,}                  | abcabc123abcabc",
                "${V^}                   | AbcABC123ABCabc",
                "${EMPTY^}x              | x",
                "${NORSK^^}              | BLÅBÆRSYLTETØY",
                // substring
                "${V:3}                  | ABC123ABCabc",
                "${V:3:3}                | ABC",
                "${V:0:1}                | a",
                "${V:12:99}              | abc",
                "[${V:99}]               | []",
                "[${V:99:1}]             | []",
                "${V:${N}:${N}}          | ABC",
                "${V:0:-12}              | abc",
                "${V:x}                  | abcABC123ABCabc",
                "${V:0:x}                | abcABC123ABCabc",
                "${NORSK:2:1}            | å",
                // trims
                "${FILE#*.}              | string.txt",
                "${FILE##*.}             | txt",
                "${FILE%.*}              | bash.string",
                "${FILE%%.*}             | bash",
                "${PATH#*/}              | path/to/file",
                "${PATH##*/}             | file",
                "${PATH%/*}              | /path/to",
                "${FILE#bash.}           | string.txt",
                "${FILE#txt}             | bash.string.txt",
                "${FILE%.t?t}            | bash.string",
                "${FILE%%[.]*}           | bash",
                "${V##[a-z]}             | bcABC123ABCabc",
                "${V##*[0-9]}            | ABCabc",
                "${V#[^A-Z]}             | bcABC123ABCabc",
                "${FILE#[x}              | bash.string.txt",
                "${FILE%.\\t\\x\\t}      | bash.string",
                "${UNSET#*.}x            | x",
                // replacements
                "${V/abc/xyz}            | xyzABC123ABCabc",
                "${V//abc/xyz}           | xyzABC123ABCxyz",
                "${V/#abc/X}             | XABC123ABCabc",
                "${V/#ABC/X}             | abcABC123ABCabc",
                "${V/%abc/X}             | abcABC123ABCX",
                "${V/%ABC/X}             | abcABC123ABCabc",
                "${V//ABC/}              | abc123abc",
                "${V/123/$$}             | abcABC$ABCabc",
                "${PATH//\\//-}          | -path-to-file",
                "${PATH/\\/path/\\/x}    | /x/to/file",
                "${V/123/${NAME}}        | abcABCworldABCabc",
                "${NAME//[a-z]/x}        | world",
            })
    void forms(String source, String expected) {
        assertThat(text(source)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "${NAME          | missing closing brace after \"NAME\"",
                "${NAME-d}       | missing closing brace after \"NAME\"; a default is written ${NAME:-...}",
                "${NAME+d}       | missing closing brace after \"NAME\"; a default is written ${NAME:+...}",
                "${NAME d}       | missing closing brace after \"NAME\"",
                "${NAME:-d       | missing closing brace after \"NAME\"",
                "${NAME:-${X}    | missing closing brace after \"NAME\"",
                "${NAME^         | missing closing brace after \"NAME\"",
                "${NAME^,}       | missing closing brace after \"NAME\"",
                "${}             | unable to parse variable name; to write \"${\" itself, write \"$${\"",
                "${ NAME}        | unable to parse variable name; to write \"${\" itself, write \"$${\"",
                "${              | unable to parse variable name; to write \"${\" itself, write \"$${\"",
                "${#}            | unable to parse variable name; to write \"${\" itself, write \"$${\"",
                "${NAME:-${}}    | unable to parse variable name; to write \"${\" itself, write \"$${\"",
                "${NAME:}        | unable to parse substitution within function: \"NAME\" lacks an argument",
                "${NAME#}        | unable to parse substitution within function: \"NAME\" lacks an argument",
                "${NAME%%}       | unable to parse substitution within function: \"NAME\" lacks an argument",
                "${NAME/a}       | bad substitution: ${NAME/text/replacement} needs both slashes",
                "${NAME//}       | bad substitution: ${NAME/text/replacement} needs both slashes",
            })
    void malformed(String source, String expected) {
        String indented = "a: b\n  c: " + source;
        assertThat(FailureText.of(() -> text(indented)))
                .isEqualTo("stack.yml:2:6: " + expected + "\n  2 |   c: " + source + "\n    |      ^");
    }

    @Test
    void allMalformedFormsAreReported() {
        assertThat(FailureText.of(() -> text("a: ${\nb: ${NAME}\nc: ${NAME-x}\n")))
                .startsWith("stack.yml has 2 errors\nstack.yml:1:4:")
                .contains("stack.yml:3:4:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# ${NAME} ${ $$",
                "a: b # ${NAME} ${",
                "a: |\n  text\n# ${NAME}\n",
                "a: 'x' # ${NAME}",
                "a: it's # ${NAME}",
                "a: {b: \"x\\\" # y\"} # ${NAME}",
                "a: 'it''s' # ${NAME}",
                "- # ${NAME}",
            })
    void commentsAreLeftAlone(String source) {
        assertThat(text(source)).isEqualTo(source);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a#${NAME}",
                "a: \"x # ${NAME}\"",
                "a: 'x # ${NAME}'",
                "a: 'x\n  # ${NAME}'",
                "a: 'it''s # ${NAME}'",
                "a: |\n  # ${NAME}\n",
                "a: >-\n\n  x\n  # ${NAME}\n",
                "- |2\n   # ${NAME}\n",
                "a: !!str |\n  # ${NAME}\n",
                "a: ${UNSET:-b #} ${NAME}",
                "a: ${V#a} ${NAME}",
                "{\"a\":\"b # ${NAME}\"}",
                "a: &x \"b # ${NAME}\"",
                "- \"b # ${NAME}\"",
                "a: it \"s\nb: \"x # ${NAME}\"",
            })
    void whatOnlyLooksLikeACommentIsReplaced(String source) {
        assertThat(text(source)).contains("world").doesNotContain("${NAME}");
    }

    @Test
    void unsetVariablesAreWarnings() {
        Problems problems = new Problems(new SourceText(
                "stack.yml", "a: ${UNSET}\nb: ${UNSET:-}\nc: ${NAME:-${UNSET}}\nd: x ${UNSET2^^} # ${UNSET3}\n"));
        assertThat(Substitution.of(problems, Variables.of(VARIABLES)).warnings())
                .containsExactly(
                        "stack.yml:1:4: the environment variable UNSET is not set and became empty; ${UNSET:-} says that this is"
                                + " meant",
                        "stack.yml:4:6: the environment variable UNSET2 is not set and became empty; ${UNSET2:-} says that this"
                                + " is meant");
    }

    @Test
    void offsetsLeadBackToTheOriginal() {
        Problems problems = new Problems(new SourceText("stack.yml", "a${NAME}b$$c${EMPTY}d"));
        Substitution substitution = Substitution.of(problems, Variables.of(VARIABLES));
        assertThat(substitution.text()).isEqualTo("aworldb$cd");
        int[] expected = {0, 1, 1, 1, 1, 1, 8, 9, 11, 20, 21};
        for (int i = 0; i < expected.length; i++) {
            assertThat(substitution.offsets().original(i)).as("offset %d", i).isEqualTo(expected[i]);
        }
    }

    @Test
    void aLongChainOfDefaultsIsNoCrash() {
        String deep = "${A:-".repeat(50_000) + "}".repeat(50_000);
        assertThat(FailureText.of(() -> text("a: " + deep))).contains("nested too deeply");
    }
}
