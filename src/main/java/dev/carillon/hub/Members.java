package dev.carillon.hub;

import dev.carillon.event.Pattern;
import dev.carillon.hub.TopicTree.Change;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A pattern and the values under it: most patterns have one, which then needs no set. */
final class Members<T> {
  private final Pattern pattern;
  private @Nullable T only;
  private @Nullable Set<T> many;

  Members(Pattern pattern) {
    this.pattern = pattern;
  }

  Pattern pattern() {
    return pattern;
  }

  Change add(T value) {
    if (many != null) {
      return many.add(value) ? Change.OTHER : Change.NONE;
    }
    if (only == null) {
      only = value;
      return Change.FIRST;
    }
    if (only.equals(value)) {
      return Change.NONE;
    }
    many = new LinkedHashSet<>();
    many.add(only);
    many.add(value);
    only = null;
    return Change.OTHER;
  }

  Change remove(T value) {
    if (many != null) {
      if (!many.remove(value)) {
        return Change.NONE;
      }
      if (many.size() == 1) {
        only = many.iterator().next();
        many = null;
      }
      return Change.OTHER;
    }
    if (only == null || !only.equals(value)) {
      return Change.NONE;
    }
    only = null;
    return Change.LAST;
  }

  int size() {
    return many != null ? many.size() : only == null ? 0 : 1;
  }

  void forEach(Consumer<? super T> values) {
    if (many != null) {
      many.forEach(values);
    } else if (only != null) {
      values.accept(only);
    }
  }
}
