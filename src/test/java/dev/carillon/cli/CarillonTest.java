package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CarillonTest {
  private final TestShell shell = new TestShell();

  CarillonTest() throws Exception {}

  @Test
  void helpNamesAllCommands() {
    assertThat(shell.run("--help")).isEqualTo(Exit.OK);

    assertThat(shell.out())
        .contains(
            "serve",
            "publish",
            "subscribe",
            "history",
            "dead-letters",
            "cluster",
            "bench",
            "config",
            "archive",
            "completion");
    assertThat(shell.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve",
        "publish",
        "subscribe",
        "history",
        "dead-letters",
        "cluster",
        "bench",
        "config",
        "archive",
        "completion"
      })
  void everyCommandExplainsItself(String command) {
    assertThat(shell.run(command, "--help")).isEqualTo(Exit.OK);

    assertThat(shell.out()).contains("Usage: carillon " + command);
  }

  @Test
  void withoutACommandTheWayOnIsShown() {
    assertThat(shell.run()).isEqualTo(Exit.MISUSED);

    assertThat(shell.err()).contains("Usage: carillon", "subscribe");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void anUnknownCommandIsOneLineWithTheNearestOne() {
    assertThat(shell.run("publsh")).isEqualTo(Exit.MISUSED);

    assertThat(shell.errLines())
        .singleElement()
        .asString()
        .contains("publsh", "did you mean", "publish", "carillon --help");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "publish",
        "publish a..b x",
        "publish a",
        "publish a x --in-flight 0",
        "publish a x --url nowhere",
        "publish a nope --json",
        "publish a x --base64",
        "publish a x --text --json",
        "publish a - --event-id e",
        "publish a x --timeout -1",
        "publish a x --retries -1",
        "publish a x --key=",
        "publish --ndjson a x",
        "subscribe",
        "subscribe a.>.b",
        "subscribe a --takeover",
        "subscribe a --count -1",
        "subscribe a --url http://h/?x",
        "bench --rate 1 --window 1",
        "bench --size 1",
        "bench --subscribers 0",
        "bench --topic *",
        "config",
        "config nonsense",
        "serve --nonsense"
      })
  void whatIsAskedWronglyExitsWithTwoAndOneLine(String line) {
    assertThat(shell.run(line.split(" ", -1))).isEqualTo(Exit.MISUSED);

    assertThat(shell.errLines())
        .singleElement()
        .asString()
        .startsWith("carillon")
        .contains("--help");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void aFailureIsOneLineUnlessMoreIsAskedFor() throws Exception {
    String[] hopeless = {
      "publish", "a", "x", "--url", "http://127.0.0.1:1", "--connect-timeout", "0.1"
    };
    assertThat(shell.run(hopeless)).isEqualTo(Exit.FAILED);
    assertThat(shell.errLines())
        .singleElement()
        .asString()
        .startsWith("carillon publish: no welcome from http://127.0.0.1:1 within 100 ms")
        .contains("is 'carillon serve' running there?");

    TestShell verbose = new TestShell();
    String[] more = Arrays.copyOf(hopeless, hopeless.length + 1);
    more[hopeless.length] = "--verbose";
    assertThat(verbose.run(more)).isEqualTo(Exit.FAILED);
    assertThat(verbose.err()).contains("\tat dev.carillon.cli");
  }

  @Test
  void theCompletionScriptKnowsCommandsAndOptions() {
    assertThat(shell.run("completion")).isEqualTo(Exit.OK);

    assertThat(shell.out()).contains("complete -F", "subscribe", "--in-flight", "--takeover");
  }

  @Test
  void theVersionIsSaid() {
    assertThat(shell.run("--version")).isEqualTo(Exit.OK);

    assertThat(shell.out()).startsWith("carillon ").contains("Java ");
  }
}
