package dev.carillon.cli.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/** One subscriber: counts what comes, in which order and how late. Owned by its event loop. */
final class BenchSubscriber implements RawSocket.Handler {
  // {"type":"event" … and {"type":"gap" … are told by the first letters after this many bytes.
  private static final int KIND_AT = 9;

  private final BenchPlan plan;
  private final BenchClock clock;
  private final LoopNumbers numbers;
  private final Runnable onSettled;
  private final long[] next;
  private final Promise<Void> subscribed = Promise.promise();
  private long now;

  BenchSubscriber(BenchPlan plan, BenchClock clock, LoopNumbers numbers, Runnable onSettled) {
    this.plan = plan;
    this.clock = clock;
    this.numbers = numbers;
    this.onSettled = onSettled;
    this.next = new long[plan.publishers()];
  }

  /** Subscribes; done when the server has confirmed it. */
  Future<Void> subscribe(RawSocket socket) {
    socket.send(
        new JsonObject()
            .put("type", "subscribe")
            .put("id", 1)
            .put("topics", new JsonArray().add(plan.topic()))
            .encode());
    return subscribed.future();
  }

  @Override
  public void text(byte[] bytes, int from, int to) {
    if (isKind(bytes, from, to, 'e', 'v')) {
      onEvent(bytes, from, to);
    } else {
      onOther(new JsonObject(new String(bytes, from, to - from, StandardCharsets.UTF_8)));
    }
  }

  private static boolean isKind(byte[] bytes, int from, int to, char first, char second) {
    return to - from > KIND_AT + 2
        && bytes[from + KIND_AT] == first
        && bytes[from + KIND_AT + 1] == second;
  }

  private void onEvent(byte[] bytes, int from, int to) {
    int at = Payload.find(bytes, from, to, plan.size());
    if (at < 0) {
      // Somebody else publishes to this topic.
      return;
    }
    if (now == 0) {
      now = clock.nanos();
    }
    int publisher = Payload.publisher(bytes, at);
    long event = Payload.event(bytes, at);
    if (event < next[publisher]) {
      numbers.outOfOrder++;
    } else {
      next[publisher] = event + 1;
    }
    numbers.delivered++;
    if (Payload.counts(bytes, at)) {
      numbers.counted++;
      numbers.latency(now - Payload.nanos(bytes, at));
    }
  }

  private void onOther(JsonObject frame) {
    switch (frame.getString("type", "")) {
      case "event" -> {
        byte[] bytes = frame.encode().getBytes(StandardCharsets.UTF_8);
        onEvent(bytes, 0, bytes.length);
      }
      case "gap" -> {
        Long count = frame.getLong("count");
        numbers.announced += count == null ? 0 : count;
      }
      case "subscribed" -> subscribed.tryComplete();
      case "error" ->
          subscribed.tryFail(frame.getString("code") + ": " + frame.getString("message"));
      default -> {}
    }
  }

  @Override
  public void endOfRead() {
    if (now != 0) {
      numbers.lastNanos = now;
      now = 0;
    }
    numbers.publish();
    onSettled.run();
  }

  @Override
  public void closed(String why) {
    subscribed.tryFail(why);
    numbers.closed++;
    numbers.closeReason = why;
  }
}
