package dev.carillon.client;

import dev.carillon.client.WantedTopic.Status;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All subscriptions of a client, and how far the server knows of them. Several subscriptions may
 * ask for the same topic; the server is asked once. After a reconnect everything is asked for
 * again, on history topics from where the last event left off.
 *
 * <p>Owned by the client's context.
 */
final class SubscriptionSet {
  // Past this many topics the lookup of their subscriptions is made anew.
  private static final int MAX_CACHED_TOPICS = 4096;

  /** What the set needs of its client. */
  interface Owner {
    long nextCommandId();

    /** Runs a task after the wait that follows a refusal. */
    void afterBackoff(int refusals, Runnable task);

    int retries();

    /** The server left a command unanswered, or answered nonsense. */
    ClientTimer.Timeout watch(String command);

    /** Tells the application of events that are missing and that the server can't know of. */
    void lost(ReceivedGap gap);

    /** Tells the application what became of a subscription that wanted histories. */
    void recovered(Recovery recovery);

    void report(CarillonException failure);
  }

  /** A command that is to be answered; {@code origin} is absent for an unsubscribe. */
  private record Command(
      List<WantedTopic> topics,
      FromPlaces from,
      Optional<Subscription> origin,
      ClientTimer.Timeout watch) {}

  private final Owner owner;
  private final Set<Subscription> subscriptions = new LinkedHashSet<>();
  private final Map<String, WantedTopic> topics = new LinkedHashMap<>();
  private final Map<Long, Command> commands = new HashMap<>();
  private final Map<String, List<Subscription>> audiences = new HashMap<>();
  private @Nullable Connection connection;

  SubscriptionSet(Owner owner) {
    this.owner = owner;
  }

  void add(Subscription subscription) {
    Optional<String> taken =
        subscription.topics().stream()
            .filter(subscription.from()::containsKey)
            .filter(name -> topics.containsKey(name) && topics.get(name).isTaken())
            .findFirst();
    if (taken.isPresent()) {
      subscription.ready().tryFail(alreadySubscribed(taken.get()));
      return;
    }
    subscriptions.add(subscription);
    audiences.clear();
    for (String name : subscription.topics()) {
      WantedTopic topic = topics.computeIfAbsent(name, WantedTopic::new);
      topic.wantedBy().forEach(other -> subscription.places().join(name, other.places()));
      topic.wantedBy().add(subscription);
    }
    ask(subscription);
    completeIfReady(subscription);
  }

  /** What comes for a topic comes once, so that two can't begin at different places. */
  private static CarillonException alreadySubscribed(String topic) {
    return new CarillonException(
        CarillonException.ALREADY_SUBSCRIBED,
        "another subscription of this client asks for "
            + topic
            + " already, so that this one can't begin elsewhere; another client can",
        false);
  }

  void remove(Subscription subscription) {
    if (!subscriptions.remove(subscription)) {
      return;
    }
    audiences.clear();
    List<WantedTopic> given = new ArrayList<>();
    for (String name : subscription.topics()) {
      WantedTopic topic = topics.get(name);
      if (topic == null) {
        continue;
      }
      topic.wantedBy().remove(subscription);
      if (topic.wantedBy().isEmpty() && topic.status() == Status.ACTIVE) {
        given.add(topic);
      }
      forgetIfUnused(topic);
    }
    giveBack(given);
  }

  private void forgetIfUnused(WantedTopic topic) {
    if (topic.wantedBy().isEmpty() && topic.status() == Status.ABSENT) {
      topics.remove(topic.name());
    }
  }

  /** A new connection: ask for everything. */
  void connected(Connection opened) {
    connection = opened;
    List.copyOf(subscriptions).forEach(this::ask);
  }

  void disconnected() {
    connection = null;
    commands.values().forEach(command -> command.watch().cancel());
    commands.clear();
    for (WantedTopic topic : List.copyOf(topics.values())) {
      topic.setStatus(Status.ABSENT);
      forgetIfUnused(topic);
    }
  }

  /** Nothing will be asked for any more. */
  void close(CarillonException reason) {
    disconnected();
    List<Subscription> left = List.copyOf(subscriptions);
    subscriptions.clear();
    topics.clear();
    audiences.clear();
    left.forEach(subscription -> subscription.ready().tryFail(reason));
  }

  /** Calls every subscription that asks for the event's topic. */
  void deliver(ReceivedEvent event, Consumer<Subscription> call) {
    List<Subscription> audience = audiences.get(event.topic());
    if (audience == null) {
      audience = subscriptions.stream().filter(one -> one.matches(event.topic())).toList();
      if (audiences.size() >= MAX_CACHED_TOPICS) {
        audiences.clear();
      }
      audiences.put(event.topic(), audience);
    }
    for (Subscription subscription : audience) {
      // An earlier handler of the same event may have ended this one.
      if (subscriptions.contains(subscription) && subscription.places().take(event)) {
        call.accept(subscription);
      }
    }
  }

