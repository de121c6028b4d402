package dev.carillon.cluster;

import static dev.carillon.cluster.Frames.frame;
import static dev.carillon.cluster.Frames.frames;
import static dev.carillon.cluster.Frames.large;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.carillon.cluster.Loops.Loop;
import dev.carillon.event.EventFrame;
import dev.carillon.event.InvalidTopicException;
import dev.carillon.event.Pattern;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@link RelayVerticle} and {@link TopicConsumer} on event loops of a real Vert.x. */
final class RelayVerticleTest {
  @RegisterExtension final Loops loops = new Loops();

  private final Vertx vertx = loops.vertx();

  private Loop loop() {
    return loops.loop();
  }

  /** A consumer that only publishes. */
  private TopicConsumer publisher(Loop loop) {
    return loop.get(
        () -> Future.succeededFuture(TopicConsumer.registerPaced(vertx, 1 << 20, batch -> {})));
  }

  private static Future<Void> publish(TopicConsumer consumer, List<EventFrame> frames) {
    Promise<Void> taken = Promise.promise();
    consumer.publish(frames, taken::complete);
    return taken.future();
  }

  @Test
  void everyConsumerSeesATopicsEventsInTheSameOrder() {
    loops.withRelay();
    List<Loop> all = List.of(loop(), loop(), loop());
    List<Received> received = new ArrayList<>();
    List<TopicConsumer> consumers = new ArrayList<>();
    for (Loop loop : all) {
      Received one = Received.open();
      received.add(one);
      consumers.add(loop.paced(vertx, ">", one));
    }
    int batches = 100;
    for (int i = 1; i <= batches; i++) {
      int number = i;
      for (int source = 0; source < 3; source++) {
        int own = number * 10 + source;
        TopicConsumer consumer = consumers.get(source);
        all.get(source)
            .context()
            .runOnContext(
                v -> consumer.publish(List.of(frame("a", own), frame("b", own)), () -> {}));
      }
    }
    await().until(() -> received.stream().allMatch(one -> one.texts().size() == 6 * batches));
    List<String> first = received.get(0).texts();
    assertThat(received).allSatisfy(one -> assertThat(one.texts()).isEqualTo(first));
    for (int source = 0; source < 3; source++) {
      String ending = String.valueOf(source);
      assertThat(first.stream().filter(text -> text.startsWith("a=") && text.endsWith(ending)))
          .hasSize(batches)
          .isSortedAccordingTo(
              (x, y) ->
                  Integer.compare(
                      Integer.parseInt(x.substring(2)), Integer.parseInt(y.substring(2))));
    }
  }

  @Test
  void whatIsPublishedOnceAnInterestIsInForceComes() {
    loops.withRelay();
    Loop consuming = loop();
    Loop publishing = loop();
    TopicConsumer publisher = publisher(publishing);
    Received received = Received.open();
    TopicConsumer consumer = consuming.paced(vertx, "nothing", received);
    for (int i = 0; i < 100; i++) {
      String topic = "t" + i;
      String pattern = i % 2 == 0 ? topic : topic + ".*";
      consuming.get(() -> consumer.subscribe(new Pattern(pattern)));
      publishing.get(() -> publish(publisher, frames(pattern.replace("*", "x"), 1)));
      // A paced publication is taken when the consumer's handler has it.
      assertThat(received.texts()).hasSize(i + 1);
    }
  }

  @Test
  void aRegistrationIsInForceWhenItsFutureSaysSo() {
    loops.withRelay();
    Loop publishing = loop();
    TopicConsumer publisher = publisher(publishing);
    for (int i = 1; i <= 5; i++) {
      Received received = Received.open();
      TopicConsumer consumer = loop().unpaced(vertx, "a.*", received);
      assertThat(consumer.topics()).isEqualTo(1);
      publishing.get(() -> publish(publisher, frames("a.b", 1)));
      await().until(() -> received.texts().equals(List.of("a.b=1")));
    }
  }

  @Test
  void aConsumerGetsAnEventOnceAndOnlyWhatItAsksFor() {
    loops.withRelay();
    Loop loop = loop();
    Received received = Received.open();
    TopicConsumer consumer = loop.paced(vertx, "a.b", received);
    loop.get(
        () ->
            Future.all(
                consumer.subscribe(new Pattern("a.*")), consumer.subscribe(new Pattern("a.>"))));
    loop.get(
        () ->
            publish(
                consumer, List.of(frame("a", 1), frame("a.b", 2), frame("b", 3), frame("a.c", 4))));
    assertThat(received.texts()).containsExactly("a.b=2", "a.c=4");
  }

