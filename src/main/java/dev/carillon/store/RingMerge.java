package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.spi.merge.MergingEntry;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import org.jspecify.annotations.Nullable;

/** What happens to a {@link RingSlot} when a split cluster becomes one again. */
final class RingMerge
    implements SplitBrainMergePolicy<RingSlot, MergingEntry<Integer, RingSlot>, Object>,
        IdentifiedDataSerializable {

  @Override
  public @Nullable Object merge(
      MergingEntry<Integer, RingSlot> merging, @Nullable MergingEntry<Integer, RingSlot> existing) {
    if (existing == null) {
      return merging.getValue();
    }
    RingSlot ours = existing.getValue();
    ours.merge(merging.getValue());
    return ours;
  }

  @Override
  public int getFactoryId() {
    return RingTypes.FACTORY;
  }

  @Override
  public int getClassId() {
    return RingTypes.MERGE;
  }

  @Override
  public void writeData(ObjectDataOutput out) {
    // Has no state.
  }

  @Override
  public void readData(ObjectDataInput in) {
    // Has no state.
  }
}
