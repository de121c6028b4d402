package dev.carillon.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.config.Transport;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TransportChoiceTest {
  @ParameterizedTest
  @CsvSource({
    "6.1, true",
    "6.1.0-18-amd64, true",
    "6.18.5, true",
    "7.0-rc1, true",
    "10.0, true",
    "6, false",
    "6.0.19, false",
    "5.15.0-91-generic, false",
    "unknown, false"
  })
  void aKernelIsOldOrNot(String version, boolean newEnough) {
    assertThat(TransportChoice.isAtLeast(version, 6, 1)).isEqualTo(newEnough);
  }

  @Test
  void automaticIsTheFirstThatTheMachineHas() {
    assertThat(TransportChoice.choose(Transport.AUTO).name())
        .isEqualTo(
            List.of(Transport.IO_URING, Transport.EPOLL, Transport.NIO).stream()
                .filter(TransportChoiceTest::isThere)
                .findFirst()
                .orElseThrow()
                .name()
                .toLowerCase(Locale.ROOT));
  }

  private static boolean isThere(Transport transport) {
    if (transport == Transport.IO_URING
        && !TransportChoice.isAtLeast(System.getProperty("os.version"), 6, 1)) {
      return false;
    }
    try {
      return TransportChoice.choose(transport).available();
    } catch (IllegalStateException notThere) {
      return false;
    }
  }
}
