package dev.carillon.hub;

import dev.carillon.event.Pattern;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cursors of one subscriber, and the patterns that it has asked for and that are not in force
 * yet. Most subscribers have neither, most of the time.
 */
final class Cursors {
  private final Map<String, Cursor> byTopic = new HashMap<>(4);
  private final List<Pattern> held = new ArrayList<>(1);

  /** Set while the subscriber stands in the line of those that read on. */
  boolean inLine;

  /** Set until the subscriber may begin to read. */
  boolean waitsForAdmission;

  @Nullable Cursor of(String topic) {
    return byTopic.get(topic);
  }

  Cursor make(String topic) {
    return byTopic.computeIfAbsent(topic, Cursor::new);
  }

  void remove(Cursor cursor) {
    byTopic.remove(cursor.topic(), cursor);
  }

  Collection<Cursor> all() {
    return Collections.unmodifiableCollection(byTopic.values());
  }

  List<Pattern> held() {
    return Collections.unmodifiableList(held);
  }

  void hold(Collection<Pattern> patterns) {
    held.addAll(patterns);
  }

  void letGo(Collection<Pattern> patterns) {
    held.removeAll(patterns);
  }

  boolean isEmpty() {
    return byTopic.isEmpty() && held.isEmpty();
  }

  boolean isAnyBehind() {
    for (Cursor cursor : byTopic.values()) {
      if (cursor.state() == Cursor.State.CATCHING_UP) {
        return true;
      }
    }
    return false;
  }

  long behind() {
    long sum = 0;
    for (Cursor cursor : byTopic.values()) {
      sum += cursor.behind();
    }
    return sum;
  }
}
