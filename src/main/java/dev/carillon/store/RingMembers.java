package dev.carillon.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceImpl;
import com.hazelcast.internal.partition.InternalPartition;

/** Whether enough members are there, asked on the member that leads. */
final class RingMembers {
  /** The name of the split-brain protection. */
  static final String PROTECTION = "carillon.histories";

  private RingMembers() {}

  /** Whether the cluster has as many members as it must have to change histories. */
  static boolean areEnough(HazelcastInstance member, int minimumMembers) {
    return member.getCluster().getMembers().size() >= minimumMembers
        && (minimumMembers < 2
            || member
                .getSplitBrainProtectionService()
                .getSplitBrainProtection(PROTECTION)
                .hasMinimumSize());
  }

  /**
   * What speaks against changing a slot now.
   *
   * <p>Hazelcast waits for the copies that there are. After a member left there are fewer until
   * others have taken over, and a change that only one member has is not to be acknowledged.
   *
   * @param minimumMembers so many must have a copy
   */
  static RingAnswer.Refusal refusal(HazelcastInstance member, int slot, int minimumMembers) {
    if (!areEnough(member, minimumMembers)) {
      return RingAnswer.Refusal.MEMBERS;
    }
    return copies(member, slot) < minimumMembers
        ? RingAnswer.Refusal.COPIES
        : RingAnswer.Refusal.NONE;
  }

  private static int copies(HazelcastInstance member, int slot) {
    if (!(member instanceof HazelcastInstanceImpl running)) {
      throw new IllegalStateException("not on a member");
    }
    int number = member.getPartitionService().getPartition(slot).getPartitionId();
    InternalPartition partition = running.node.getPartitionService().getPartition(number, false);
    int copies = 0;
    for (int i = 0; i < InternalPartition.MAX_REPLICA_COUNT; i++) {
      copies += partition.getReplica(i) == null ? 0 : 1;
    }
    return copies;
  }
}
