package dev.carillon.hub;

import dev.carillon.event.Pattern;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who asked for which topics: exact topics by their text, patterns by a tree of tokens.
 *
 * <p>Confined to one thread. A change costs the pattern's tokens and the logarithm of the texts
 * held; a match costs the topic's tokens times the wildcards on the way.
 *
 * @param <T> what is held, compared by {@code equals}
 */
public final class TopicTree<T> {
  /** Everything that is asked for, in order, so that a list of it can be read page by page. */
  private final NavigableMap<String, Members<T>> byText = new TreeMap<>();

  private final Node<T> root = new Node<>();
  private int patterns;

  /**
   * Adds {@code value} under {@code pattern}.
   *
   * @return what held under the pattern before and after
   */
  public Change add(Pattern pattern, T value) {
    Members<T> members = byText.computeIfAbsent(pattern.text(), t -> new Members<>(pattern));
    Change change = members.add(value);
    if (change == Change.FIRST && !pattern.isExact()) {
      Node<T> node = root;
      for (String token : tokens(pattern)) {
        node = node.childFor(token);
      }
      node.members = members;
      patterns++;
    }
    return change;
  }

  /**
   * Removes {@code value} from under {@code pattern}.
   *
   * @return what held under the pattern before and after
   */
  public Change remove(Pattern pattern, T value) {
    Members<T> members = byText.get(pattern.text());
    Change change = members == null ? Change.NONE : members.remove(value);
    if (change == Change.LAST) {
      byText.remove(pattern.text());
      if (!pattern.isExact()) {
        removeBelow(root, tokens(pattern), 0);
        patterns--;
      }
    }
    return change;
  }

  /**
   * Gives every value that asked for {@code topic}, once for each of its patterns that match.
   *
   * @param topic a topic's name
   */
  public void forEachMatch(String topic, Consumer<? super T> values) {
    Members<T> members = byText.get(topic);
    if (members != null) {
      members.forEach(values);
    }
    if (patterns > 0) {
      match(root, topic, 0, values);
    }
  }

  /** How many different topics and patterns are held. */
  public int size() {
    return byText.size();
  }

  public boolean isEmpty() {
    return byText.isEmpty();
  }

  /** How many values are held under exactly this topic or pattern. */
  public int count(Pattern pattern) {
    Members<T> members = byText.get(pattern.text());
    return members == null ? 0 : members.size();
  }

  /**
   * The pattern as it is held here: who keeps that one in place of an equal one saves its memory.
   */
  Pattern held(Pattern pattern) {
    Members<T> members = byText.get(pattern.text());
    return members == null ? pattern : members.pattern();
  }

  /** The first {@code limit} topics and patterns whose text comes after {@code after}, in order. */
  public List<String> textsAfter(String after, int limit) {
    return byText.tailMap(after, false).keySet().stream().limit(limit).toList();
  }

  /** Nodes below the root: none in a tree without patterns. */
  int nodes() {
    return root.descendants();
  }

  /** What an addition or removal did to the values under a pattern. */
  public enum Change {
    /** It was there already, or was not there to be removed. */
    NONE,
    /** The first value under the pattern came. */
    FIRST,
    /** One more came, or one of several went. */
    OTHER,
    /** The last value under the pattern went. */
    LAST
  }

  private static String[] tokens(Pattern pattern) {
    return pattern.text().split("\\.", -1);
  }

  private static <T> void match(Node<T> node, String topic, int from, Consumer<? super T> values) {
    Node<T> rest = node.child(">");
    if (rest != null) {
      rest.forEachMember(values);
    }
    int dot = topic.indexOf('.', from);
    String token = dot < 0 ? topic.substring(from) : topic.substring(from, dot);
    matchToken(node.child(token), topic, dot, values);
    matchToken(node.child("*"), topic, dot, values);
  }

  private static <T> void matchToken(
      @Nullable Node<T> child, String topic, int dot, Consumer<? super T> values) {
    if (child == null) {
      return;
    }
    if (dot < 0) {
      child.forEachMember(values);
    } else {
      match(child, topic, dot + 1, values);
    }
  }

  private static <T> void removeBelow(Node<T> node, String[] tokens, int depth) {
    if (depth == tokens.length) {
      node.members = null;
      return;
    }
    Node<T> child = node.child(tokens[depth]);
    if (child != null) {
      removeBelow(child, tokens, depth + 1);
      if (child.isEmpty()) {
        node.removeChild(tokens[depth]);
      }
    }
  }

  private static final class Node<T> {
    private @Nullable Map<String, Node<T>> children;

    /** What stands under the pattern that ends here. */
    @Nullable Members<T> members;

    @Nullable Node<T> child(String token) {
      return children == null ? null : children.get(token);
    }

    Node<T> childFor(String token) {
      if (children == null) {
        children = new HashMap<>(4);
      }
      return children.computeIfAbsent(token, t -> new Node<>());
    }

    void removeChild(String token) {
      if (children != null && children.remove(token) != null && children.isEmpty()) {
        children = null;
      }
    }

    void forEachMember(Consumer<? super T> values) {
      if (members != null) {
        members.forEach(values);
      }
    }

    int descendants() {
      return children == null
          ? 0
          : children.values().stream().mapToInt(child -> 1 + child.descendants()).sum();
    }

    boolean isEmpty() {
      return children == null && members == null;
    }
  }
}
