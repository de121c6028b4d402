package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.testing.TestServer;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Starting a node in a program's own process. */
final class StartTest {
  @RegisterExtension final TestServer server = new TestServer();

  @Test
  void aTakenPortFailsTheStart() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.set("http.port=" + taken.getLocalPort());

      assertThatThrownBy(server::port)
          .hasStackTraceContaining("java.net.BindException: Address already in use");
    }
  }

  @Test
  void allGatewaysShareTheOneFreePort() {
    server.set("http.gateways=3");

    for (int i = 0; i < 9; i++) {
      server.webSocket();
    }

    assertThat(server.books().sessions()).isEqualTo(9);
    assertThat(server.port()).isPositive();
  }
}
