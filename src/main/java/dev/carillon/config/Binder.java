package dev.carillon.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Turns a checked tree into records: each component takes the value of the key of its name, or of
 * its {@link Key}. That a record and the schema don't fit is a fault of the program.
 */
final class Binder {

  private Binder() {}

  static <T> T bind(Class<T> type, JsonTree.Members tree) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = component(components[i], JsonTree.find(tree, keyOf(components[i])));
    }
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getSimpleName() + " can't be made", e);
    }
  }

  /** The key of a component, from its record's object on. */
  static String keyOf(RecordComponent component) {
    Key key = component.getAnnotation(Key.class);
    return key == null ? component.getName() : key.value();
  }

  private static Object component(RecordComponent component, Optional<JsonTree> value) {
    Class<?> type = component.getType();
    if (type == OptionalInt.class) {
      return value.isPresent()
          ? OptionalInt.of((int) one(int.class, value.get()))
          : OptionalInt.empty();
    }
    if (type == Optional.class) {
      return value.isPresent()
          ? Optional.of(one(argument(component), value.get()))
          : Optional.empty();
    }
    if (value.isEmpty()) {
      throw new IllegalStateException(component + " has neither a value nor a default");
    }
    return type == List.class
        ? list(argument(component), (JsonTree.Items) value.get())
        : one(type, value.get());
  }

  private static List<?> list(Class<?> type, JsonTree.Items items) {
    List<Object> list = new ArrayList<>();
    for (JsonTree item : items.list()) {
      list.add(one(type, item));
    }
    return List.copyOf(list);
  }

  private static Object one(Class<?> type, JsonTree value) {
    if (type.isRecord()) {
      return bind(type, (JsonTree.Members) value);
    }
    Object leaf = JsonTree.valueOf(value);
    if (leaf instanceof BigDecimal number) {
      return type == int.class ? (Object) number.intValueExact() : (Object) number.longValueExact();
    }
    if (leaf instanceof String text) {
      return type.isEnum() ? constant(type, text) : text(type, text);
    }
    if (leaf instanceof Boolean) {
      return leaf;
    }
    throw new IllegalStateException("no value for " + type.getSimpleName());
  }

  private static Object text(Class<?> type, String text) {
    if (type == Duration.class) {
      return DurationText.of(text);
    }
    return type == Path.class ? Path.of(text) : text;
  }

  private static Object constant(Class<?> type, String word) {
    String name = word.toUpperCase(Locale.ROOT).replace('-', '_');
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw new IllegalStateException(type.getSimpleName() + " lacks " + name);
  }

  /** What an {@code Optional} or a {@code List} is of. */
  private static Class<?> argument(RecordComponent component) {
    Type argument = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
    return (Class<?>) argument;
  }
}
