package dev.carillon.faults;

import dev.carillon.faults.Entry.Delivered;
import dev.carillon.faults.Entry.Missing;
import dev.carillon.faults.Recording.Place;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes over a WebSocket and writes down all that comes. Connects again when the connection
 * ends; {@link #tick()} does what has to be done.
 */
final class RecordingSubscriber {
  private static final Duration SUBSCRIBED_WITHIN = Duration.ofSeconds(12);

  private final String name;
  private final Wishes wishes;
  private final Doors doors;
  private final HttpClient http;
  private final Map<String, Place> reached = new HashMap<>();
  private final List<Recording> ended = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();
  private @Nullable ClientSocket socket;
  private @Nullable Connection connection;
  private int attempts;

  /**
   * What it wants.
   *
   * @param topics topics and patterns
   * @param resumes whether it goes on where it was, from the first event on; topics only then
   * @param patience after how long without a word it takes its node for dead; zero for never
   */
  record Wishes(List<String> topics, boolean resumes, Duration patience) {}

  RecordingSubscriber(String name, Wishes wishes, Doors doors, HttpClient http) {
    this.name = name;
    this.wishes = wishes;
    this.doors = doors;
    this.http = http;
  }

  String name() {
    return name;
  }

  /** Connects, subscribes, or asks whether the node is there. Waits for a few seconds at most. */
  void tick() {
    try {
      ClientSocket open = connected();
      @Nullable JsonObject command = next();
      if (command != null) {
        open.send(command);
      }
    } catch (IOException e) {
      // The node is gone or silent: the next tick goes to another one.
      assert e != null;
    }
  }

  private ClientSocket connected() throws IOException {
    Connection mine;
    synchronized (this) {
      if (socket != null) {
        return socket;
      }
      mine = new Connection(doors.at(attempts));
      connection = mine;
    }
    ClientSocket opened = ClientSocket.open(http, doors.webSocket(mine.node, ""), mine);
    synchronized (this) {
      if (connection != mine) {
        opened.abort();
        throw new IOException("ended at once");
      }
      socket = opened;
    }
    return opened;
  }

  private synchronized @Nullable JsonObject next() throws IOException {
    Connection mine = connection;
    if (mine == null) {
      return null;
    }
    long now = System.nanoTime();
    if (mine.askedAt == 0) {
      mine.askedAt = now;
      return subscribe();
    }
    if (mine.subscribedAt == 0) {
      return now - mine.askedAt < SUBSCRIBED_WITHIN.toNanos() ? null : giveUp("not subscribed");
    }
    if (wishes.patience().isZero() || now - mine.heardAt < wishes.patience().toNanos() / 3) {
      return null;
    }
    return now - mine.heardAt < wishes.patience().toNanos()
        ? new JsonObject().put("type", "ping").put("id", 2)
        : giveUp("silent");
  }

  private @Nullable JsonObject giveUp(String why) throws IOException {
    if (socket != null) {
      socket.abort();
    }
    throw new IOException(why);
  }

  private JsonObject subscribe() {
    JsonObject command =
        new JsonObject().put("type", "subscribe").put("id", 1).put("topics", wishes.topics());
    if (wishes.resumes()) {
      JsonObject from = new JsonObject();
      for (String topic : wishes.topics()) {
        @Nullable Place place = reached.get(topic);
        from.put(
            topic,
            place == null
                ? "earliest"
                : new JsonObject().put("epoch", place.epoch()).put("offset", place.offset()));
      }
      command.put("from", from);
    }
    return command;
  }

  /** One connection and what came over it. Its state belongs to the subscriber. */
  private final class Connection implements ClientSocket.Events {
    private final NodeSite node;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Place> places = new HashMap<>();
    private final Map<String, String> epochs = new HashMap<>();
    private long askedAt;
    private long subscribedAt;
    private long heardAt = System.nanoTime();

    private Connection(NodeSite node) {
      this.node = node;
    }

    @Override
    public void frame(JsonObject frame, long at) {
      synchronized (RecordingSubscriber.this) {
        if (connection == this) {
          heardAt = at;
          take(frame, at);
        }
      }
    }

    private void take(JsonObject frame, long at) {
      switch (frame.getString("type")) {
        case "subscribed" -> subscribed(frame, at);
        case "event" -> delivered(frame, at);
        case "gap" -> missing(frame, at);
        case "error" -> {
          troubles.add(name + " at " + node.name() + ": " + frame);
          abortSoon();
        }
        case "goaway" -> {
          // Whoever resumes may leave at once; the others stay to the last event.
          if (wishes.resumes()) {
            abortSoon();
          }
        }
        default -> {
          // welcome and pong only show that the node is there.
        }
      }
    }

    private void abortSoon() {
      ClientSocket open = socket;
      if (open != null) {
        open.abort();
      } else {
        over();
      }
    }

    private void subscribed(JsonObject frame, long at) {
      subscribedAt = at;
      for (Object each : frame.getJsonArray("topics")) {
        JsonObject topic = (JsonObject) each;
        if (topic.containsKey("epoch")) {
          place(topic.getString("topic"), topic);
        }
        JsonObject positions = topic.getJsonObject("positions", new JsonObject());
        positions.forEach(position -> place(position.getKey(), (JsonObject) position.getValue()));
      }
    }

    private void place(String topic, JsonObject place) {
      Place at = new Place(place.getString("epoch"), place.getLong("offset"));
      places.put(topic, at);
      epochs.put(topic, at.epoch());
    }

    private void delivered(JsonObject frame, long at) {
      String topic = frame.getString("topic");
      long offset = frame.getLong("offset", 0L);
      String epoch = frame.getString("epoch", "");
      if (!epoch.isEmpty()) {
        epochs.put(topic, epoch);
      }
      Numbered what =
          Numbered.of(topic, frame.getValue("data"))
              .orElseGet(() -> new Numbered("unknown", 0, topic, 0));
      entries.add(new Delivered(at, what, offset, epoch));
      @Nullable String current = epochs.get(topic);
      if (offset > 0 && current != null) {
        reached.put(topic, new Place(current, offset));
      }
    }

    private void missing(JsonObject frame, long at) {
      String topic = frame.getString("topic");
      @Nullable Long count = frame.getLong("count");
      String epoch = frame.getString("epoch", "");
      long to = frame.getLong("to", 0L);
      entries.add(
          new Missing(
              at,
              topic,
              count == null ? Missing.UNCOUNTED : count,
              frame.getLong("from", 0L),
              to,
              epoch,
              frame.getString("reason")));
      if (!epoch.isEmpty()) {
        epochs.put(topic, epoch);
        reached.put(topic, new Place(epoch, 0));
      } else if (to > 0 && epochs.containsKey(topic)) {
        reached.put(topic, new Place(epochs.getOrDefault(topic, ""), to));
      }
    }

    @Override
    public void ended() {
      synchronized (RecordingSubscriber.this) {
        over();
      }
    }

    private void over() {
      if (connection == this) {
        if (subscribedAt != 0) {
          ended.add(recording(System.nanoTime()));
        }
        connection = null;
        socket = null;
        attempts++;
      }
    }

    private Recording recording(long endedAt) {
      return new Recording(
          name,
          node.name(),
          wishes.topics(),
          wishes.resumes(),
          askedAt,
          subscribedAt,
          endedAt,
          Map.copyOf(places),
          List.copyOf(entries));
    }
  }

  /** Whether it is subscribed now. */
  synchronized boolean isSubscribed() {
    return connection != null && connection.subscribedAt != 0;
  }

  /** Every connection that got as far as being subscribed. */
  synchronized List<Recording> recordings() {
    Connection open = connection;
    return Stream.concat(
            ended.stream(),
            open == null || open.subscribedAt == 0
                ? Stream.empty()
                : Stream.of(open.recording(Recording.OPEN)))
        .toList();
  }

  /** Errors that the server answered. */
  synchronized List<String> troubles() {
    return List.copyOf(troubles);
  }

  synchronized void close() {
    if (socket != null) {
      socket.abort();
    }
  }
}
