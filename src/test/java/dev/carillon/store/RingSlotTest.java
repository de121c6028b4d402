package dev.carillon.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import dev.carillon.store.RingAnswer.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Copies of a slot: what each knows after changes that arrived or did not. */
final class RingSlotTest {
  private static final HistoryRule FIVE = new HistoryRule(5, Duration.ofDays(1), 1 << 20);

  private final InternalSerializationService wire =
      new DefaultSerializationServiceBuilder()
          .addDataSerializableFactory(RingTypes.FACTORY, new RingTypes())
          .build();

  private <T> T sent(T part) {
    return wire.toObject(wire.toData(part));
  }

  private static byte[] row(String id) {
    return EventBytes.encode(Appends.event("a", id, id).event());
  }

  private static RingTopic topic(RingSlot slot) {
    return slot.find("a").orElseThrow();
  }

  private static Map<Long, String> content(RingTopic topic) {
    Map<Long, String> content = new HashMap<>();
    for (long offset = topic.first(); offset <= topic.last(); offset++) {
      content.put(offset, EventBytes.id(topic.row(offset)));
    }
    return content;
  }

  private boolean tell(RingSlot leading, RingSlot copy) {
    RingChange change = sent(leading.change(0, List.of()));
    return change.apply(copy);
  }

  /**
   * Three copies. A step below zero ends the one that leads: another one leads, and a new one is
   * made from it. Other steps append; they get through to both others, and so are acknowledged, or
   * to one of them, or to none. One that misses something is sent whole.
   */
  @Property(tries = 500)
  void whatWasAcknowledgedIsInTheCopyThatLeadsNext(@ForAll @Size(max = 40) List<Byte> steps) {
    List<RingSlot> copies = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      copies.add(new RingSlot("e"));
    }
    Map<Long, String> acknowledged = new HashMap<>();
    UUID leader = UUID.randomUUID();
    int made = 0;
    for (byte step : steps) {
      if (step < 0) {
        copies.remove(0);
        copies.add(sent(copies.get(0)));
        leader = UUID.randomUUID();
        continue;
      }
      RingSlot leading = copies.get(0);
      leading.lead(leader);
      RingTopic topic = leading.use("a");
      for (int i = 0; i <= step % 3; i++) {
        String id = "i" + made++;
        long offset = topic.add(row(id), leader, 1);
        topic.addId(new RingTopic.ChosenId(id, offset, 1, 1));
      }
      boolean toOne = (step & 1) != 0;
      boolean toOther = (step & 2) != 0;
      topic.trim(FIVE, 0);
      List<Told> told = leading.told();
      boolean oneHasIt = toOne && tell(leading, copies.get(1));
      boolean otherHasIt = toOther && tell(leading, copies.get(2));
      if (oneHasIt && otherHasIt) {
        leading.confirm(told);
        acknowledged = content(topic);
        for (RingSlot copy : copies) {
          assertThat(topic(copy).isTorn()).isFalse();
          assertThat(content(topic(copy))).isEqualTo(acknowledged);
          assertThat(topic(copy).bytes()).isEqualTo(topic.bytes());
          acknowledged.forEach(
              (offset, id) ->
                  assertThat(topic(copy).id(id, 0).orElseThrow().offset()).isEqualTo(offset));
        }
      }
      for (int i = 1; i < copies.size(); i++) {
        if (copies.get(i).find("a").map(RingTopic::isTorn).orElse(false)) {
          copies.set(i, sent(leading));
        }
      }
      long first = topic.first();
      acknowledged.keySet().removeIf(offset -> offset < first);
      assertThat(content(topic)).containsAllEntriesOf(acknowledged);
    }
  }

  @Example
  void aCopyThatMissedWhatOthersWereSaidToHaveBeginsAnewOnceItLeads() {
    RingSlot leading = new RingSlot("e");
    leading.lead(new UUID(0, 1));
    RingSlot copy = sent(leading);
    leading.use("a").add(row("1"), new UUID(0, 1), 1);
    leading.confirm(leading.told());
    leading.use("a").add(row("2"), new UUID(0, 1), 1);
    assertThat(tell(leading, copy)).isFalse();
    assertThat(topic(copy).isTorn()).isTrue();
    // Also after it was sent on.
    RingSlot next = sent(copy);
    next.lead(new UUID(0, 2));
    assertThat(topic(next).epoch()).isNotEqualTo("e");
    assertThat(topic(next).last()).isZero();
    // And one that leads is sent whole to it.
    assertThat(content(topic(sent(leading)))).isEqualTo(Map.of(1L, "1", 2L, "2"));
  }

  @Example
  void aPageEndsWhereNotAllCopiesAreKnownToHaveMore() {
    RingTopic topic = topic(slotWith(4));
    List<byte[]> rows = List.of(topic.row(2), topic.row(3), topic.row(4));
    RingPage page = new RingPage(topic.head(), 1, false, 2, rows);
    assertThat(page.upTo(3).head().last()).isEqualTo(3);
    assertThat(page.upTo(3).rows()).containsExactly(topic.row(2), topic.row(3));
    assertThat(page.upTo(0).head().last()).isEqualTo(1);
    assertThat(page.upTo(0).rows()).isEmpty();
    assertThat(page.upTo(9).rows()).hasSize(3);
  }

  @Example
  void aPartThatWroteNothingOfItsOwnChangesNoEpoch() {
    RingSlot ours = slotWith(3);
    RingSlot theirs = sent(ours);
    ours.lead(new UUID(0, 2));
    ours.use("a").add(row("ours"), new UUID(0, 2), 1);
    ours.merge(theirs);
    assertThat(topic(ours).epoch()).isEqualTo("e");
    assertThat(topic(ours).last()).isEqualTo(4);
  }

  @Example
  void aPartThatWroteOnChangesTheEpochAndTakesNothingAway() {
    RingSlot ours = slotWith(8);
    topic(ours).trim(FIVE, 0);
    RingSlot theirs = sent(ours);
    ours.use("a").add(row("ours"), new UUID(0, 2), 1);
    theirs.use("a").add(row("theirs"), new UUID(0, 1), 1);
    theirs.use("b").add(row("new"), new UUID(0, 1), 1);
    ours.merge(theirs);
    assertThat(topic(ours).epoch()).isNotEqualTo("e");
    assertThat(content(topic(ours)))
        .isEqualTo(Map.of(1L, "3", 2L, "4", 3L, "5", 4L, "6", 5L, "7", 6L, "ours"));
    assertThat(ours.find("b").orElseThrow().last()).isEqualTo(1);
  }

  private static RingSlot slotWith(int events) {
    RingSlot slot = new RingSlot("e");
    slot.lead(new UUID(0, 1));
    for (int i = 0; i < events; i++) {
      slot.use("a").add(row("" + i), new UUID(0, 1), 1);
    }
    return slot;
  }
}
