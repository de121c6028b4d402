package dev.carillon.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LossLogTest {
  private static final long SECOND = 1_000_000_000L;

  private final LossLog log = new LossLog(0);

  @Test
  void theFirstLossIsToldAtOnceAndWhatFollowsTogether() {
    assertThat(log.isDue(0)).isFalse();
    log.add(3);
    assertThat(log.isDue(0)).isTrue();
    assertThat(log.tell(0)).isEqualTo("events=3");

    log.add(4);
    log.add(5);
    assertThat(log.isDue(9 * SECOND)).isFalse();
    assertThat(log.isDue(10 * SECOND)).isTrue();
    assertThat(log.tell(10 * SECOND)).isEqualTo("events=9");
    assertThat(log.isDue(60 * SECOND)).isFalse();
  }

  @Test
  void whatACounterGrewByIsTold() {
    log.upTo(100);
    log.upTo(120);
    assertThat(log.tell(0)).isEqualTo("events=120");
    log.upTo(120);
    assertThat(log.isDue(20 * SECOND)).isFalse();
    log.upTo(121);
    assertThat(log.tell(20 * SECOND)).isEqualTo("events=1");
  }

  @Test
  void lossesWithoutACountAreToldToo() {
    log.addUncounted();
    assertThat(log.isDue(0)).isTrue();
    assertThat(log.tell(0)).isEqualTo("events=unknown");
    log.addUncounted();
    log.add(2);
    assertThat(log.tell(10 * SECOND)).isEqualTo("events=2 and more");
  }
}