  @Test
  void aConsumerThatHoldsTakesEverythingLaterInItsOrder() {
    loops.withRelay();
    Loop holding = loop();
    Received received = Received.open();
    AtomicReference<TopicConsumer> self = new AtomicReference<>();
    TopicConsumer consumer =
        holding.paced(
            vertx,
            "a",
            batch -> {
              received.take(batch);
              Objects.requireNonNull(self.get()).hold();
            });
    self.set(consumer);
    Received beside = Received.open();
    loop().paced(vertx, "a", beside);
    Loop publishing = loop();
    TopicConsumer publisher = publisher(publishing);
    publishing.get(() -> publish(publisher, frames("a", 1)));
    publishing.run(() -> publisher.publish(frames("a", 2), () -> {}));
    publishing.run(() -> publisher.publish(frames("a", 3), () -> {}));
    Future<Void> wish = holding.<Future<Void>>get(() -> wish(consumer, "b"));
    await().until(() -> beside.texts().size() == 3);

    // The relay tells this one before the other one.
    holding.run(() -> assertThat(received.texts()).containsExactly("a=1"));
    assertThat(wish.isComplete()).isFalse();
    holding.run(consumer::proceed);
    assertThat(received.texts()).containsExactly("a=1", "a=2");
    holding.run(consumer::proceed);
    assertThat(received.texts()).containsExactly("a=1", "a=2", "a=3");
    holding.run(consumer::proceed);
    Loops.get(wish);
  }

  private static Future<Future<Void>> wish(TopicConsumer consumer, String topic) {
    return Future.succeededFuture(consumer.subscribe(new Pattern(topic)));
  }

  @Test
  void aWishLastsUntilItIsTakenBackAsOftenAsItWasMade() {
    loops.withRelay();
    Loop loop = loop();
    Received received = Received.open();
    TopicConsumer consumer = loop.paced(vertx, "a", received);
    loop.get(() -> consumer.subscribe(new Pattern("a")));
    loop.run(() -> consumer.unsubscribe(new Pattern("a")));
    loop.get(() -> publish(consumer, frames("a", 1)));
    loop.run(() -> consumer.unsubscribe(new Pattern("a")));
    // A later wish is acknowledged after the earlier change.
    loop.get(() -> consumer.subscribe(new Pattern("z")));
    loop.get(() -> publish(consumer, frames("a", 2)));
    assertThat(received.texts()).containsExactly("a=1");
  }

  @Test
  void aSlowConsumerLosesIsToldExactlyAndCostsNobodyElse() throws InterruptedException {
    loops.withRelay();
    Loop publishing = loop();
    TopicConsumer publisher = publisher(publishing);
    Received slow = Received.held();
    Received quick = Received.open();
    loops.worker().unpaced(vertx, ">", slow);
    loop().paced(vertx, ">", quick);
    int batches = 300;
    for (int i = 1; i <= batches; i++) {
      List<EventFrame> batch = List.of(large("a", i, 4000), large("b", i, 4000));
      publishing.get(() -> publish(publisher, batch));
      if (i == 1) {
        slow.awaitHeld();
      }
    }
    assertThat(quick.texts()).hasSize(2 * batches);
    assertThat(publishing.get(publisher::relayCounts).eventsLost()).isPositive();
    slow.release();
    Map<String, Integer> all = Map.of("a", batches, "b", batches);
    await().until(() -> slow.explained().equals(all));
    slow.assertNoHole();
    quick.assertNoHole();
    RelayCounts counts = publishing.get(publisher::relayCounts);
    long missed = 2L * batches - slow.texts().stream().filter(t -> t.contains("=")).count();
    assertThat(counts.eventsLost()).isEqualTo(missed);
  }

  @Test
  void aPublicationIsTakenWhenAllPacedConsumersThatWantItHaveIt() throws InterruptedException {
    loops.withRelay();
    Loop publishing = loop();
    TopicConsumer publisher = publisher(publishing);
    Received slow = Received.held();
    Received indifferent = Received.held();
    loops.worker().paced(vertx, "a", slow);
    loops.worker().unpaced(vertx, "a", indifferent);
    loop().paced(vertx, "a", Received.open());
    AtomicInteger taken = new AtomicInteger();
    publishing.run(() -> publisher.publish(frames("a", 1), taken::incrementAndGet));
    slow.awaitHeld();
    // What nobody wants is taken at once, and after the relay saw the first publication.
    publishing.get(() -> publish(publisher, frames("b", 1)));
    assertThat(taken).hasValue(0);
    slow.release();
    await().untilAtomic(taken, org.hamcrest.Matchers.equalTo(1));
    indifferent.release();
  }

