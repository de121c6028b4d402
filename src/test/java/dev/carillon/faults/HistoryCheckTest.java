package dev.carillon.faults;

import static dev.carillon.faults.Story.KEPT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.faults.Story.Told;
import dev.carillon.faults.Violation.Kind;
import org.junit.jupiter.api.Test;

/** Made-up courses of events with history: each broken promise is found, and nothing else is. */
final class HistoryCheckTest {
  private static final Terms MAY_END = Terms.DURABLE.withHistoriesThatMayEnd();

  private final Story story = new Story();
  private final Told subscriber = story.subscribe("s1", true, KEPT).at(KEPT, 0);

  private void assertViolations(Kind... kinds) {
    assertThat(story.violations(Terms.DURABLE)).containsExactly(kinds);
  }

  private Publication[] acknowledged(int count) {
    Publication[] sent = new Publication[count];
    for (int i = 0; i < count; i++) {
      sent[i] = story.acknowledged(KEPT);
    }
    return sent;
  }

  @Test
  void everyOffsetOnceAndInOrderIsRight() {
    subscriber.got(acknowledged(5));
    assertViolations();
  }

  @Test
  void anAcknowledgedOneThatDoesNotComeIsLost() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0], sent[1]);
    assertViolations(Kind.LOST);
    assertThat(story.check(Terms.DURABLE).isFinal()).as("it may still come").isFalse();
    assertThat(story.violations(Terms.DURABLE.whileUnsettled())).isEmpty();
  }

  @Test
  void aHoleIsFoundAtOnce() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0], sent[2]);
    assertThat(story.violations(Terms.DURABLE.whileUnsettled())).containsExactly(Kind.UNANNOUNCED);
  }

  @Test
  void theFirstIsMissing() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[1], sent[2]);
    assertViolations(Kind.UNANNOUNCED, Kind.LOST);
  }

  @Test
  void anAnnouncedHoleIsAViolationWhereTheStoreKeepsAll() {
    Publication[] sent = acknowledged(4);
    subscriber.got(sent[0]).gap(KEPT, 2, 3).got(sent[3]);
    assertViolations(Kind.HISTORY_LOST);
    assertThat(story.violations(MAY_END)).isEmpty();
  }

  @Test
  void anAnnouncementOfTooLittleLeavesAHole() {
    Publication[] sent = acknowledged(5);
    subscriber.got(sent[0]).gap(KEPT, 2, 3).got(sent[4]);
    assertThat(story.violations(MAY_END)).containsExactly(Kind.UNANNOUNCED, Kind.LOST);
  }

  @Test
  void anAnnouncementOfWhatCameIsFound() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0], sent[1]).gap(KEPT, 2, 2).got(sent[2]);
    assertThat(story.violations(MAY_END)).containsExactly(Kind.OVERANNOUNCED);
  }

  @Test
  void oneThatComesTwiceIsADuplicate() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0], sent[1], sent[1], sent[2]);
    assertViolations(Kind.DUPLICATE);
  }

  @Test
  void oneThatComesAgainAfterAReconnectIsADuplicateToo() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0], sent[1]).ended();
    story.subscribe("s1", true, KEPT).at(KEPT, 3).got(sent[1], sent[2]);
    assertViolations(Kind.DUPLICATE);
  }

  @Test
  void aReconnectGoesOnWhereItWas() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0]).ended();
    story.subscribe("s1", true, KEPT).at(KEPT, 3).got(sent[1], sent[2]);
    assertViolations();
  }

  @Test
  void aHoleOverAReconnectIsFound() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0]).ended();
    story.subscribe("s1", true, KEPT).at(KEPT, 3).got(sent[2]);
    assertViolations(Kind.UNANNOUNCED, Kind.LOST);
  }

  @Test
  void whatAnEndedConnectionLacksIsLostOnlyOnceItCameBack() {
    Publication[] sent = acknowledged(2);
    subscriber.got(sent[0]).ended();
    assertViolations();
    story.subscribe("s1", true, KEPT).at(KEPT, 2);
    assertViolations(Kind.LOST);
  }

  @Test
  void twoInTheWrongOrderAreFound() {
    Publication[] sent = acknowledged(4);
    subscriber.got(sent[0], sent[2], sent[1], sent[3]);
    assertViolations(Kind.UNANNOUNCED, Kind.REORDERED);
  }

  @Test
  void whatNobodyAcknowledgedMayComeOrNot() {
    Publication came = story.unknown(KEPT);
    story.unknown(KEPT);
    story.refused(KEPT);
    Publication after = story.acknowledged(KEPT, 2);
    subscriber.got(came, 1).got(after);
    assertViolations();
  }

  @Test
  void whatWasRefusedByAStoreMayBeStoredAllTheSame() {
    Publication refused = story.refused(KEPT);
    subscriber.got(refused, 1);
    assertViolations();
  }

  @Test
  void whatNobodySentIsFound() {
    Publication[] sent = acknowledged(1);
    Numbered never = new Numbered("p1", 1, KEPT, 99);
    subscriber.got(sent).entries.add(new Entry.Delivered(story.now(), never, 2, ""));
    assertViolations(Kind.PHANTOM);
  }

  @Test
  void anEventWithoutAnOffsetIsFound() {
    Publication[] sent = acknowledged(2);
    subscriber.got(sent[0]).got(sent[1], 0);
    assertViolations(Kind.PHANTOM, Kind.LOST);
  }

  @Test
  void twoAcknowledgedAtOnePlaceAreAConflict() {
    Publication one = story.acknowledged(KEPT, 1);
    story.acknowledged(KEPT, 1);
    subscriber.got(one);
    assertThat(story.violations(Terms.DURABLE)).contains(Kind.CONFLICT, Kind.LOST);
  }

  @Test
  void twoSubscribersThatSeeOtherEventsAtOnePlaceAreAConflict() {
    Publication one = story.unknown(KEPT);
    Publication other = story.unknown(KEPT);
    subscriber.got(one, 1);
    story.subscribe("s2", true, KEPT).at(KEPT, 0).got(other, 1);
    assertViolations(Kind.CONFLICT);
  }

  @Test
  void whatComesElsewhereThanAcknowledgedIsStoredTwice() {
    Publication one = story.acknowledged(KEPT, 1);
    Publication other = story.acknowledged(KEPT, 2);
    subscriber.got(one).got(other, 2).got(one, 3);
    assertViolations(Kind.STORED_TWICE);
  }

  @Test
  void anEventThatWasStoredTwiceIsFoundEvenIfNobodyWasTold() {
    Publication retried = story.unknown(KEPT);
    subscriber.got(retried, 1).got(retried, 2);
    assertViolations(Kind.STORED_TWICE);
  }

  @Test
  void oneThatWasAcknowledgedBeforeAnotherWasSentIsAheadOfIt() {
    Publication behind = story.acknowledged(KEPT, 2);
    Publication ahead = story.acknowledged(KEPT, 1);
    subscriber.got(ahead, behind);
    assertViolations(Kind.LATER_FIRST);
  }

  @Test
  void anotherEpochIsAViolationWhereTheStoreKeepsAll() {
    subscriber.got(acknowledged(2)).ended();
    story.beginEpoch("e2");
    Publication[] left = acknowledged(2);
    story.subscribe("s1", true, KEPT).at(KEPT, 2).newEpoch(KEPT).got(left);
    assertViolations(Kind.HISTORY_LOST);
    assertThat(story.violations(MAY_END)).isEmpty();
  }

  @Test
  void anotherEpochThatNobodyAnnouncedIsAViolationEverywhere() {
    subscriber.got(acknowledged(2)).ended();
    story.beginEpoch("e2");
    Publication[] left = acknowledged(2);
    story.subscribe("s1", true, KEPT).at(KEPT, 2).got(left);
    assertThat(story.violations(MAY_END)).containsExactly(Kind.EPOCH_UNANNOUNCED);
  }

  @Test
  void whatWentWithItsEpochIsCounted() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0], sent[1]).ended();
    story.beginEpoch("e2");
    Publication[] left = acknowledged(1);
    story.subscribe("s1", true, KEPT).at(KEPT, 1).newEpoch(KEPT).got(left);
    assertThat(story.violations(MAY_END)).isEmpty();
    assertThat(story.check(MAY_END).lostWithHistory()).isEqualTo(1);
  }

  @Test
  void whatIsOfTheNewEpochMustCome() {
    subscriber.got(acknowledged(2)).ended();
    story.beginEpoch("e2");
    Publication[] left = acknowledged(2);
    story.subscribe("s1", true, KEPT).at(KEPT, 2).newEpoch(KEPT).got(left[0]);
    assertThat(story.violations(MAY_END)).containsExactly(Kind.LOST);
  }

  @Test
  void oneThatDoesNotResumeBeginsAtItsPlace() {
    acknowledged(3);
    Told live = story.subscribe("s2", false, KEPT).at(KEPT, 3);
    Publication[] sent = acknowledged(2);
    live.got(sent);
    subscriber.ended();
    assertViolations();
  }

  @Test
  void oneThatDoesNotResumeMustNotHaveAHole() {
    subscriber.ended();
    acknowledged(3);
    Told live = story.subscribe("s2", false, KEPT).at(KEPT, 3);
    Publication[] sent = acknowledged(2);
    live.got(sent[1]);
    assertViolations(Kind.UNANNOUNCED, Kind.LOST);
  }

  @Test
  void aPatternWithoutPlacesBeginsWithItsFirstEvent() {
    subscriber.ended();
    acknowledged(3);
    Told live = story.subscribe("s2", false, "kept.>");
    Publication[] sent = acknowledged(3);
    live.got(sent);
    assertViolations();
    live.entries.remove(0);
    assertViolations(Kind.LOST);
    live.entries.remove(0);
    assertViolations(Kind.LOST, Kind.LOST);
  }
}
