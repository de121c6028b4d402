package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.client.FakeServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories and dead letters in pages that a real server seldom has. */
final class StoredListsTest {
  private static final String CHAT = "GET /v1/topics/chat.a/events";

  private final Vertx vertx = Vertx.vertx();
  private final FakeHttp http = new FakeHttp(vertx);
  private final TestShell shell = new TestShell();

  StoredListsTest() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    FakeServer.await(vertx.close());
  }

  private int run(String line) {
    return shell.run((line + " --url " + http.url()).split(" ", -1));
  }

  private static String page(long last, String events) {
    return "{\"topic\":\"chat.a\",\"epoch\":\"e\",\"first\":1,\"last\":"
        + last
        + ",\"events\":["
        + events
        + "]}";
  }

  @Test
  void aHistoryIsReadPageByPageToItsEnd() {
    http.on(CHAT + "?after=0&limit=1000", 200, page(3, "{\"offset\":1},{\"offset\":2}"));
    http.on(CHAT + "?after=2&limit=1000", 200, page(3, "{\"offset\":3}"));

    assertThat(run("history chat.a")).isEqualTo(Exit.OK);

    assertThat(shell.outLines())
        .containsExactly("{\"offset\":1}", "{\"offset\":2}", "{\"offset\":3}");
    assertThat(http.asked()).hasSize(2);
  }

  @Test
  void aLimitHoldsOverPages() {
    http.on(CHAT + "?after=5&limit=3", 200, page(99, "{\"offset\":6},{\"offset\":7}"));
    http.on(CHAT + "?after=7&limit=1", 200, page(99, "{\"offset\":8}"));

    assertThat(run("history chat.a --after 5 --limit 3")).isEqualTo(Exit.OK);

    assertThat(shell.outLines()).hasSize(3);
    assertThat(http.asked()).hasSize(2);
  }

  @Test
  void dataArePrintedDigitForDigitOnOneLine() {
    String event = "{\"offset\":1,\"data\":{\"n\":0.12345678901234567890123,\"t\": 1.10}}";
    http.on(CHAT + "?after=0&limit=1000", 200, page(1, event.replace("\"t\": 1", "\"t\":\n1")));

    assertThat(run("history chat.a")).isEqualTo(Exit.OK);

    assertThat(shell.outLines()).containsExactly(event);
  }

  @Test
  void deadLettersAreListedPageByPage() {
    String list = "GET /v1/dead-letters?topic=chat.a&subscriber=ann%20b&after=";
    http.on(
        list + "0&limit=1000",
        200,
        "{\"deadLetters\":[{\"id\":\"1\",\"event\":{\"data\":1.10}}],\"next\":\"1\"}");
    http.on(list + "1&limit=1000", 200, "{\"deadLetters\":[{\"id\":\"2\",\"from\":3,\"to\":4}]}");
    String[] command = {
      "dead-letters", "list", "--url", http.url(), "--topic", "chat.a", "--subscriber", "ann b"
    };

    assertThat(shell.run(command)).isEqualTo(Exit.OK);

    assertThat(shell.outLines())
        .containsExactly(
            "{\"id\":\"1\",\"event\":{\"data\":1.10}}", "{\"id\":\"2\",\"from\":3,\"to\":4}");
  }

  @Test
  void whatMatchesIsRedeliveredToTheLastPage() {
    http.on(
        "POST /v1/dead-letters/redeliver?topic=a&after=0",
        200,
        "{\"redelivered\":100,\"next\":\"140\"}");
    http.on("POST /v1/dead-letters/redeliver?topic=a&after=140", 200, "{\"redelivered\":7}");

    assertThat(run("dead-letters redeliver --topic a")).isEqualTo(Exit.OK);

    assertThat(shell.outLines()).containsExactly("redelivered 107 events");
  }

  @Test
  void oneIsRedeliveredOrPurgedByItsId() {
    http.on("POST /v1/dead-letters/17/redeliver", 200, "{\"redelivered\":3}");
    http.on("DELETE /v1/dead-letters/17", 204, "");

    assertThat(run("dead-letters redeliver 17")).isEqualTo(Exit.OK);
    assertThat(run("dead-letters purge 17")).isEqualTo(Exit.OK);

    assertThat(shell.outLines()).containsExactly("redelivered 3 events", "purged 1");
  }

  @Test
  void whatMatchesIsPurged() {
    http.on("DELETE /v1/dead-letters?subscriber=ann&", 200, "{\"purged\":12}");

    assertThat(run("dead-letters purge --subscriber ann")).isEqualTo(Exit.OK);

    assertThat(shell.outLines()).containsExactly("purged 12");
  }

  @Test
  void theTokenIsPresented() {
    http.on("GET /v1/dead-letters?after=0&limit=5", 200, "{\"deadLetters\":[]}");

    assertThat(run("dead-letters list --limit 5 --token secret")).isEqualTo(Exit.OK);

    assertThat(http.tokens()).containsExactly("Bearer secret");
  }

  @Test
  void aRefusalIsOneLineWithTheServersReason() {
    http.on(
        CHAT + "?after=0&limit=1000",
        404,
        "{\"code\":\"bad_request\",\"detail\":\"topic chat.a keeps no history\"}");

    assertThat(run("history chat.a")).isEqualTo(Exit.FAILED);

    assertThat(shell.errLines())
        .containsExactly("carillon history: the server refuses: topic chat.a keeps no history");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<html>", "{}", "[]", "{\"events\":[{}]}", "{\"events\":[1]}", "{\"events\":[{"})
  void anAnswerThatIsNoneIsAFailure(String answer) {
    http.on(CHAT + "?after=0&limit=1000", 200, answer);

    assertThat(run("history chat.a")).isEqualTo(Exit.FAILED);

    assertThat(shell.errLines())
        .containsExactly(
            "carillon history: " + http.url() + " does not answer as a Carillon server does");
  }

  @Test
  void aServerThatIsNotThereIsAFailureWithTheWayOut() {
    assertThat(shell.run("history", "chat.a", "--url", "http://127.0.0.1:1"))
        .isEqualTo(Exit.FAILED);

    assertThat(shell.errLines())
        .singleElement()
        .asString()
        .startsWith("carillon history: can't reach http://127.0.0.1:1: Connection refused")
        .endsWith("; is 'carillon serve' running there? --url names another server");
  }

  @Test
  void aReaderThatIsGoneEndsTheReading() {
    http.on(CHAT + "?after=0&limit=1000", 200, page(9_999, "{\"offset\":1}"));
    shell.withOutput(
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        });

    assertThat(run("history chat.a")).isEqualTo(Exit.OK);

    assertThat(http.asked()).hasSize(1);
    assertThat(shell.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "history",
        "history a.*",
        "history a --after -1",
        "history a --limit -1",
        "history purge",
        "history purge a..b",
        "dead-letters",
        "dead-letters list --limit -1",
        "dead-letters redeliver 17 --topic a",
        "dead-letters purge 17 --subscriber ann",
        "subscribe a --from first",
        "subscribe a --from last:0",
        "subscribe a --from :7",
        "subscribe a --from e:-7"
      })
  void whatIsAskedWronglyIsNeverSent(String line) {
    assertThat(run(line)).isEqualTo(Exit.MISUSED);

    assertThat(shell.errLines()).singleElement().asString().contains("--help");
    assertThat(http.asked()).isEmpty();
  }
}
