package dev.carillon.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RecoveryAdmissionTest {
  private long nanos;
  private final RecoveryAdmission admission = new RecoveryAdmission(100, () -> nanos);
  private final List<Integer> begun = new ArrayList<>();

  private void come(int many) {
    for (int i = 0; i < many; i++) {
      int number = i;
      admission.admit(() -> begun.add(number));
    }
  }

  @Test
  void manyAtOnceBeginOneAfterTheOtherAtTheRate() {
    come(300);
    assertThat(begun).hasSize(1);
    nanos += 500_000_000;
    admission.tick();
    assertThat(begun).hasSize(51);
    assertThat(begun).isSorted();
    for (int i = 0; i < 30; i++) {
      nanos += 100_000_000;
      admission.tick();
    }
    assertThat(begun).hasSize(300);
    assertThat(admission.waiting()).isZero();
  }

  @Test
  void aQuietSecondIsSavedUpAndNoMore() {
    nanos += 60_000_000_000L;
    admission.tick();
    come(150);
    assertThat(begun).hasSize(100);
  }
}
