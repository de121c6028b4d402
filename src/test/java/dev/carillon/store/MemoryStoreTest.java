package dev.carillon.store;

final class MemoryStoreTest extends EventStoreContract {
  @Override
  EventStore open(StoreSettings settings) {
    return new MemoryStore(settings, clock);
  }
}
