package dev.carillon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.client.FakeServer;
import dev.carillon.client.Peer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SubscribeCommandTest {
  private final Vertx vertx = Vertx.vertx();
  private final FakeServer server = FakeServer.start(vertx);
  private final TestShell shell = new TestShell();

  SubscribeCommandTest() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    FakeServer.await(vertx.close());
  }

  private CompletableFuture<Integer> subscribe(String... arguments) {
    List<String> all = new ArrayList<>(List.of("subscribe", "--url", server.url()));
    all.addAll(List.of(arguments));
    return shell.start(all.toArray(String[]::new));
  }

  private Peer subscribed() throws Exception {
    Peer peer = server.welcome();
    peer.confirmSubscribe();
    return peer;
  }

  @Test
  void printsEachEventAsItCameOneALine() throws Exception {
    CompletableFuture<Integer> command = subscribe("orders.>", "chat");
    Peer peer = server.welcome();
    assertThat(peer.confirmSubscribe().getJsonArray("topics")).containsExactly("orders.>", "chat");
    String event =
        "{\"type\":\"event\",\"topic\":\"chat\",\"id\":\"i\",\"time\":\"t\",\"data\":{\"ü\": 1}}";
    peer.send(event);
    peer.send(event.replace(": 1", ":\n 1"));
    shell.awaitOutLines(2);

    shell.stop();

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
    assertThat(shell.outLines()).containsExactly(event, event.replace(": 1", ":  1"));
    assertThat(peer.awaitClose()).isEqualTo(1000);
    assertThat(shell.err()).contains("subscribed to orders.> chat");
  }

  @Test
  void leavesAfterAsManyEventsAsItWasAskedFor() throws Exception {
    CompletableFuture<Integer> command = subscribe("a", "--count", "2", "--data-only");
    Peer peer = subscribed();
    for (int i = 1; i <= 5; i++) {
      peer.event("a", i);
    }

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
    assertThat(shell.outLines()).containsExactly("1", "2");
  }

  @Test
  void gapsGoToStandardErrorAsTheyCame() throws Exception {
    CompletableFuture<Integer> command = subscribe("a", "--count", "1", "--quiet");
    Peer peer = subscribed();
    String gap = "{\"type\":\"gap\",\"topic\":\"a\",\"count\":15,\"reason\":\"queue_full\"}";
    peer.send(gap);
    peer.event("a", 1);

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
    assertThat(shell.errLines()).containsExactly(gap);
    assertThat(shell.outLines()).hasSize(1);
  }

  @Test
  void comesBackAndSaysSo() throws Exception {
    CompletableFuture<Integer> command = subscribe("a", "--count", "1");
    subscribed().close(1012);
    Peer next = subscribed();
    next.event("a", 1);

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
    assertThat(shell.err())
        .contains("because of 1012 (close code 1012); next attempt in ")
        .contains("reconnected to " + server.url());
  }

  @Test
  void waitsForAServerThatIsYetToStart() throws Exception {
    int port = server.port();
    server.close();
    CompletableFuture<Integer> command = subscribe("a", "--count", "1");
    shell.awaitErr("Connection refused");

    FakeServer late = FakeServer.startAt(vertx, port);

    Peer peer = late.welcome();
    peer.confirmSubscribe();
    peer.event("a", 1);
    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
  }

  @Test
  void beingSentAwayForGoodIsAFailure() throws Exception {
    CompletableFuture<Integer> command = subscribe("a", "--id", "till-4", "--takeover");
    Peer peer = server.welcome();
    assertThat(peer.uri()).contains("subscriber=till-4", "takeover=true");
    peer.confirmSubscribe();
    shell.awaitErr("subscribed");
    peer.close(4409);

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.FAILED);
    assertThat(shell.errLines())
        .last()
        .asString()
        .isEqualTo("carillon subscribe: because of 4409 (close code 4409)");
  }

  @Test
  void aRefusedTopicIsAFailure() throws Exception {
    CompletableFuture<Integer> command = subscribe("secret");
    Peer peer = server.welcome();
    peer.refuse(peer.expect("subscribe"), "forbidden", false);

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.FAILED);
    assertThat(shell.err())
        .contains("carillon subscribe: forbidden: subscribe to secret: because of forbidden");
  }

  @Test
  void aSlowSubscriberReadsNothingWhileItWaits() throws Exception {
    subscribe("a", "--slow", "3600000");
    Peer peer = subscribed();
    int sent = peer.sendLargeUntilItStalls("a", 4_000);

    assertThat(sent).isLessThan(4_000);
    assertThat(shell.outLines()).hasSize(1);
  }

  @Test
  void aReaderThatIsGoneEndsIt() throws Exception {
    shell.withOutput(
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        });
    CompletableFuture<Integer> command = subscribe("a");
    subscribed().event("a", 1);

    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
    assertThat(shell.err()).doesNotContain("Broken", "Exception");
  }

  @Test
  void aReaderThatStopsStopsTheReadingToo() throws Exception {
    CountDownLatch readOn = new CountDownLatch(1);
    shell.withOutput(
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int from, int length) throws IOException {
            try {
              readOn.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        });
    CompletableFuture<Integer> command = subscribe("a", "--count", "4000");
    Peer peer = subscribed();
    int sent = peer.sendLargeUntilItStalls("a", 4_000);
    assertThat(sent).isLessThan(4_000);

    readOn.countDown();
    for (; sent < 4_000; sent++) {
      peer.event("a", sent);
    }
    assertThat(TestShell.exitOf(command)).isEqualTo(Exit.OK);
  }
}
