package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.client.FakeServer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code cluster status} makes of answers that a healthy cluster seldom gives. */
final class ClusterCommandTest {
  private static final String CALL = "GET /v1/cluster";

  private final Vertx vertx = Vertx.vertx();
  private final FakeHttp http = new FakeHttp(vertx);
  private final TestShell shell = new TestShell();

  ClusterCommandTest() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    FakeServer.await(vertx.close());
  }

  private int status(JsonObject answer, String... more) {
    http.on(CALL, 200, answer.encode());
    List<String> line = new ArrayList<>(List.of("cluster", "status", "--url", http.url()));
    line.addAll(List.of(more));
    return shell.run(line.toArray(new String[0]));
  }

  static JsonObject wants(long version, long topics) {
    return new JsonObject()
        .put("version", version)
        .put("topics", topics)
        .put("digest", "%016x".formatted(topics));
  }

  static JsonObject link(String node, String state, JsonObject wants) {
    return new JsonObject()
        .put("node", node)
        .put("id", "id-" + node)
        .put("state", state)
        .put("inFlightBytes", 1000)
        .put("windowBytes", 4_194_304)
        .put("lagMs", 20)
        .put("events", 5)
        .put("lost", 0)
        .put("resent", 0)
        .put("heardMs", 4250)
        .put("interest", wants);
  }

  static JsonObject member(String node, JsonObject wants, JsonObject... links) {
    return new JsonObject()
        .put("node", node)
        .put("id", "id-" + node)
        .put("host", "10.0.0.1")
        .put("port", 5701)
        .put("self", node.equals("n1"))
        .put("version", "1.2.3")
        .put("subscribers", 1234)
        .put("topics", 5)
        .put("ready", true)
        .put("interest", wants)
        .put("linked", 2)
        .put("links", new JsonArray(List.of(links)));
  }

  static JsonObject silent(String node) {
    return new JsonObject()
        .put("node", node)
        .put("id", "id-" + node)
        .put("host", "fd00::1")
        .put("port", 5701)
        .put("self", false);
  }

  static JsonObject cluster(List<String> unreachable, JsonObject... members) {
    return new JsonObject()
        .put("node", "n1")
        .put("members", new JsonArray(List.of(members)))
        .put("unreachable", new JsonArray(unreachable));
  }

  private static JsonObject pair(JsonObject linkOfN1, JsonObject linkOfN2) {
    return cluster(
        List.of(), member("n1", wants(3, 2), linkOfN1), member("n2", wants(7, 4), linkOfN2));
  }

  @Test
  void membersThatSeeEachOtherAreATableAndOneWord() {
    assertThat(status(pair(link("n2", "up", wants(7, 4)), link("n1", "up", wants(3, 2)))))
        .isEqualTo(Exit.OK);

    assertThat(shell.outLines())
        .containsExactly(
            "NODE  ADDRESS        VERSION  READY  SUBSCRIBERS  TOPICS  LINKED",
            "n1    10.0.0.1:5701  1.2.3    yes    1,234        5       2/2",
            "n2    10.0.0.1:5701  1.2.3    yes    1,234        5       2/2",
            "all 2 members see each other");
    assertThat(http.asked()).hasSize(1);
  }

  @Test
  void aMemberThatDoesNotAnswerIsNamed() {
    JsonObject answer =
        cluster(
            List.of("n2"), member("n1", wants(3, 2), link("n2", "up", wants(7, 4))), silent("n2"));

    assertThat(status(answer)).isEqualTo(Exit.FAILED);

    assertThat(shell.outLines())
        .contains(
            "n2    [fd00::1]:5701  ?        ?      ?            ?       ?", "n2 does not answer");
  }

  @Test
  void aLinkThatIsDownIsSaidWithItsNumbers() {
    assertThat(status(pair(link("n2", "down", wants(7, 4)), link("n1", "up", wants(3, 2)))))
        .isEqualTo(Exit.FAILED);

    assertThat(shell.outLines())
        .contains(
            "n1 -> n2: down, lost 0 events, 1,000 of 4,194,304 bytes on their way for 0.0 s,"
                + " heard 4.2 s ago",
            "n1 and n2 do not reach each other: not heard for 4.2 s");
  }

  @Test
  void lossesAreSaidAndAreNoMistake() {
    JsonObject losing = link("n2", "up", wants(7, 4)).put("lost", 12_345);

    assertThat(status(pair(losing, link("n1", "up", wants(3, 2))))).isEqualTo(Exit.OK);

    assertThat(shell.out()).contains("n1 -> n2: up, lost 12,345 events", "all 2 members");
  }

  @Test
  void aNodeThatWentIsAMistakeUntilAnotherLifeOfItIsThere() {
    JsonObject gone = link("n3", "suspended", wants(1, 1));
    assertThat(status(cluster(List.of(), member("n1", wants(3, 2), gone)))).isEqualTo(Exit.FAILED);
    assertThat(shell.out())
        .contains("n3 went without a word; n1 counts what it misses until it is back");

    JsonObject earlier = link("n2", "suspended", wants(1, 1)).put("id", "id-before");
    assertThat(
            status(
                cluster(
                    List.of(),
                    member("n1", wants(3, 2), earlier, link("n2", "up", wants(7, 4))),
                    member("n2", wants(7, 4), link("n1", "up", wants(3, 2))))))
        .isEqualTo(Exit.OK);
  }

  @Test
  void aMemberThatAnotherDoesNotKnowIsAMistake() {
    JsonObject answer =
        cluster(
            List.of(),
            member("n1", wants(3, 2)),
            member("n2", wants(7, 4), link("n1", "up", wants(3, 2))));

    assertThat(status(answer)).isEqualTo(Exit.FAILED);
    assertThat(shell.outLines()).contains("n1 does not know n2");
  }

  @Test
  void interestThatStaysBehindIsAMistake() {
    assertThat(status(pair(link("n2", "up", wants(6, 3)), link("n1", "up", wants(3, 2)))))
        .isEqualTo(Exit.FAILED);

    assertThat(shell.outLines())
        .contains(
            "n1 believes that n2 wants 3 topics (version 6), and it wants 4 topics (version 7)");
    assertThat(http.asked()).hasSizeGreaterThan(1);
  }

  @Test
  void jsonIsWhatTheServerAnswersWithTheSameExitCode() {
    JsonObject answer = pair(link("n2", "down", wants(7, 4)), link("n1", "up", wants(3, 2)));

    assertThat(status(answer, "--json")).isEqualTo(Exit.FAILED);

    assertThat(shell.outLines()).hasSize(1);
    assertThat(new JsonObject(shell.out())).isEqualTo(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>",
        "{}",
        "{\"node\":\"n1\",\"members\":[1]}",
        "{\"node\":\"n1\",\"members\":[{}]}",
        "{\"node\":\"n1\",\"members\":[{\"node\":\"n1\",\"links\":[]}]}"
      })
  void anAnswerThatIsNoneIsAFailure(String answer) {
    http.on(CALL, 200, answer);

    assertThat(shell.run("cluster", "status", "--url", http.url())).isEqualTo(Exit.FAILED);

    assertThat(shell.errLines())
        .containsExactly(
            "carillon cluster status: "
                + http.url()
                + " does not answer as a Carillon server does");
  }

  @Test
  void withoutASubcommandTheWayOnIsSaid() {
    assertThat(shell.run("cluster")).isEqualTo(Exit.MISUSED);

    assertThat(shell.errLines()).singleElement().asString().contains("status?", "--help");
  }
}
