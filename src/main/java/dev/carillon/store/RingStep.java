package dev.carillon.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import dev.carillon.store.RingAnswer.Refusal;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that changes one {@link RingSlot}, where its leading copy is: refused where too few
 * members have a copy, and told to the others as what came of it.
 */
abstract class RingStep
    implements EntryProcessor<Integer, RingSlot, RingAnswer>,
        IdentifiedDataSerializable,
        HazelcastInstanceAware {
  private static final long serialVersionUID = 1L;

  private transient @Nullable HazelcastInstance member;
  private transient @Nullable RingChange change;

  /** So many members must have a copy. */
  abstract int minimumMembers();

  /** Whether a slot that was never used is made; else there is nothing to do. */
  abstract boolean makesTheSlot();

  /**
   * Does it, with the slot's lock. What is to stay goes to {@link #keep}.
   *
   * @param leader the member that has the leading copy: this one
   */
  abstract RingAnswer take(Map.Entry<Integer, RingSlot> entry, RingSlot slot, UUID leader);

  /** Stores the slot, and tells the other copies what is new. */
  final void keep(Map.Entry<Integer, RingSlot> entry, RingSlot slot, RingChange news) {
    entry.setValue(slot);
    change = news;
  }

  @Override
  public final void setHazelcastInstance(HazelcastInstance instance) {
    member = instance;
  }

  @Override
  public final RingAnswer process(Map.Entry<Integer, RingSlot> entry) {
    HazelcastInstance here = member;
    if (here == null) {
      throw new IllegalStateException("not on a member");
    }
    Refusal refusal = RingMembers.refusal(here, entry.getKey(), minimumMembers());
    if (refusal != Refusal.NONE) {
      return RingAnswer.refused(refusal);
    }
    RingSlot known = entry.getValue();
    if (known == null && !makesTheSlot()) {
      return new RingAnswer();
    }
    RingSlot slot = known == null ? new RingSlot(Epochs.fresh()) : known;
    synchronized (slot) {
      UUID leader = here.getCluster().getLocalMember().getUuid();
      slot.lead(leader);
      return take(entry, slot, leader);
    }
  }

  @Override
  public final @Nullable EntryProcessor<Integer, RingSlot, RingAnswer> getBackupProcessor() {
    return change;
  }

  @Override
  public final int getFactoryId() {
    return RingTypes.FACTORY;
  }
}
