package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostNameTest {

  @ParameterizedTest
  @CsvSource({
    "carillon-0, carillon-0",
    "a.b.example.com, a.b.example.com",
    "my host, my-host",
    "_x, x",
    "'', node",
    "--, node"
  })
  void hostsNameBecomesANodesName(String host, String node) {
    assertThat(HostName.plain(host)).isEqualTo(node);
  }

  @Property
  void anyHostsNameMakesANodesName(@ForAll String host) {
    Rule rule = Loading.SCHEMA.rule("node").orElseThrow();
    assertThat(rule.accepts(ValidValues.leaf(HostName.plain(host)))).isTrue();
  }

  @Test
  void thisHostHasOne() {
    Rule rule = Loading.SCHEMA.rule("node").orElseThrow();
    assertThat(rule.accepts(ValidValues.leaf(HostName.get()))).isTrue();
  }
}
