package dev.carillon.store;

/** How a store is. */
public sealed interface StoreHealth {

  /** It stores and reads. */
  record Healthy() implements StoreHealth {}

  /**
   * It refuses appends, and tries by itself whether they work again.
   *
   * @param reason one line for people
   */
  record Refusing(String reason) implements StoreHealth {}

  /**
   * It will refuse appends until the node is started again: after a failed fsync nobody knows what
   * the disk has, and a damaged file does not mend itself.
   *
   * @param reason one line for people
   */
  record Failed(String reason) implements StoreHealth {}
}
