package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.ClientFrames;
import dev.carillon.testing.CloseFrame;
import dev.carillon.testing.ClusterFixture;
import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawSocket;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A subscriber id is one connection in the whole cluster. */
final class ClusterIdentityTest {
  @RegisterExtension static final ClusterFixture CLUSTER = new ClusterFixture(3);

  @Test
  void anIdInUseOnAnotherNodeIsRefusedAndItsOwnerStays() {
    RawWebSocket owner = CLUSTER.node(0).webSocket("?subscriber=ann").subscribe("t");

    for (int i = 0; i < 3; i++) {
      RawWebSocket other =
          CLUSTER.node(i).upgraded(RawSocket.to(CLUSTER.node(i).port()), "?subscriber=ann");
      assertThat(other.read("error").getString("code")).isEqualTo("subscriber_exists");
      assertThat(other.readClose()).isEqualTo(new CloseFrame(4409, "subscriber exists"));
      CLUSTER
          .node(i)
          .http()
          .get("/v1/stream?topic=t&subscriber=ann")
          .problem(409, "subscriber_exists");
    }

    owner.publish("t", "1");
    assertThat(owner.readEvent("t")).isEqualTo(1);
  }

  @Test
  void aTakeoverClosesTheConnectionOfAnotherNode() {
    RawWebSocket last = CLUSTER.node(0).webSocket("?subscriber=ann").subscribe("t");
    for (int i = 1; i < 12; i++) {
      RawWebSocket next =
          CLUSTER.node(i % 3).webSocket("?subscriber=ann&takeover=true").subscribe("t");
      assertThat(last.readClose()).isEqualTo(new CloseFrame(4409, "taken over"));
      last = next;
    }
    CLUSTER.node(0).webSocket().publish("t", "1");
    assertThat(last.readEvent("t")).isEqualTo(1);
  }

  @Test
  void aTakeoverGoesAcrossDoorsAndNodes() {
    RawEventStream stream = CLUSTER.node(0).eventStream("?topic=t&subscriber=ann");

    RawWebSocket webSocket = CLUSTER.node(1).webSocket("?subscriber=ann&takeover=true");
    stream.read("error");
    stream.awaitEnd();

    CLUSTER.node(2).eventStream("?topic=t&subscriber=ann&takeover=true");
    assertThat(webSocket.readClose().code()).isEqualTo(4409);
  }

  @Test
  void anIdIsFreeOnEveryNodeAsSoonAsItsConnectionIsClosed() {
    for (int i = 0; i < 30; i++) {
      CLUSTER.node(i % 3).webSocket("?subscriber=ann").closeNormally();
    }
  }

  @Test
  void whatIsSentBeforeTheWelcomeIsRead() throws Exception {
    RawSocket socket = RawSocket.to(CLUSTER.node(0).port());
    RawWebSocket webSocket = CLUSTER.node(0).webSocketOver(socket);
    // In one piece, so that it is there before the answer of the cluster is.
    socket.write(
        Buffer.buffer(ClientFrames.handshake("/v1/ws?subscriber=ann"))
            .appendBytes(ClientFrames.text("{\"type\":\"subscribe\",\"id\":1,\"topics\":[\"t\"]}"))
            .appendBytes(ClientFrames.text("{\"type\":\"ping\",\"id\":2}"))
            .getBytes());
    assertThat(CLUSTER.node(0).http(socket).read().status()).isEqualTo(101);

    webSocket.read("welcome");
    assertThat(List.of(webSocket.read().getString("type"), webSocket.read().getString("type")))
        .containsExactlyInAnyOrder("subscribed", "pong");
  }

  @Test
  void ofManyThatWishForOneIdAtOnceOneGetsIt() {
    List<RawWebSocket> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      all.add(
          CLUSTER
              .node(i % 3)
              .upgraded(RawSocket.to(CLUSTER.node(i % 3).port()), "?subscriber=ann"));
    }
    long welcomed =
        all.stream().filter(one -> one.read().getString("type").equals("welcome")).count();
    assertThat(welcomed).isEqualTo(1);
  }

  @Test
  void ofManyThatTakeOverAtOnceOneStays() {
    for (int i = 0; i < 30; i++) {
      TestServer node = CLUSTER.node(i % 3);
      node.upgraded(RawSocket.to(node.port()), "?subscriber=ann&takeover=true");
    }
    // Those that are closed say so; who is left has the id.
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> CLUSTER.nodes().stream().mapToInt(node -> node.books().subscribers()).sum() == 1);
    CLUSTER.node(0).webSocket("?subscriber=ann&takeover=true").closeNormally();
  }

  @Test
  void theIdsOfANodeThatDiedAreFreeAgain() throws Exception {
    CLUSTER.node(2).webSocket("?subscriber=ann");
    CLUSTER.kill(2);
    try {
      CLUSTER.node(0).webSocket("?subscriber=ann").closeNormally();
    } finally {
      CLUSTER.start(2);
    }
    CLUSTER.node(2).webSocket("?subscriber=ann");
  }

  @Test
  void whereTheClusterNamesANewerConnectionTheOlderOneCloses() {
    RawWebSocket older = CLUSTER.node(0).webSocket("?subscriber=ann");

    CLUSTER.node(0).claims().put("ann", claim(System.currentTimeMillis() + 60_000, 1));

    assertThat(older.readClose()).isEqualTo(new CloseFrame(4409, "taken over"));
    CLUSTER.node(0).claims().remove("ann");
  }

  @Test
  void whatTheClusterLostOfAConnectionIsPutBack() {
    CLUSTER.node(0).webSocket("?subscriber=ann");
    String own = CLUSTER.node(0).claims().getOrDefault("ann", "");

    CLUSTER.node(0).claims().remove("ann");
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> own.equals(CLUSTER.node(1).claims().get("ann")));

    CLUSTER.node(0).claims().put("ann", claim(1, 1));
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> own.equals(CLUSTER.node(1).claims().get("ann")));
  }

  @Test
  void whatANodeLeftBehindInTheClusterIsNobodys() {
    CLUSTER.node(0).claims().put("ann", claim(System.currentTimeMillis() + 60_000, 1));

    CLUSTER.node(0).webSocket("?subscriber=ann");
  }

  /** As another node writes it. */
  private static String claim(long millis, int node) {
    return "%016x%016x%s".formatted(millis, 1, CLUSTER.node(node).id());
  }
}