  /** Missing events are announced: a later resume begins after them. */
  void lost(ReceivedGap gap) {
    for (Subscription subscription : subscriptions) {
      if (subscription.matches(gap.topic())) {
        subscription.places().take(gap);
      }
    }
  }

  private void ask(Subscription subscription) {
    Connection open = connection;
    if (open == null || !subscriptions.contains(subscription)) {
      return;
    }
    List<WantedTopic> missing = new ArrayList<>();
    for (String name : subscription.topics()) {
      WantedTopic topic = topics.get(name);
      if (topic != null && topic.status() == Status.ABSENT) {
        topic.setStatus(Status.JOINING);
        missing.add(topic);
      }
    }
    if (!missing.isEmpty()) {
      send(open, "subscribe", missing, Optional.of(subscription));
    }
  }

  private void giveBack(List<WantedTopic> given) {
    Connection open = connection;
    if (open != null && !given.isEmpty()) {
      given.forEach(topic -> topic.setStatus(Status.LEAVING));
      send(open, "unsubscribe", given, Optional.empty());
    }
  }

  private void send(
      Connection open, String type, List<WantedTopic> about, Optional<Subscription> origin) {
    long id = owner.nextCommandId();
    JsonArray names = new JsonArray();
    about.forEach(topic -> names.add(topic.name()));
    FromPlaces from = origin.isPresent() ? FromPlaces.of(about) : FromPlaces.none();
    JsonObject command = new JsonObject().put("type", type).put("id", id).put("topics", names);
    if (!from.isEmpty()) {
      command.put("from", from.json());
    }
    commands.put(id, new Command(about, from, origin, owner.watch(type)));
    open.send(command.encode());
  }

  /** Takes the answer to a command of this set; answers whether it was one. */
  boolean onReply(ServerFrame.Reply reply) {
    Command command = commands.remove(reply.id());
    if (command == null) {
      return false;
    }
    command.watch().cancel();
    if (reply instanceof ServerFrame.SubscribedReply subscribed) {
      onSubscribed(command, subscribed);
    } else if (reply instanceof ServerFrame.Refused refused && command.origin().isPresent()) {
      onRefused(command, command.origin().get(), refused);
    } else {
      // The topics are given back, or were never the server's.
      settle(command.topics(), Status.ABSENT);
    }
    return true;
  }

  private void onSubscribed(Command command, ServerFrame.SubscribedReply reply) {
    FromPlaces from = command.from();
    from.note(topics, reply.topics());
    settle(command.topics(), Status.ACTIVE);
    from.doubtful().forEach(name -> owner.lost(ReceivedGap.ofUnknownExtent(name)));
    if (reply.recovered().isPresent() || !from.doubtful().isEmpty()) {
      owner.recovered(
          new Recovery(
              command.topics().stream().map(WantedTopic::name).toList(),
              reply.recovered().orElse(true) && from.doubtful().isEmpty()));
    }
  }

  private void onRefused(Command command, Subscription origin, ServerFrame.Refused refused) {
    CarillonException failure =
        new CarillonException(
            refused.code(),
            "subscribe to " + String.join(", ", origin.topics()) + ": " + refused.message(),
            refused.retryable());
    int before = refused.retryable() ? origin.countRefusal() : 0;
    if (refused.retryable() && (origin.isReady() || before < owner.retries())) {
      command.topics().forEach(topic -> topic.setStatus(Status.ABSENT));
      owner.afterBackoff(before, () -> ask(origin));
      return;
    }
    boolean wasReady = origin.isReady();
    remove(origin);
    settle(command.topics(), Status.ABSENT);
    if (wasReady) {
      owner.report(failure);
    } else {
      origin.ready().tryFail(failure);
    }
  }

  /** Moves topics on, then does what was waiting for the move. */
  private void settle(List<WantedTopic> moved, Status status) {
    moved.forEach(topic -> topic.setStatus(status));
    List<WantedTopic> unwanted = new ArrayList<>();
    Set<Subscription> waiting = new LinkedHashSet<>();
    for (WantedTopic topic : moved) {
      if (topic.wantedBy().isEmpty() && status == Status.ACTIVE) {
        unwanted.add(topic);
      }
      waiting.addAll(topic.wantedBy());
      forgetIfUnused(topic);
    }
    giveBack(unwanted);
    waiting.forEach(this::ask);
    waiting.forEach(this::completeIfReady);
  }

  private void completeIfReady(Subscription subscription) {
    if (subscription.isReady()) {
      return;
    }
    for (String name : subscription.topics()) {
      WantedTopic topic = topics.get(name);
      if (topic == null || topic.status() != Status.ACTIVE) {
        return;
      }
    }
    subscription.ready().tryComplete(subscription);
  }
}