  @Test
  void aConsumerThatLeavesLeavesNothingAndHoldsNobodyUp() throws InterruptedException {
    loops.withRelay();
    Loop publishing = loop();
    TopicConsumer publisher = publisher(publishing);
    Loop leaving = loops.worker();
    Received held = Received.held();
    TopicConsumer consumer = leaving.paced(vertx, "a.>", held);
    AtomicInteger taken = new AtomicInteger();
    publishing.run(() -> publisher.publish(frames("a.b", 1), taken::incrementAndGet));
    held.awaitHeld();
    publishing.run(() -> publisher.publish(frames("a.b", 2), taken::incrementAndGet));
    RelayCounts before = publishing.get(publisher::relayCounts);
    assertThat(before.consumers()).isEqualTo(2);
    assertThat(before.topics()).isEqualTo(1);
    assertThat(before.bytesInFlight()).isPositive();

    Future<Void> closed = onWorker(leaving, consumer);
    held.release();
    Loops.get(closed);
    await().untilAtomic(taken, org.hamcrest.Matchers.equalTo(2));
    RelayCounts after = publishing.get(publisher::relayCounts);
    assertThat(after).isEqualTo(new RelayCounts(1, 0, 0, 0));
    int got = held.texts().size();
    publishing.get(() -> publish(publisher, frames("a.b", 3)));
    assertThat(held.texts()).hasSize(got);
  }

  private static Future<Void> onWorker(Loop worker, TopicConsumer consumer) {
    Promise<Void> closed = Promise.promise();
    worker.context().runOnContext(v -> consumer.close().onComplete(closed));
    return closed.future();
  }

  @Test
  void closingFailsWhatIsStillWaitedFor() {
    // Without a relay nothing is ever answered.
    Loop loop = loop();
    TopicConsumer consumer = publisher(loop);
    List<Future<?>> waiting = new ArrayList<>();
    loop.run(
        () -> {
          waiting.add(consumer.subscribe(new Pattern("a")));
          waiting.add(consumer.relayCounts());
        });
    loop.get(consumer::close);
    loop.get(consumer::close);
    assertThat(waiting).allMatch(Future::failed);
    assertThat(
            loop.<List<Future<?>>>get(
                () ->
                    Future.succeededFuture(
                        List.of(consumer.subscribe(new Pattern("b")), consumer.relayCounts()))))
        .allMatch(Future::failed);
  }

  @Test
  void registeringWithoutARelayFailsAndSaysWhy() {
    Loop loop = loop();
    assertThatThrownBy(() -> loop.get(() -> TopicConsumer.register(vertx, "a", batch -> {}, 20)))
        .hasRootCauseMessage("closed")
        .hasMessageContaining("is a RelayVerticle deployed on this Vert.x?");
  }

  @Test
  void registeringOutsideAContextOrTheGrammarIsRefused() {
    loops.withRelay();
    assertThatThrownBy(() -> TopicConsumer.register(vertx, "a", batch -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("register it in a verticle's start()");
    Loop loop = loop();
    assertThatThrownBy(() -> loop.get(() -> TopicConsumer.register(vertx, "a..b", batch -> {})))
        .hasCauseInstanceOf(InvalidTopicException.class);
    TopicConsumer asking = publisher(loop);
    assertThat(loop.get(asking::relayCounts).consumers()).isEqualTo(1);
  }

  @Test
  void aHandlerThatThrowsHasTakenItsBatchAndGetsTheNext() {
    loops.withRelay();
    List<Throwable> thrown = new ArrayList<>();
    Loop loop = loop();
    loop.run(() -> loop.context().exceptionHandler(thrown::add));
    AtomicInteger batches = new AtomicInteger();
    TopicConsumer consumer =
        loop.paced(
            vertx,
            "a",
            batch -> {
              batches.incrementAndGet();
              throw new IllegalStateException("broken");
            });
    loop.get(() -> publish(consumer, frames("a", 1)));
    loop.get(() -> publish(consumer, frames("a", 2)));
    assertThat(batches).hasValue(2);
    loop.run(() -> assertThat(thrown).hasSize(2));
  }
}
