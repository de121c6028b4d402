package dev.carillon.faults;

import static dev.carillon.faults.Story.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.faults.Entry.Missing;
import dev.carillon.faults.Story.Told;
import dev.carillon.faults.Violation.Kind;
import org.junit.jupiter.api.Test;

/** Made-up courses of events without history: each broken promise is found, and nothing else is. */
final class PlainCheckTest {
  private final Story story = new Story();
  private final Told subscriber = story.subscribe("s1", false, "plain.>");

  private void assertViolations(Kind... kinds) {
    assertThat(story.violations(Terms.DURABLE)).containsExactly(kinds);
  }

  private Publication[] acknowledged(int count) {
    Publication[] sent = new Publication[count];
    for (int i = 0; i < count; i++) {
      sent[i] = story.acknowledged(PLAIN);
    }
    return sent;
  }

  @Test
  void everythingInOrderIsRight() {
    subscriber.got(acknowledged(5));
    assertViolations();
    assertThat(story.check(Terms.DURABLE).received()).isEqualTo(5);
  }

  @Test
  void aLastEventThatDoesNotComeIsLost() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0], sent[1]);
    assertViolations(Kind.LOST);
    assertThat(story.violations(Terms.DURABLE.whileUnsettled())).isEmpty();
    assertThat(story.check(Terms.DURABLE).isFinal()).as("it may still come").isFalse();
  }

  @Test
  void theOnlyEventIsLost() {
    acknowledged(1);
    assertViolations(Kind.LOST);
  }

  @Test
  void aLaterEventAheadOfTheAnnouncementIsAViolationAtOnce() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0], sent[2]).gap(PLAIN, 1);
    assertThat(story.violations(Terms.DURABLE.whileUnsettled())).containsExactly(Kind.UNANNOUNCED);
    assertThat(story.check(Terms.DURABLE).isFinal()).isTrue();
  }

  @Test
  void anAnnouncementAheadOfTheNextEventIsRight() {
    Publication[] sent = acknowledged(4);
    subscriber.got(sent[0]).gap(PLAIN, 2).got(sent[3]);
    assertViolations();
    assertThat(story.check(Terms.DURABLE).announced()).isEqualTo(2);
  }

  @Test
  void anAnnouncementOfTheEndIsRight() {
    Publication[] sent = acknowledged(4);
    subscriber.got(sent[0]).gap(PLAIN, 3);
    assertViolations();
  }

  @Test
  void anAnnouncementOfTooFewIsNot() {
    Publication[] sent = acknowledged(4);
    subscriber.got(sent[0]).gap(PLAIN, 1).got(sent[3]);
    assertViolations(Kind.UNANNOUNCED);
  }

  @Test
  void anAnnouncementOfTooManyIsNotEither() {
    Publication[] sent = acknowledged(4);
    subscriber.got(sent[0]).gap(PLAIN, 3).got(sent[3]);
    assertViolations(Kind.OVERANNOUNCED);
  }

  @Test
  void anAnnouncementOfAnotherTopicIsNone() {
    Publication[] sent = acknowledged(3);
    story.acknowledged("plain.b");
    subscriber.got(sent[0]).gap("plain.b", 1).got(sent[2]);
    assertViolations(Kind.UNANNOUNCED);
  }

  @Test
  void oneThatComesTwiceIsADuplicate() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0], sent[1], sent[1], sent[2]);
    assertViolations(Kind.DUPLICATE);
  }

  @Test
  void twoInTheWrongOrderAreFound() {
    Publication[] sent = acknowledged(4);
    subscriber.got(sent[0], sent[2], sent[1], sent[3]);
    assertViolations(Kind.UNANNOUNCED, Kind.REORDERED);
  }

  @Test
  void anEventBehindItsOwnAnnouncementIsReordered() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0]).gap(PLAIN, 1).got(sent[2], sent[1]);
    assertViolations(Kind.REORDERED, Kind.OVERANNOUNCED);
  }

  @Test
  void ordersOfTwoConnectionsOfAPublisherAreIndependent() {
    Publication first = story.acknowledged(PLAIN);
    story.reconnectPublisher();
    Publication second = story.acknowledged(PLAIN);
    subscriber.got(second, first);
    assertViolations();
  }

  @Test
  void whatWasSentAheadOfTheSubscriptionMayComeOrNot() {
    Story other = new Story();
    Publication early = other.acknowledged(PLAIN);
    Publication soon = other.acknowledged(PLAIN);
    Told late = other.subscribe("s1", false, PLAIN);
    late.got(soon, other.acknowledged(PLAIN));
    assertThat(early.isAcknowledged()).isTrue();
    assertThat(other.violations(Terms.DURABLE)).isEmpty();
  }

  @Test
  void itsLossMayBeAnnounced() {
    Story other = new Story();
    other.acknowledged(PLAIN);
    Told late = other.subscribe("s1", false, PLAIN);
    late.gap(PLAIN, 1).got(other.acknowledged(PLAIN));
    assertThat(other.violations(Terms.DURABLE)).isEmpty();
    late.gap(PLAIN, 1);
    assertThat(other.violations(Terms.DURABLE)).containsExactly(Kind.OVERANNOUNCED);
  }

  @Test
  void whatNobodyAcknowledgedMayComeOrBeAnnouncedOrNeither() {
    Publication first = story.unknown(PLAIN);
    story.unknown(PLAIN);
    story.unknown(PLAIN);
    subscriber.got(first).gap(PLAIN, 1).got(story.acknowledged(PLAIN));
    assertViolations();
  }

  @Test
  void whatWasRefusedMustNotCome() {
    subscriber.got(story.refused(PLAIN));
    assertViolations(Kind.PHANTOM);
  }

  @Test
  void whatWasRefusedIsNotMissing() {
    story.refused(PLAIN);
    subscriber.got(story.acknowledged(PLAIN));
    assertViolations();
    subscriber.gap(PLAIN, 1);
    assertViolations(Kind.OVERANNOUNCED);
  }

  @Test
  void whatNobodySentIsFound() {
    Publication sent = story.acknowledged(PLAIN);
    Numbered never = new Numbered("p1", 1, PLAIN, 99);
    subscriber.got(sent).entries.add(new Entry.Delivered(story.now(), never, 0, ""));
    assertViolations(Kind.PHANTOM);
  }

  @Test
  void whatNobodyAskedForIsFound() {
    Publication foreign = story.acknowledged("other.a");
    subscriber.got(foreign);
    assertViolations(Kind.PHANTOM);
  }

  @Test
  void aGapWithoutACountStandsForWhatWasSentBefore() {
    Publication[] sent = acknowledged(5);
    subscriber.got(sent[0]).gap(PLAIN, Missing.UNCOUNTED).got(sent[4]);
    assertViolations();
    assertThat(story.check(Terms.DURABLE).uncountedLosses()).isEqualTo(3);
    Publication[] later = acknowledged(2);
    subscriber.got(later[1]);
    assertViolations(Kind.UNANNOUNCED);
  }

  @Test
  void aGapOfAPatternStandsForItsTopics() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0]).gap("plain.>", Missing.UNCOUNTED).got(sent[2]);
    assertViolations();
  }

  @Test
  void anEndedConnectionNeedNotHaveTheEnd() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0]).ended();
    assertViolations();
  }

  @Test
  void anEndedConnectionHasWhatIsAheadOfItsLastEvent() {
    Publication[] sent = acknowledged(3);
    subscriber.got(sent[0], sent[2]).ended();
    assertViolations(Kind.UNANNOUNCED);
  }

  @Test
  void eachDeficitIsReportedOnce() {
    Publication[] sent = acknowledged(6);
    subscriber.got(sent[0], sent[2], sent[3], sent[5]);
    assertViolations(Kind.UNANNOUNCED, Kind.UNANNOUNCED);
    assertThat(story.check(Terms.DURABLE).violations())
        .as("and at the end nothing of it again")
        .hasSize(2);
  }

  @Test
  void whileNodesArePartedNobodyCanKnowOfANewSubscription() {
    Story parted = new Story();
    long from = parted.now();
    Told late = parted.subscribe("s1", false, PLAIN);
    parted.acknowledged(PLAIN);
    parted.parted("n1", "n2", from);
    late.got(parted.acknowledged(PLAIN));
    assertThat(parted.violations(Terms.DURABLE)).isEmpty();
    assertThat(parted.check(Terms.DURABLE).outOfReach()).isEqualTo(1);
  }

  @Test
  void anOlderSubscriptionIsKnownToPartedNodes() {
    long from = story.now();
    acknowledged(1);
    story.parted("n1", "n2", from);
    subscriber.got(story.acknowledged(PLAIN));
    assertViolations(Kind.UNANNOUNCED);
  }

  @Test
  void otherPartedNodesAreNoExcuse() {
    Story parted = new Story();
    long from = parted.now();
    parted.subscribe("s1", false, PLAIN);
    parted.acknowledged(PLAIN);
    parted.parted("n1", "n3", from);
    assertThat(parted.violations(Terms.DURABLE)).containsExactly(Kind.LOST);
  }

  @Test
  void whatANodeAcknowledgedInItsLastMomentMayHaveGoneWithIt() {
    Story killed = new Story();
    killed.subscribe("s1", false, PLAIN);
    killed.acknowledged(PLAIN);
    killed.killed("n1");
    assertThat(killed.violations(Terms.DURABLE)).isEmpty();
    assertThat(killed.check(Terms.DURABLE).outOfReach()).isEqualTo(1);
  }

  @Test
  void whatANodeAcknowledgedBeforeItsLastMomentIsNoExcuse() {
    Story killed = new Story();
    killed.subscribe("s1", false, PLAIN);
    killed.acknowledged(PLAIN);
    killed.pass(300);
    killed.killed("n1");
    assertThat(killed.violations(Terms.DURABLE)).containsExactly(Kind.LOST);
  }
}
