package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.testing.TestServer;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands of histories and dead letters, and a real node. */
final class HistoryCommandTest {
  @RegisterExtension
  final TestServer server =
      new TestServer(
          "store.kind=memory", "topics=[{\"match\":\"chat.*\",\"history\":{\"events\":5000}}]");

  private final TestShell shell = new TestShell();

  HistoryCommandTest() throws Exception {}

  private String url() {
    return "http://127.0.0.1:" + server.port();
  }

  private int run(String... arguments) {
    return shell.run(arguments);
  }

  private void publish(int events) {
    for (int i = 1; i <= events; i++) {
      server.webSocket().publish("chat.a", "" + i);
    }
  }

  @Test
  void aHistoryIsPrintedOneEventALine() {
    publish(5);
    assertThat(run("history", "chat.a", "--url", url(), "--after", "1", "--limit", "3")).isZero();
    assertThat(shell.outLines().stream().map(line -> new JsonObject(line).getInteger("offset")))
        .containsExactly(2, 3, 4);
  }

  @Test
  void aTopicWithoutHistoryIsRefusedWithTheReason() {
    assertThat(run("history", "plain", "--url", url())).isEqualTo(Exit.FAILED);
    assertThat(shell.err()).contains("keeps no history");
    assertThat(run("history", "a..b", "--url", url())).isEqualTo(Exit.MISUSED);
    assertThat(run("history", "--url", url())).isEqualTo(Exit.MISUSED);
  }

  @Test
  void aPurgedHistoryIsEmpty() {
    publish(2);
    assertThat(run("history", "purge", "chat.a", "--url", url())).isZero();
    assertThat(new JsonObject(shell.outLines().get(0)).getInteger("last")).isZero();
  }

  @Test
  void aSubscriberBeginsWhereItIsTold() throws Exception {
    publish(4);
    CompletableFuture<Integer> subscribe =
        shell.start(
            "subscribe",
            "chat.a",
            "--url",
            url(),
            "--from",
            "last:2",
            "--count",
            "2",
            "--data-only");
    assertThat(TestShell.exitOf(subscribe)).isZero();
    assertThat(shell.outLines()).containsExactly("3", "4");
    assertThat(run("subscribe", "chat.a", "--url", url(), "--from", "first"))
        .isEqualTo(Exit.MISUSED);
    assertThat(shell.err()).contains("allowed: earliest, last:N or EPOCH:OFFSET");
  }

  @Test
  void deadLettersAreListedBroughtBackAndPurged() {
    assertThat(run("dead-letters", "list", "--url", url(), "--topic", "chat.a")).isZero();
    assertThat(shell.outLines()).isEmpty();
    assertThat(run("dead-letters", "redeliver", "--url", url())).isZero();
    assertThat(run("dead-letters", "purge", "--url", url(), "--subscriber", "ann")).isZero();
    assertThat(shell.outLines()).containsExactly("redelivered 0 events", "purged 0");
    assertThat(run("dead-letters", "redeliver", "--url", url(), "7")).isEqualTo(Exit.FAILED);
    assertThat(shell.err()).contains("no dead letter has this id");
    assertThat(run("dead-letters")).isEqualTo(Exit.MISUSED);
  }
}
