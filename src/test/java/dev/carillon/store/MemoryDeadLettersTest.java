package dev.carillon.store;

final class MemoryDeadLettersTest extends DeadLettersContract {
  @Override
  DeadLetters open(DeadLetterSettings settings) {
    return new MemoryDeadLetters(settings, clock);
  }
}
