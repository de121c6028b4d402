package dev.carillon.store;

import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;

/** The numbers that members know the store's own types by. They must never change. */
final class RingTypes implements DataSerializableFactory {
  /** Free of those of Hazelcast and Vert.x. */
  static final int FACTORY = 7301;

  static final int SLOT = 1;
  static final int APPEND = 2;
  static final int CHANGE = 3;
  static final int ANSWER = 4;
  static final int READ = 5;
  static final int PAGE = 6;
  static final int LIST = 7;
  static final int HEADS = 8;
  static final int SWEEP = 9;
  static final int PURGE = 10;
  static final int MERGE = 11;

  @Override
  public IdentifiedDataSerializable create(int type) {
    return switch (type) {
      case SLOT -> new RingSlot();
      case APPEND -> new RingAppend();
      case CHANGE -> new RingChange();
      case ANSWER -> new RingAnswer();
      case READ -> new RingRead();
      case PAGE -> new RingPage();
      case LIST -> new RingList();
      case HEADS -> new RingHeads();
      case SWEEP -> new RingSweep();
      case PURGE -> new RingPurge();
      case MERGE -> new RingMerge();
      default -> throw new IllegalArgumentException("no type of the store has number " + type);
    };
  }
}
