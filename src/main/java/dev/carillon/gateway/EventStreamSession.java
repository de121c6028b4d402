package dev.carillon.gateway;

import dev.carillon.cluster.SubscriberClaims;
import dev.carillon.event.ErrorCode;
import dev.carillon.event.Gap;
import dev.carillon.event.GapFrame;
import dev.carillon.event.Pattern;
import dev.carillon.hub.Receiver;
import dev.carillon.hub.Subscriber;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client of Server-Sent Events: it asked once for its topics, and only listens. */
final class EventStreamSession implements Receiver, Session {
  private final Gateway gateway;
  private final SubscriberIds.Claim claim;
  private final boolean takeover;
  private final Subscriber subscriber;
  private final Subscriptions subscriptions;
  private final long connectedAt = System.currentTimeMillis();
  private final int slot;

  private @Nullable EventStreamOutput output;
  private @Nullable StreamPlace place;
  private boolean begun;
  private boolean left;
  private int stalledSeconds;
  private int closeCode = CloseCodes.GONE;

  /** Makes the session of a claimed id. */
  EventStreamSession(Gateway gateway, SubscriberIds.Claim claim, boolean takeover) {
    this.gateway = gateway;
    this.claim = claim;
    this.takeover = takeover;
    this.subscriber = gateway.hub().subscribe(claim.id(), List.of(), this);
    this.subscriptions = new Subscriptions(gateway, subscriber);
    this.slot = gateway.add(this);
  }

  /**
   * Subscribes; the stream begins when every event published from then on will come.
   *
   * @param lost what is to be announced first
   */
  void open(EventStreamOutput opened, List<Pattern> patterns, HistoryWish wish, List<Gap> lost)
      throws RefusedException {
    output = opened;
    Future<SubscriberClaims.Outcome> confirmed = gateway.confirm(claim, takeover);
    if (confirmed.isComplete()) {
      subscribe(patterns, wish, lost);
      return;
    }
    confirmed.onSuccess(
        outcome -> {
          if (!left) {
            decide(outcome, patterns, wish, lost);
          }
        });
  }

  private void decide(
      SubscriberClaims.Outcome outcome, List<Pattern> patterns, HistoryWish wish, List<Gap> lost) {
    switch (outcome) {
      case ADMITTED -> {
        try {
          subscribe(patterns, wish, lost);
        } catch (RefusedException e) {
          refuse(ProblemException.of(e));
        }
      }
      case TAKEN -> refuse(ProblemException.of(ErrorCode.SUBSCRIBER_EXISTS, SubscriberName.IN_USE));
      case UNKNOWN -> refuse(ProblemException.overloaded(SubscriberName.UNDECIDED));
    }
  }

  private void refuse(ProblemException problem) {
    leave();
    output().refuse(problem);
  }

  private void subscribe(List<Pattern> patterns, HistoryWish wish, List<Gap> lost)
      throws RefusedException {
    subscriptions.add(
        patterns,
        wish,
        new Subscriptions.Outcome() {
          @Override
          public void subscribed(List<SubscribedTopic> topics) {
            begin(topics, lost);
          }

          @Override
          public void refused(RefusedException refusal) {
            refuse(ProblemException.of(refusal));
          }
        });
  }

  @Override
  public Subscriber subscriber() {
    return subscriber;
  }

  @Override
  public long connectedAt() {
    return connectedAt;
  }

  @Override
  public Door door() {
    return Door.EVENT_STREAM;
  }

  @Override
  public Optional<String> remote() {
    return output().remote();
  }

  @Override
  public void beat() {
    EventStreamOutput open = output();
    stalledSeconds =
        open.isWritable() ? 0 : stalledSeconds + gateway.settings().http().pingSeconds();
    if (stalledSeconds >= gateway.settings().http().idleSeconds()) {
      close(CloseReason.IDLE);
    } else if (begun && open.isWritable()) {
      subscriber.queue().trim();
      open.comment();
    }
  }

  @Override
  public void goaway(String reason, long reconnectAfterMs) {
    if (begun) {
      output().send("goaway", Answers.goaway(reason, reconnectAfterMs));
    }
  }

  @Override
  public void close(CloseReason reason) {
    closeCode = reason.code();
    if (begun && reason == CloseReason.TAKEN_OVER) {
      output()
          .send(
              "error", Answers.error(Optional.empty(), ErrorCode.SUBSCRIBER_EXISTS, reason.text()));
    }
    leave();
    output().close();
  }

  @Override
  public void ready(Subscriber ready) {
    if (begun) {
      send(ready);
    }
  }

  @Override
  public void overflowed(Subscriber overflowed) {
    close(CloseReason.OVERFLOW);
  }

  /** The socket takes bytes again. */
  void writable() {
    if (!left) {
      ready(subscriber);
      gateway.writer().endOfFlush();
      gateway.hub().roomFor(subscriber);
    }
  }

  /** Leaves nothing behind: the subscriber, its interest, its id and its place are given back. */
  void leave() {
    if (left) {
      return;
    }
    left = true;
    subscriptions.close();
    gateway.hub().unsubscribe(claim.id());
    gateway.remove(this, slot);
    gateway.counts().sessionClosed(Door.EVENT_STREAM, closeCode);
    gateway.ids().release(claim);
  }

  private void begin(List<SubscribedTopic> topics, List<Gap> lost) {
    GatewaySettings settings = gateway.settings();
    EventStreamOutput open = output();
    begun = true;
    open.begin();
    open.send(
        "welcome",
        Answers.welcome(
            claim.id(), settings.node(), settings.hub().limits().maxEvents(), settings.overflow()));
    open.send("subscribed", Answers.subscribed(topics));
    lost.forEach(gap -> open.send("gap", new GapFrame(gap).json()));
    if (topics.stream().anyMatch(SubscribedTopic::mayKeepHistory)) {
      StreamPlace made = new StreamPlace(topics);
      place = made;
      made.takeText().ifPresent(open::id);
    }
  }

  private void send(Subscriber ready) {
    StreamPlace at = place;
    if (at == null) {
      output().send(ready.queue(), frame -> {});
    } else {
      output().send(ready.queue(), at);
      // Behind everything it speaks of: who has read it has read that.
      at.takeText().ifPresent(output()::id);
    }
  }

  private EventStreamOutput output() {
    if (output == null) {
      throw new IllegalStateException("not opened yet");
    }
    return output;
  }
}
