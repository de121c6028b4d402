package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.client.FakeServer;
import dev.carillon.client.Peer;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishCommandTest {
  private final Vertx vertx = Vertx.vertx();
  private final FakeServer server = FakeServer.start(vertx);
  private final TestShell shell = new TestShell();

  PublishCommandTest() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    FakeServer.await(vertx.close());
  }

  private CompletableFuture<Integer> publish(String... arguments) {
    List<String> all = new ArrayList<>(List.of("publish", "--url", server.url()));
    all.addAll(List.of(arguments));
    return shell.start(all.toArray(String[]::new));
  }

  @Test
  void printsTheAcknowledgementOnceItHasCome() throws Exception {
    CompletableFuture<Integer> command =
        publish("orders.created", "{\"id\": 17}", "--key", "o-17", "--event-id", "mine");
    Peer peer = server.welcome();
    JsonObject publish = peer.expect("publish");
    assertThat(publish.getString("topic")).isEqualTo("orders.created");
    assertThat(publish.getJsonObject("data").getInteger("id")).isEqualTo(17);
    assertThat(publish.getString("key")).isEqualTo("o-17");
    assertThat(command).isNotDone();

    peer.send(
        Peer.reply("published", publish)
            .put("eventId", "mine")
            .put("offset", 42)
            .put("epoch", "one"));

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
    assertThat(shell.outLines())
        .containsExactly("{\"eventId\":\"mine\",\"offset\":42,\"epoch\":\"one\"}");
    assertThat(shell.err()).isEmpty();
    assertThat(peer.awaitClose()).isEqualTo(1000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":1} |         | data       | {\"a\":1}",
        "42        |         | data       | 42",
        "hello     |         | data       | \"hello\"",
        "nothing   |         | data       | \"nothing\"",
        "{oops     |         | data       | \"{oops\"",
        "42        | --text  | data       | \"42\"",
        "\"x\"     | --json  | data       | \"x\"",
        "AP8=      | --base64| dataBase64 | \"AP8=\""
      })
  void dataAreJsonWhereTheyAreJsonAndElseText(
      String data, String option, String field, String expected) throws Exception {
    CompletableFuture<Integer> command =
        option == null ? publish("a", data) : publish("a", data, option);

    JsonObject publish = server.welcome().confirmPublish();

    assertThat(Json.encode(publish.getValue(field))).isEqualTo(expected);
    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
  }

  @Test
  void aRefusalSaysWhatFailed() throws Exception {
    CompletableFuture<Integer> command = publish("a", "x");
    Peer peer = server.welcome();
    peer.refuse(peer.expect("publish"), "forbidden", false);

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.FAILED);
    assertThat(shell.errLines())
        .containsExactly("carillon publish: not published: forbidden: because of forbidden");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void aRefusedConnectionSaysWhy() throws Exception {
    CompletableFuture<Integer> command = publish("a", "x", "--token", "wrong");
    Peer peer = server.accept();
    assertThat(peer.uri()).contains("token=wrong");
    peer.close(4401);

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.FAILED);
    assertThat(shell.errLines())
        .containsExactly("carillon publish: because of 4401 (close code 4401)");
  }

  @Test
  void eachLineGoesOutAsItComes() throws Exception {
    CompletableFuture<Integer> command = publish("logs.x", "-");
    Peer peer = server.welcome();

    shell.type("first\n");
    assertThat(peer.confirmPublish().getString("data")).isEqualTo("first");
    shell.type("{\"n\":2}\r\n\nlast without an end");
    assertThat(peer.confirmPublish().getJsonObject("data").getInteger("n")).isEqualTo(2);
    assertThat(peer.confirmPublish().getString("data")).isEmpty();
    shell.endOfInput();
    assertThat(peer.confirmPublish().getString("data")).isEqualTo("last without an end");

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
    assertThat(shell.errLines()).singleElement().asString().startsWith("4 acknowledged in ");
    assertThat(shell.out()).isEmpty();
  }

  @Test
  void readsNoFasterThanTheServerAcknowledges() throws Exception {
    publish("a", "-", "--in-flight", "2");
    Peer peer = server.welcome();
    shell.type("1\n2\n3\n4\n");
    JsonObject first = peer.expect("publish");
    peer.expect("publish");
    Awaitility.await().during(Duration.ofMillis(200)).until(peer::isQuiet);

    peer.send(Peer.reply("published", first).put("eventId", "x"));

    assertThat(peer.expect("publish").getInteger("data")).isEqualTo(3);
    Awaitility.await().during(Duration.ofMillis(200)).until(peer::isQuiet);
  }

  @Test
  void failuresAreNamedByTheirLinesAndTheRestGoesOn() throws Exception {
    shell.type("1\n2\n3\n").endOfInput();
    CompletableFuture<Integer> command = publish("a", "-");
    Peer peer = server.welcome();
    peer.confirmPublish();
    peer.refuse(peer.expect("publish"), "too_large", false);
    peer.confirmPublish();

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.FAILED);
    assertThat(shell.errLines().get(0)).isEqualTo("line 2: too_large: because of too_large");
    assertThat(shell.errLines().get(1)).startsWith("2 acknowledged, 1 failed in ");
  }

  @Test
  void onlyTheFirstFailuresAreNamed() throws Exception {
    shell.type("x\n".repeat(100)).endOfInput();
    CompletableFuture<Integer> command = publish("a", "-", "--json");
    server.welcome();

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.FAILED);
    assertThat(shell.errLines()).hasSize(7);
    assertThat(shell.errLines().get(4)).startsWith("line 5: data is not JSON");
    assertThat(shell.errLines().get(6)).startsWith("0 acknowledged, 100 failed");
  }

  @Test
  void aLineBeyondTheBoundFailsAndTheNextOneDoesNot() throws Exception {
    CompletableFuture<Integer> command = publish("a", "-");
    Peer peer = server.welcome();
    Thread typist =
        new Thread(
            () -> {
              try {
                shell.type("x".repeat((1 << 20) + 1) + "\nshort\n").endOfInput();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    typist.start();

    assertThat(peer.confirmPublish().getString("data")).isEqualTo("short");
    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.FAILED);
    assertThat(shell.errLines().get(0)).isEqualTo("line 1: longer than 1048576 bytes");
  }

  @Test
  void ndjsonLinesNameTheirOwnTopics() throws Exception {
    shell
        .type("{\"topic\":\"a.b\",\"data\":{\"n\": 1},\"key\":\"k\",\"eventId\":\"e\"}\n")
        .type("{\"data\":\"x\"}\n")
        .type("{\"topic\":\"c\",\"dataBase64\":\"AP8=\"}\n")
        .type("nope\n{\"topic\":\"c\"}\n{\"topic\":\"c\",\"data\":1,\"tpoic\":2}\n[1]\n")
        .endOfInput();
    CompletableFuture<Integer> command = publish("--ndjson", "default.topic");
    Peer peer = server.welcome();

    JsonObject first = peer.confirmPublish();
    assertThat(first.getString("topic")).isEqualTo("a.b");
    assertThat(first.getJsonObject("data").getInteger("n")).isEqualTo(1);
    assertThat(first.getString("key")).isEqualTo("k");
    assertThat(first.getString("eventId")).isEqualTo("e");
    assertThat(peer.confirmPublish().getString("topic")).isEqualTo("default.topic");
    assertThat(peer.confirmPublish().getString("dataBase64")).isEqualTo("AP8=");
    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.FAILED);
    assertThat(shell.errLines().get(0)).startsWith("line 4: not JSON");
    assertThat(shell.errLines().get(1)).isEqualTo("line 5: no \"data\"");
    assertThat(shell.errLines().get(2)).startsWith("line 6: unknown field \"tpoic\"");
    assertThat(shell.errLines().get(3)).isEqualTo("line 7: not a JSON object");
  }

  @Test
  void aReconnectLosesAndRepeatsNothing() throws Exception {
    shell.type("1\n2\n3\n").endOfInput();
    CompletableFuture<Integer> command = publish("a", "-");
    Peer peer = server.welcome();
    peer.confirmPublish();
    JsonObject lost = peer.expect("publish");
    peer.close(1012);

    Peer next = server.welcome();
    assertThat(next.confirmPublish()).isEqualTo(lost);
    assertThat(next.confirmPublish().getInteger("data")).isEqualTo(3);
    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
    assertThat(shell.err()).startsWith("3 acknowledged");
  }

  @Test
  void aServerThatIsGoneForGoodEndsIt() throws Exception {
    CompletableFuture<Integer> command =
        publish("a", "-", "--timeout", "0.1", "--retries", "1", "--in-flight", "1");
    Peer silent = server.welcome();
    shell.type("1\n2\n3\n");
    silent.expect("publish");

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.FAILED);
    assertThat(shell.errLines().get(0))
        .isEqualTo("line 1: no answer within 100 ms (given up after 2 attempts)");
    assertThat(shell.errLines().get(1)).contains("stopped before the end of its input");
  }

  @Test
  void whoWatchesSeesProgress() throws Exception {
    shell.withTerminal();
    CompletableFuture<Integer> command = publish("a", "-");
    Peer peer = server.welcome();
    shell.type("1\n2\n");
    peer.confirmPublish();
    shell.awaitErr("\r\u001b[K1 acknowledged, 1 not yet acknowledged");

    peer.confirmPublish();
    shell.endOfInput();
    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
  }

  @Test
  void quietMeansQuiet() throws Exception {
    shell.type("1\n").endOfInput();
    CompletableFuture<Integer> command = publish("a", "-", "-q");
    server.welcome().confirmPublish();

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
    assertThat(shell.out() + shell.err()).isEmpty();
  }
}
