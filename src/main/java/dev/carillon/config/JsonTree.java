package dev.carillon.config;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A JSON value that knows where it was said. Immutable. */
sealed interface JsonTree {

  Origin origin();

  /** An object; its members keep their order. */
  record Members(Map<String, JsonTree> byName, Origin origin) implements JsonTree {

    static Members none(Origin origin) {
      return new Members(Map.of(), origin);
    }

    Optional<JsonTree> get(String name) {
      return Optional.ofNullable(byName.get(name));
    }

    Members with(String name, JsonTree value) {
      Map<String, JsonTree> members = new LinkedHashMap<>(byName);
      members.put(name, value);
      return new Members(members, origin);
    }
  }

  /** A list. */
  record Items(List<JsonTree> list, Origin origin) implements JsonTree {}

  /**
   * Anything else.
   *
   * @param value a {@link String}, {@link BigDecimal}, {@link Boolean} or null
   */
  record Leaf(@Nullable Object value, Origin origin) implements JsonTree {}

  /** The value of a leaf; null for anything else. */
  static @Nullable Object valueOf(@Nullable JsonTree tree) {
    return tree instanceof Leaf leaf ? leaf.value() : null;
  }

  /** What stands at a key below {@code tree}, if anything does. */
  static Optional<JsonTree> find(JsonTree tree, String key) {
    JsonTree found = tree;
    for (String name : Keys.split(key)) {
      JsonTree next = null;
      if (found instanceof Members members) {
        next = members.byName().get(name);
      } else if (found instanceof Items items && Keys.isIndex(name)) {
        int index = Integer.parseInt(name);
        next = index < items.list().size() ? items.list().get(index) : null;
      }
      if (next == null) {
        return Optional.empty();
      }
      found = next;
    }
    return Optional.of(found);
  }

  /** {@code over} laid on {@code under}: objects are merged, anything else is replaced. */
  static JsonTree merge(JsonTree under, JsonTree over) {
    if (under instanceof Members below && over instanceof Members above) {
      Map<String, JsonTree> merged = new LinkedHashMap<>(below.byName());
      for (Map.Entry<String, JsonTree> member : above.byName().entrySet()) {
        JsonTree before = merged.get(member.getKey());
        merged.put(
            member.getKey(), before == null ? member.getValue() : merge(before, member.getValue()));
      }
      return new Members(merged, above.origin());
    }
    return over;
  }
}
