package dev.carillon.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.TestServer;
import io.vertx.core.transport.Transport;
import java.util.Optional;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code http.transport}: the same doors over each way to the kernel's sockets. */
final class TransportTest {
  @RegisterExtension final TestServer server = new TestServer();

  /** Which ones there are depends on the system; either way the node does what it says. */
  @ParameterizedTest
  @ValueSource(strings = {"auto", "nio", "epoll", "io_uring"})
  void servesOverTheWishedTransportOrSaysThatItIsNotThere(String name) {
    server.set("http.transport=" + name);
    if (isAvailable(name)) {
      servesEveryDoor();
    } else {
      assertThatThrownBy(server::port)
          .hasRootCauseInstanceOf(IllegalStateException.class)
          .rootCause()
          .hasMessageStartingWith("http.transport = " + name + ": not available here: ")
          .message()
          .doesNotEndWith("null")
          .doesNotEndWith("unknown reason");
    }
  }

  private static boolean isAvailable(String name) {
    return switch (name) {
      case "epoll" -> isAvailable(Optional.ofNullable(Transport.EPOLL));
      case "io_uring" -> isAvailable(Optional.ofNullable(Transport.IO_URING));
      default -> true;
    };
  }

  private static boolean isAvailable(Optional<Transport> transport) {
    return transport.map(Transport::available).orElse(false);
  }

  private void servesEveryDoor() {
    RawWebSocket webSocket = server.webSocket().subscribe("ws.*");
    RawEventStream stream = server.eventStream("?topic=http.>");
    for (int i = 0; i < 50; i++) {
      webSocket.publish("ws.t", "" + i);
      // Each over a connection of its own, which any event loop may get.
      assertThat(
              server.http().post("/v1/topics/http.t/events", "application/json", "" + i).status())
          .isEqualTo(202);
    }
    for (int i = 0; i < 50; i++) {
      assertThat(webSocket.readEvent("ws.t")).isEqualTo(i);
      assertThat(stream.read("event").getInteger("data")).isEqualTo(i);
    }
    assertThat(webSocket.closeNormally().code()).isEqualTo(1000);
    server.bystander().isServed();
  }
}
