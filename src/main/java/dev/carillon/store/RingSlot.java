package dev.carillon.store;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The histories of all topics whose names fall together: one value of a Hazelcast map, with copies
 * on other members, of which one leads.
 *
 * <p>Its epoch is that of its topics that were never used. It lives and ends with its topics, so
 * that histories which got lost never come back under an epoch they had.
 *
 * <p>Changed in place by the thread of its partition; locked all the same, because a copy may be
 * sent by another one.
 */
final class RingSlot implements IdentifiedDataSerializable {
  private String epoch;
  private final Map<String, RingTopic> topics = new TreeMap<>();

  // Of the leading copy.
  private @Nullable UUID leader;

  /** Topics of which something is not known to have reached the other copies. */
  private final Set<String> open = new LinkedHashSet<>();

  RingSlot() {
    this("");
  }

  RingSlot(String epoch) {
    this.epoch = epoch;
  }

  synchronized String epoch() {
    return epoch;
  }

  synchronized Optional<RingTopic> find(String name) {
    return Optional.ofNullable(topics.get(name));
  }

  synchronized List<RingTopic> all() {
    return List.copyOf(topics.values());
  }

  synchronized RingTopic use(String name) {
    open.add(name);
    return topics.computeIfAbsent(name, unused -> new RingTopic(unused, epoch));
  }

  /** Notes that the others must hear of a topic. */
  synchronized void tell(String name) {
    open.add(name);
  }

  /** Removes topics; whoever uses them again begins another life. */
  synchronized void forget(Collection<String> names) {
    if (!names.isEmpty()) {
      names.forEach(topics::remove);
      open.removeAll(names);
      // Or an offset could stand for two events in one epoch.
      epoch = Epochs.fresh();
    }
  }

  /**
   * This copy leads from now on, if it did not already: what may be missing elsewhere is sent
   * again, and what is missing here ends.
   */
  synchronized void lead(UUID member) {
    if (member.equals(leader)) {
      return;
    }
    leader = member;
    open.clear();
    for (RingTopic topic : topics.values()) {
      topic.lead();
      if (topic.isTorn()) {
        topic.beginAnew(Epochs.fresh());
        open.add(topic.name());
      } else if (!topic.isConfirmed()) {
        open.add(topic.name());
      }
    }
  }

  /** Every copy has what was told of these topics up to there. */
  synchronized void confirm(List<RingAnswer.Told> told) {
    for (RingAnswer.Told one : told) {
      RingTopic topic = topics.get(one.topic());
      if (topic != null) {
        topic.confirm(one.epoch(), one.last());
        if (topic.isConfirmed() && one.epoch().equals(topic.epoch())) {
          open.remove(one.topic());
        }
      }
    }
  }

  /** What the other copies are to be told, and may have been told before. */
  synchronized RingChange change(long idsUntilMillis, List<String> forgotten) {
    List<RingChange.OfTopic> changes = new ArrayList<>();
    for (String name : open) {
      RingTopic topic = topics.get(name);
      if (topic != null) {
        changes.add(topic.change(idsUntilMillis));
      }
    }
    return new RingChange(epoch, changes, forgotten);
  }

  /** What is told with {@link #change}. */
  synchronized List<RingAnswer.Told> told() {
    List<RingAnswer.Told> told = new ArrayList<>();
    for (String name : open) {
      RingTopic topic = topics.get(name);
      if (topic != null) {
        told.add(new RingAnswer.Told(name, topic.epoch(), topic.last()));
      }
    }
    return told;
  }

  /** Takes over what the leading copy said; returns whether nothing is missing. */
  synchronized boolean apply(
      String newEpoch, List<RingChange.OfTopic> changes, List<String> forgotten) {
    leader = null;
    epoch = newEpoch;
    forgotten.forEach(topics::remove);
    boolean whole = true;
    for (RingChange.OfTopic change : changes) {
      RingTopic topic =
          topics.computeIfAbsent(change.name(), name -> new RingTopic(name, change.epoch()));
      topic.apply(change);
      whole &= !topic.isTorn();
    }
    return whole;
  }

  /**
   * Takes in what another part of a split cluster wrote. What this one has stays; a topic that the
   * other one wrote to goes on in another epoch, because its offsets stand for other events there.
   */
  synchronized void merge(RingSlot other) {
    leader = null;
    for (RingTopic theirs : other.all()) {
      RingTopic ours = topics.get(theirs.name());
      if (ours == null) {
        topics.put(theirs.name(), theirs);
      } else if (!ours.holds(theirs)) {
        ours.renumber(Epochs.fresh());
      }
    }
  }

  @Override
  public int getFactoryId() {
    return RingTypes.FACTORY;
  }

  @Override
  public int getClassId() {
    return RingTypes.SLOT;
  }

  @Override
  public synchronized void writeData(ObjectDataOutput out) throws IOException {
    out.writeString(epoch);
    RingWire.writeAll(out, topics.values(), (to, topic) -> topic.write(to));
  }

  @Override
  public synchronized void readData(ObjectDataInput in) throws IOException {
    epoch = RingWire.text(in);
    for (RingTopic topic : RingWire.readAll(in, RingTopic::read)) {
      topics.put(topic.name(), topic);
    }
  }
}
