package dev.carillon.gateway;

import dev.carillon.cluster.EventBatch;
import dev.carillon.cluster.PreparedPublication;
import dev.carillon.cluster.SubscriberClaims;
import dev.carillon.cluster.TopicConsumer;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Position;
import dev.carillon.hub.History;
import dev.carillon.hub.Hub;
import dev.carillon.publish.EventRelay;
import dev.carillon.publish.Publisher;
import dev.carillon.store.LostEvents;
import io.netty.channel.SingleThreadEventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the doors of one event loop share: the hub, the publisher, the writer and the sessions.
 *
 * <p>Confined to that event loop, but for {@link #run}.
 */
final class Gateway {
  /** Twice what publishers may have on their way, so that the relay never finds the link full. */
  private static final int LINK_FACTOR = 2;

  /** Losses collected between two looks at them; what is beyond is counted. */
  private static final int MAX_COLLECTED_LOSSES = 1000;

  /**
   * Served before the loop turns: some 0.4 ms of sends. Half and a quarter of it cost the same,
   * four times as many let what comes in meanwhile wait for longer.
   */
  private static final int SUBSCRIBERS_A_TURN = 64;

  private final Vertx vertx;
  private final GatewaySettings settings;
  private final LostEvents lost;
  private final SubscriberIds ids;
  private final Optional<SubscriberClaims> claims;
  private final Future<SubscriberClaims.Outcome> admitted =
      Future.succeededFuture(SubscriberClaims.Outcome.ADMITTED);

  private final Thread loop = Thread.currentThread();
  private final SingleThreadEventLoop eventLoop;
  private final Context context;
  private final Hub hub;
  private final TopicConsumer consumer;
  private final Publisher publisher;
  private final FrameWriter writer;
  private final GatewayCounts counts = new GatewayCounts();
  private final TopicRates rates = new TopicRates();
  private final Optional<HistoryLookup> lookup;
  private final RecoveryAdmission recoveries;
  private final JsonReader jsonReader;
  private final CommandReader commandReader;
  private final SessionWheel wheel;
  private final ConnectionDeadlines deadlines;
  private final Map<String, Session> sessions = new LinkedHashMap<>();
  private List<EventFrame> undelivered = List.of();
  private boolean flushScheduled;

  private boolean readOnScheduled;
  private boolean admissionScheduled;
  private boolean draining;

  Gateway(Vertx vertx, GatewaySettings settings, Node node, long nodePublishBytes) {
    this.settings = settings;
    this.ids = node.ids();
    this.claims = node.cluster().map(NodeCluster::claims);
    ContextInternal context = (ContextInternal) vertx.getOrCreateContext();
    this.context = context;
    this.eventLoop = (SingleThreadEventLoop) context.nettyEventLoop();
    this.vertx = vertx;
    this.lost = new LostEvents(node.deadLetters(), MAX_COLLECTED_LOSSES);
    this.hub =
        new Hub(
            settings.hub(),
            new HubTroubles(
                new SlowSubscriberLog(System::nanoTime, counts), lost, this::readOnLater),
            node.history()
                .<History>map(history -> new StoredHistory(history, this::later))
                .orElse(History.NONE));
    this.lookup =
        node.history()
            .map(
                history ->
                    new HistoryLookup(
                        history,
                        settings.limits().maxTopics(),
                        settings.recovery().deadlineMs(),
                        context));
    this.recoveries = new RecoveryAdmission(settings.recovery().perSecond(), System::nanoTime);
    this.consumer =
        TopicConsumer.registerPaced(vertx, nodePublishBytes * LINK_FACTOR, this::deliver);
    this.publisher =
        new Publisher(
            settings.publish(),
            relay(),
            node.window(),
            node.history().map(NodeHistory::topics),
            Clock.systemUTC(),
            ThreadLocalRandom.current());
    this.jsonReader = new JsonReader(settings.http().maxJsonDepth());
    this.commandReader = new CommandReader(jsonReader, settings.limits());
    this.writer = new FrameWriter(settings.http().tls().isEmpty());
    this.wheel = new SessionWheel(settings.http().pingSeconds());
    this.deadlines =
        new ConnectionDeadlines(settings.http().requestSeconds(), settings.http().idleSeconds());
    vertx.setPeriodic(
        1000,
        timer -> {
          wheel.tick();
          deadlines.tick();
          rates.tick();
          lost.flush();
          hub.retryReading();
        });
  }

  Optional<HistoryLookup> lookup() {
    return lookup;
  }

  RecoveryAdmission recoveries() {
    return recoveries;
  }

  LostEvents lost() {
    return lost;
  }

  GatewaySettings settings() {
    return settings;
  }

  SubscriberIds ids() {
    return ids;
  }

  /**
   * Finds out whether an id that this node has admitted may be had in the whole cluster.
   *
   * @return completed already where there is nothing to find out; otherwise completes on this
   *     gateway's event loop. The claim is to be released whatever comes of it
   */
  Future<SubscriberClaims.Outcome> confirm(SubscriberIds.Claim claim, boolean takeover) {
    return claims.isEmpty() || !claim.isWished()
        ? admitted
        : hear(claim.claimOf(claims.get(), takeover).outcome());
  }

  Hub hub() {
    return hub;
  }

  TopicConsumer consumer() {
    return consumer;
  }

  Publisher publisher() {
    return publisher;
  }

  FrameWriter writer() {
    return writer;
  }

  GatewayCounts counts() {
    return counts;
  }

  TopicRates rates() {
    return rates;
  }

  JsonReader jsonReader() {
    return jsonReader;
  }

  CommandReader commandReader() {
    return commandReader;
  }

  ConnectionDeadlines deadlines() {
    return deadlines;
  }

  Collection<Session> sessions() {
    return sessions.values();
  }

  /** The session of a subscriber, if it is connected to this gateway. */
  Optional<Session> session(String id) {
    return Optional.ofNullable(sessions.get(id));
  }

  boolean isDraining() {
    return draining;
  }

  /** From now on new connections are refused. */
  void startDraining() {
    draining = true;
  }

  /** Ends what is left of the sessions, and the part in the relay. */
  Future<Void> close() {
    for (Session session : List.copyOf(sessions.values())) {
      session.close(CloseReason.RESTART);
    }
    return consumer.close();
  }

  /** Adds a session that has its subscriber; returns its slot in the wheel. */
  int add(Session session) {
    sessions.put(session.subscriber().id(), session);
    counts.sessionOpened(session.door());
    return wheel.add(session);
  }

  void remove(Session session, int slot) {
    sessions.remove(session.subscriber().id(), session);
    counts.sessionLeft(session.door());
    wheel.remove(session, slot);
  }

  /** Runs {@code action} on this gateway's event loop; at once when called there. */
  void run(Runnable action) {
    // By thread: what comes from a socket comes without a Vert.x context.
    if (Thread.currentThread() == loop) {
      action.run();
    } else {
      context.runOnContext(v -> action.run());
    }
  }

  /**
   * Delivers now, as far as there is room in line. What is beyond waits for the next turn, with
   * everything that comes behind it: a burst must not cost a subscriber whose socket can take it
   * anything, and a socket may take bytes only when the loop turns.
   */
  private void deliver(EventBatch batch) {
    batch.gaps().forEach(hub::announce);
    batch.holes().forEach(hub::repair);
    deliver(batch.frames());
  }

  private void deliver(List<EventFrame> frames) {
    int now = 0;
    while (now < frames.size() && hasRoomInLine()) {
      hub.deliver(frames.get(now++));
    }
    undelivered = frames.subList(now, frames.size());
    if (!undelivered.isEmpty()) {
      consumer.hold();
    }
    flushLater();
  }

  /** Whoever has to wait for its turn in line may find half of its queue filled by then. */
  private boolean hasRoomInLine() {
    return hub.unflushedEvents() < settings.maxUnflushedEvents()
        && hub.unflushedBytes() < settings.hub().limits().maxBytes() / 2;
  }

  private void deliverHeld() {
    if (!undelivered.isEmpty() && hasRoomInLine()) {
      deliver(undelivered);
      if (undelivered.isEmpty()) {
        consumer.proceed();
      }
    }
  }

  /** Something stands in queues whose subscribers are not ready yet. */
  void flushLater() {
    if (!flushScheduled) {
      flushScheduled = true;
      later(this::flush);
    }
  }

  /**
   * Sends to some of those who wait, and lets the loop turn before the next ones: what comes in
   * meanwhile goes along with what the others still wait for, and no command and no new connection
   * waits until a large audience has been served.
   */
  private void flush() {
    hub.flush(SUBSCRIBERS_A_TURN);
    writer.endOfFlush();
    deliverHeld();
    flushScheduled = hub.isUnflushed();
    if (flushScheduled) {
      // Not with runOnContext alone: a turn takes on whatever is run on it.
      eventLoop.executeAfterEventLoopIteration(() -> later(this::flush));
    } else {
      writer.endOfRound();
    }
  }

  private void readOnLater() {
    if (!readOnScheduled) {
      readOnScheduled = true;
      later(
          () -> {
            readOnScheduled = false;
            hub.readOn();
            flushLater();
          });
    }
  }

  private void later(Runnable action) {
    context.runOnContext(v -> action.run());
  }

  /** What a store answers, on this gateway's event loop. */
  <T> Future<T> hear(CompletionStage<T> stage) {
    return Future.fromCompletionStage(stage, context);
  }

  /** Lets a subscriber begin to read histories when its turn has come. */
  void admitRecovery(Runnable begin) {
    recoveries.admit(begin);
    admitLater();
  }

  private void admitLater() {
    if (!admissionScheduled && recoveries.waiting() > 0) {
      admissionScheduled = true;
      vertx.setTimer(
          RecoveryAdmission.TICK_MS,
          timer -> {
            admissionScheduled = false;
            recoveries.tick();
            admitLater();
          });
    }
  }

  private EventRelay relay() {
    return new EventRelay() {
      @Override
      public void relay(List<EventFrame> frames, Runnable taken) {
        for (int i = 0; i < frames.size(); i++) {
          rates.count(frames.get(i).topic());
        }
        consumer.publish(frames, taken);
      }

      @Override
      public void storedAgain(String topic, Position position) {
        consumer.storedAgain(topic, position);
      }

      @Override
      public Ticket prepare(Runnable taken) {
        PreparedPublication prepared = consumer.prepare(taken);
        return new Ticket() {
          @Override
          public void relay(List<EventFrame> frames) {
            prepared.publish(frames);
          }

          @Override
          public void cancel() {
            prepared.cancel();
          }
        };
      }

      @Override
      public void execute(Runnable action) {
        later(action);
      }

      @Override
      public void atEndOfTick(Runnable action) {
        context.runOnContext(v -> action.run());
      }
    };
  }
}
