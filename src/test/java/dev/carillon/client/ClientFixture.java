package dev.carillon.client;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A fake server, time that stands still, and a client whose every callback is kept. */
final class ClientFixture {
  final Vertx vertx = Vertx.vertx();
  final Context context = vertx.getOrCreateContext();
  final FakeTimer timer = new FakeTimer();
  final FakeServer server;
  final BlockingQueue<StateChange> states = new LinkedBlockingQueue<>();
  final BlockingQueue<CarillonException> errors = new LinkedBlockingQueue<>();
  final BlockingQueue<ReceivedGap> gaps = new LinkedBlockingQueue<>();
  final BlockingQueue<ReceivedEvent> events = new LinkedBlockingQueue<>();
  final BlockingQueue<Recovery> recoveries = new LinkedBlockingQueue<>();
  private @Nullable CarillonClient client;

  ClientFixture() throws Exception {
    server = FakeServer.start(vertx);
  }

  ClientOptions options() {
    return ClientOptions.of(server.url());
  }

  /** Begins to connect, without waiting for anything. */
  Future<CarillonClient> connecting(UnaryOperator<ClientOptions> change) {
    Promise<CarillonClient> promise = Promise.promise();
    context.runOnContext(
        ignored ->
            CarillonClient.builder(vertx, change.apply(options()))
                .time(timer)
                .randomness(new HighestJitter())
                .onState(states::add)
                .onError(errors::add)
                .onGap(gaps::add)
                .onRecovery(recoveries::add)
                .connect()
                .onSuccess(connected -> client = connected)
                .onComplete(promise));
    return promise.future();
  }

  /** Connects; the server has said welcome. */
  Peer connect(UnaryOperator<ClientOptions> change) throws Exception {
    Future<CarillonClient> connecting = connecting(change);
    Peer peer = server.welcome();
    FakeServer.await(connecting);
    return peer;
  }

  Peer connect() throws Exception {
    return connect(options -> options);
  }

  CarillonClient client() {
    if (client == null) {
      throw new AssertionError("not connected yet");
    }
    return client;
  }

  /** Subscribes and lets the server confirm it. */
  Subscription subscribe(Peer peer, String... topics) throws Exception {
    Future<Subscription> asked = client().subscribe(List.of(topics), events::add);
    peer.confirmSubscribe();
    return FakeServer.await(asked);
  }

  /** Moves time on the client's context and comes back when all that was due has run. */
  void advance(long ms) throws Exception {
    Promise<Void> moved = Promise.promise();
    context.runOnContext(
        ignored -> {
          timer.advance(ms);
          moved.complete();
        });
    FakeServer.await(moved.future());
  }

  /** The next state of this kind; passes over others. */
  StateChange await(ClientState state) throws InterruptedException {
    while (true) {
      StateChange change = states.poll(10, TimeUnit.SECONDS);
      if (change == null) {
        throw new AssertionError("the client did not become " + state);
      }
      if (change.state() == state) {
        return change;
      }
    }
  }

  /** Waits for the client to wait, then lets that time pass; answers how long it was. */
  long passReconnectWait() throws Exception {
    long waitMs = await(ClientState.WAITING).retryInMs();
    advance(waitMs);
    return waitMs;
  }

  <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing came");
    }
    return next;
  }

  /** Comes back once the client has taken everything that the peer sent before. */
  void settle(Peer peer) throws Exception {
    String mark = "mark-" + System.nanoTime();
    peer.send("{\"type\":\"gap\",\"topic\":\"" + mark + "\",\"count\":1,\"reason\":\"test\"}");
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> gaps.removeIf(gap -> gap.topic().equals(mark)));
  }

  void close() throws Exception {
    if (client != null) {
      FakeServer.await(client.close());
    }
    FakeServer.await(vertx.close());
  }
}
