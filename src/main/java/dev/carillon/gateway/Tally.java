package dev.carillon.gateway;

/** Counts by the values of an enum. Confined to one thread. */
final class Tally<E extends Enum<E>> {
  private final long[] counts;

  Tally(Class<E> values) {
    counts = new long[values.getEnumConstants().length];
  }

  void add(E value) {
    add(value, 1);
  }

  @SuppressWarnings("EnumOrdinal") // An array in place of an EnumMap: counting makes no objects.
  void add(E value, long count) {
    counts[value.ordinal()] += count;
  }

  @SuppressWarnings("EnumOrdinal")
  long get(E value) {
    return counts[value.ordinal()];
  }
}
