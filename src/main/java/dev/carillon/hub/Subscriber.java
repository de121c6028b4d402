package dev.carillon.hub;

import dev.carillon.event.Pattern;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One who gets events: an id, its topics and patterns, and one bounded queue.
 *
 * <p>Confined to the hub's thread.
 */
public final class Subscriber {
  private static final Pattern[] NONE = new Pattern[0];

  private final String id;
  private final Receiver receiver;
  private final SubscriberQueue queue;

  /** Kept in the order of subscription and as small as can be: most subscribers have one or two. */
  private Pattern[] patterns = NONE;

  /** Set while the subscriber stands in the hub's list of those to be made ready. */
  boolean dirty;

  /** Set for good when an event found no room and its policy was to disconnect. */
  boolean overflowed;

  /** Set for good when the receiver has been told that it overflowed. */
  boolean toldOfOverflow;

  /** Set while an audience is looked for that the subscriber is in already. */
  boolean isFound;

  /** Made while some of its events come from the history; null most of the time. */
  @Nullable Cursors cursors;

  Subscriber(String id, Receiver receiver, SubscriberQueue queue) {
    this.id = id;
    this.receiver = receiver;
    this.queue = queue;
    queue.belongTo(this);
  }

  public String id() {
    return id;
  }

  public SubscriberQueue queue() {
    return queue;
  }

  /** The topics and patterns asked for, oldest first. */
  public List<Pattern> patterns() {
    return List.of(patterns);
  }

  public int patternCount() {
    return patterns.length;
  }

  public boolean asksFor(Pattern pattern) {
    return indexOf(pattern) >= 0;
  }

  /** Events that it still has to read from the history. */
  long behind() {
    return cursors == null ? 0 : cursors.behind();
  }

  void forgetCursors() {
    cursors = null;
  }

  /** Whether it asks for events of the topic. */
  boolean wants(String topic) {
    return wantsBeside(topic, List.of());
  }

  /** Whether it asks for events of the topic by another pattern than one of these. */
  boolean wantsBeside(String topic, List<Pattern> others) {
    for (Pattern pattern : patterns) {
      if (pattern.matches(topic) && !others.contains(pattern)) {
        return true;
      }
    }
    return false;
  }

  Receiver receiver() {
    return receiver;
  }

  void add(Pattern pattern) {
    Pattern[] more = Arrays.copyOf(patterns, patterns.length + 1);
    more[patterns.length] = pattern;
    patterns = more;
  }

  void remove(Pattern pattern) {
    int index = indexOf(pattern);
    if (index < 0) {
      return;
    }
    @Nullable Pattern[] fewer = new Pattern[patterns.length - 1];
    System.arraycopy(patterns, 0, fewer, 0, index);
    System.arraycopy(patterns, index + 1, fewer, index, fewer.length - index);
    patterns = fewer;
  }

  private int indexOf(Pattern pattern) {
    for (int i = 0; i < patterns.length; i++) {
      if (patterns[i].equals(pattern)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public String toString() {
    return id;
  }
}
