package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.255.255.254",
        "localhost",
        "LocalHost",
        "::1",
        "0:0:0:0:0:0:0:1",
        "0000::0001",
        "::ffff:127.0.0.1"
      })
  void whatOnlyThisMachineReachesIsLoopback(String host) {
    assertThat(Loopback.isCertain(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "::",
        "10.0.0.1",
        "192.168.1.2",
        "128.0.0.1",
        "127.0.0.1.example.com",
        "127.0.0.256",
        "127.1",
        "0177.0.0.1",
        "2130706433",
        "localhost.example.com",
        "example.com",
        "::2",
        "fe80::1",
        "::ffff:10.0.0.1",
        "::1%nosuch0",
        ":",
        "1::2::3",
        ""
      })
  void whatOthersMayReachOrNobodyKnowsIsNot(String host) {
    assertThat(Loopback.isCertain(host)).isFalse();
  }
}
