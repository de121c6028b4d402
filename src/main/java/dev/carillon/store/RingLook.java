package dev.carillon.store;

import com.hazelcast.core.ReadOnly;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that reads one {@link RingSlot}. Answers nothing where the slot was never used.
 *
 * @param <T> what it finds
 */
abstract class RingLook<T>
    implements EntryProcessor<Integer, RingSlot, @Nullable T>,
        IdentifiedDataSerializable,
        ReadOnly {
  private static final long serialVersionUID = 1L;

  /** Reads, with the slot's lock. */
  abstract T look(RingSlot slot);

  @Override
  public final @Nullable T process(Map.Entry<Integer, RingSlot> entry) {
    RingSlot slot = entry.getValue();
    if (slot == null) {
      return null;
    }
    synchronized (slot) {
      return look(slot);
    }
  }

  @Override
  public final @Nullable EntryProcessor<Integer, RingSlot, @Nullable T> getBackupProcessor() {
    return null;
  }

  @Override
  public final int getFactoryId() {
    return RingTypes.FACTORY;
  }
}
