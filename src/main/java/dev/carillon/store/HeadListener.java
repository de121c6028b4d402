package dev.carillon.store;

/** Hears of histories that went on, in whichever process. */
@FunctionalInterface
public interface HeadListener {

  /** Called on a thread of the store, one at a time; must not block and must not throw. */
  void accept(HeadNotice notice);
}
