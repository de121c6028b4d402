package dev.carillon.cli.bench;

import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One event loop of the generator with its share of the subscribers and publishers. */
final class BenchLoop extends VerticleBase {
  // More at once would be a flood of handshakes and not what is to be measured.
  private static final int CONNECTING_AT_ONCE = 32;

  private final BenchPlan plan;
  private final BenchClock clock;
  private final LoopNumbers numbers;
  private final BenchCourse course;
  private final int index;

  private final List<RawSocket> sockets = new ArrayList<>();
  private final List<BenchPublisher> publishers = new ArrayList<>();
  private @Nullable NetClient net;
  private long threadId;

  BenchLoop(BenchPlan plan, BenchClock clock, LoopNumbers numbers, BenchCourse course, int index) {
    this.plan = plan;
    this.clock = clock;
    this.numbers = numbers;
    this.course = course;
    this.index = index;
  }

  @Override
  public Future<?> start() {
    threadId = Thread.currentThread().getId();
    net =
        vertx.createNetClient(
            new NetClientOptions()
                .setTcpNoDelay(true)
                .setConnectTimeout(10_000)
                .setSsl(plan.server().tls())
                .setHostnameVerificationAlgorithm("HTTPS"));
    List<Kind> mine = new ArrayList<>();
    addShare(mine, Kind.SUBSCRIBER, plan.subscribers());
    addShare(mine, Kind.STALLED, plan.stalled());
    addShare(mine, Kind.PUBLISHER, plan.publishers());
    List<Future<Void>> lanes = new ArrayList<>();
    int width = Math.min(CONNECTING_AT_ONCE, mine.size());
    for (int lane = 0; lane < width; lane++) {
      lanes.add(connect(mine, lane, width));
    }
    return Future.all(lanes);
  }

  private enum Kind {
    SUBSCRIBER,
    STALLED,
    PUBLISHER
  }

  private void addShare(List<Kind> mine, Kind kind, int of) {
    for (int i = index; i < of; i += plan.loops()) {
      mine.add(kind);
    }
  }

  private Future<Void> connect(List<Kind> kinds, int at, int step) {
    if (at >= kinds.size()) {
      return Future.succeededFuture();
    }
    Future<Void> one =
        switch (kinds.get(at)) {
          case SUBSCRIBER -> subscriber(false);
          case STALLED -> subscriber(true);
          case PUBLISHER -> publisher();
        };
    return one.compose(done -> connect(kinds, at + step, step));
  }

  private Future<Void> subscriber(boolean stalled) {
    BenchSubscriber subscriber =
        new BenchSubscriber(plan, clock, stalled ? new LoopNumbers() : numbers, course::onSettled);
    return open(subscriber)
        .compose(
            socket ->
                subscriber
                    .subscribe(socket)
                    .onSuccess(
                        done -> {
                          if (stalled) {
                            socket.stall();
                          }
                        }));
  }

  private Future<Void> publisher() {
    int number = index + publishers.size() * plan.loops();
    BenchPublisher publisher = new BenchPublisher(plan, clock, course, number, context);
    publishers.add(publisher);
    return open(publisher).onSuccess(publisher::use).mapEmpty();
  }

  private Future<RawSocket> open(RawSocket.Handler handler) {
    NetClient client = net;
    if (client == null) {
      return Future.failedFuture("not started");
    }
    QueryStringEncoder path = new QueryStringEncoder(plan.server().prefix() + "/v1/ws");
    plan.token().ifPresent(token -> path.addParam("token", token));
    String host = plan.server().host() + ":" + plan.server().port();
    // Handlers must be set in the callback that hands the socket over, or bytes are lost.
    Promise<RawSocket> opened = Promise.promise();
    client
        .connect(plan.server().port(), plan.server().host())
        .onComplete(
            socket -> RawSocket.open(socket, host, path.toString(), handler).onComplete(opened),
            opened::tryFail);
    return opened.future().onSuccess(sockets::add);
  }

  List<BenchPublisher> publishers() {
    return publishers;
  }

  /** The id of its thread, for the accounts of CPU time. */
  long threadId() {
    return threadId;
  }

  /** Closes all its connections without ado; done when nothing more is counted. */
  Future<Void> hangUp() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        ignored -> {
          sockets.forEach(RawSocket::close);
          done.complete();
        });
    return done.future();
  }
}
