package dev.carillon.cli.bench;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One publisher. Owned by its event loop, but for {@link #wake}. */
final class BenchPublisher implements RawSocket.Handler {
  // Events of one write: enough to fill packets, little enough to look at the clock in between.
  private static final int MAX_EVENTS_A_WRITE = 64;

  private final BenchClock clock;
  private final BenchCourse course;
  private final int number;
  private final long warmup;
  private final long all;
  private final byte[] frame;
  private final int payloadAt;
  private final Context context;
  private final AtomicBoolean awake = new AtomicBoolean();

  private @Nullable RawSocket socket;
  // Written by the loop, read by the pacer, which may see it late.
  private volatile long next;

  BenchPublisher(
      BenchPlan plan, BenchClock clock, BenchCourse course, int number, Context context) {
    this.clock = clock;
    this.course = course;
    this.number = number;
    this.all = plan.eventsOf(number);
    this.warmup = plan.warmup() / plan.publishers();
    byte[] blank = Payload.blank(plan.size());
    this.frame = Frames.make(Frames.TEXT, Payload.command(plan.topic(), blank));
    this.payloadAt = frame.length - 1 - blank.length;
    this.context = context;
  }

  void use(RawSocket opened) {
    socket = opened;
    opened.onDrain(this::send);
  }

  /** Sends what may go; callable from any thread, as often as one likes. */
  void wake() {
    if (awake.compareAndSet(false, true)) {
      context.runOnContext(ignored -> send());
    }
  }

  /** When its next event is meant to be sent; the end of time when there is none. */
  long nextNanos(long now) {
    long event = next;
    return event >= all ? Long.MAX_VALUE : course.intendedNanos(number, event, now);
  }

  private void send() {
    awake.set(false);
    RawSocket open = socket;
    while (open != null && !open.isFull()) {
      Buffer frames = Buffer.buffer();
      long now = clock.nanos();
      for (int i = 0; i < MAX_EVENTS_A_WRITE && nextNanos(now) <= now && course.mayGo() > 0; i++) {
        long event = next;
        boolean counts = event >= warmup;
        Payload.set(frame, payloadAt, nextNanos(now), event, number, counts);
        frames.appendBytes(frame);
        next = event + 1;
        course.sent(now, counts);
      }
      if (frames.length() == 0) {
        return;
      }
      open.sendFrames(frames);
    }
  }

  @Override
  public void text(byte[] bytes, int from, int to) {
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    if (text.startsWith("{\"type\":\"error\"")) {
      course.refused(new JsonObject(text).getString("code", "unknown"));
    }
  }

  @Override
  public void endOfRead() {}

  @Override
  public void closed(String why) {
    course.fail("the publisher was sent away: " + why);
  }
}
