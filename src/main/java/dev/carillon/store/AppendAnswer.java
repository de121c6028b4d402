package dev.carillon.store;

/** Hears what became of an append. */
@FunctionalInterface
public interface AppendAnswer {

  /** Called once, on the store's writer thread; must not block and must not throw. */
  void accept(AppendOutcome outcome);
}
