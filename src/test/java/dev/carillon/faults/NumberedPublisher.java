package dev.carillon.faults;

import dev.carillon.faults.Outcome.Acknowledged;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Publishes numbered events over a WebSocket, one at each {@link #tick()}, on its topics in turn,
 * and writes down what became of each.
 *
 * <p>What was not acknowledged on a topic with history is sent once more, with the same event id;
 * elsewhere it stays unknown, since it may have been published.
 */
final class NumberedPublisher {
  private static final int MOST_ATTEMPTS = 2;

  /** So many may be unanswered: more than a second's, so that a short pause costs no rate. */
  private static final int WINDOW = 256;

  /** Longer than a history waits for a slow store, shorter than a freeze that is found out. */
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(6);

  private final String name;
  private final List<String> topics;
  private final Predicate<String> keepsHistory;
  private final Doors doors;
  private final HttpClient http;
  private final Map<String, Long> numbers = new HashMap<>();
  private final Map<Numbered, Publication> published = new HashMap<>();
  private final Map<Long, Publication> unanswered = new HashMap<>();
  private final Map<Long, Long> unansweredSince = new HashMap<>();
  private final ArrayDeque<Publication> again = new ArrayDeque<>();
  private @Nullable ClientSocket socket;
  private NodeSite node;
  private int attempts;
  private int session;
  private long commands;
  private int turn;
  private boolean paused;
  private boolean leaving;

  NumberedPublisher(
      String name,
      List<String> topics,
      Predicate<String> keepsHistory,
      Doors doors,
      HttpClient http) {
    this.name = name;
    this.topics = topics;
    this.keepsHistory = keepsHistory;
    this.doors = doors;
    this.http = http;
    this.node = doors.at(0);
  }

  /** Sends the next one, or does what has to be done first. Waits for a few seconds at most. */
  void tick() {
    try {
      ClientSocket open = connected();
      giveUpOnWhatTakesTooLong(open);
      leaveIfAsked(open);
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
    int mine;
    synchronized (this) {
      if (socket != null) {
        return socket;
      }
      mine = ++session;
      node = doors.at(attempts);
    }
    ClientSocket opened = ClientSocket.open(http, doors.webSocket(node, ""), new Answers(mine));
    synchronized (this) {
      if (session != mine) {
        opened.abort();
        throw new IOException("ended at once");
      }
      socket = opened;
    }
    return opened;
  }

  private void giveUpOnWhatTakesTooLong(ClientSocket open) throws IOException {
    long before = System.nanoTime() - ANSWER_WITHIN.toNanos();
    boolean tooLong;
    synchronized (this) {
      tooLong = unansweredSince.values().stream().anyMatch(at -> at < before);
    }
    if (tooLong) {
      open.abort();
      throw new IOException("no answer");
    }
  }

  /** Goes elsewhere once everything is answered, as a node asks that drains. */
  private void leaveIfAsked(ClientSocket open) throws IOException {
    boolean leave;
    synchronized (this) {
      leave = leaving && unanswered.isEmpty();
    }
    if (leave) {
      open.abort();
      throw new IOException("asked to leave");
    }
  }

  private synchronized @Nullable JsonObject next() {
    if (leaving) {
      return null;
    }
    Publication sent = again.poll();
    if (sent == null) {
      if (paused || unanswered.size() >= WINDOW) {
        return null;
      }
      String topic = topics.get(turn++ % topics.size());
      Numbered what = new Numbered(name, session, topic, numbers.merge(topic, 1L, Long::sum));
      sent = new Publication(what, node.name(), System.nanoTime(), 1, new Outcome.Unknown());
    } else {
      sent =
          new Publication(
              sent.what(), node.name(), sent.sentAt(), sent.attempts() + 1, sent.outcome());
    }
    long id = ++commands;
    unanswered.put(id, sent);
    unansweredSince.put(id, System.nanoTime());
    published.put(sent.what(), sent);
    JsonObject command =
        new JsonObject()
            .put("type", "publish")
            .put("id", id)
            .put("topic", sent.topic())
            .put("data", sent.what().toData());
    return keepsHistory.test(sent.topic())
        ? command.put("eventId", sent.what().eventId())
        : command;
  }

  private final class Answers implements ClientSocket.Events {
    private final int mine;

    private Answers(int mine) {
      this.mine = mine;
    }

    @Override
    public void frame(JsonObject frame, long at) {
      String type = frame.getString("type");
      if (type.equals("goaway")) {
        synchronized (NumberedPublisher.this) {
          leaving = true;
        }
      } else if (frame.getValue("id") instanceof Number id) {
        answered(mine, id.longValue(), frame, at);
      }
    }

    @Override
    public void ended() {
      connectionEnded(mine);
    }
  }

  private synchronized void answered(int from, long id, JsonObject frame, long at) {
    @Nullable Publication sent = from == session ? unanswered.remove(id) : null;
    if (sent == null) {
      return;
    }
    unansweredSince.remove(id);
    if (frame.getString("type").equals("published")) {
      settle(sent, new Acknowledged(at, frame.getLong("offset", 0L), frame.getString("epoch", "")));
    } else if (frame.getBoolean("retryable", false) && mayTryAgain(sent)) {
      again.add(sent);
    } else {
      settle(sent, new Outcome.Refused(frame.getString("code")));
    }
  }

  private boolean mayTryAgain(Publication sent) {
    return keepsHistory.test(sent.topic()) && sent.attempts() < MOST_ATTEMPTS;
  }

  private void settle(Publication sent, Outcome outcome) {
    published.put(
        sent.what(),
        new Publication(sent.what(), sent.via(), sent.sentAt(), sent.attempts(), outcome));
  }

  private synchronized void connectionEnded(int which) {
    if (which != session) {
      return;
    }
    // What still comes over the ended connection is not listened to.
    session++;
    socket = null;
    attempts++;
    leaving = false;
    unanswered.values().stream().filter(this::mayTryAgain).forEach(again::add);
    unanswered.clear();
    unansweredSince.clear();
  }

  /** Sends nothing new from now on, but answers are waited for and retries made. */
  synchronized void pause() {
    paused = true;
  }

  synchronized void goOn() {
    paused = false;
  }

  /** Whether each publication has its outcome. */
  synchronized boolean isIdle() {
    return unanswered.isEmpty() && again.isEmpty();
  }

  synchronized Collection<Publication> published() {
    return new ArrayList<>(published.values());
  }

  synchronized void close() {
    if (socket != null) {
      socket.abort();
    }
  }
}
