package dev.carillon.server;

import dev.carillon.config.Transport;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the way to the kernel's sockets. */
final class TransportChoice {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.server");

  private TransportChoice() {}

  /**
   * The wished transport; for {@code auto} the best that the machine has, and a fallback is said.
   *
   * @throws IllegalStateException where the machine lacks the wished one, with the reason
   */
  static io.vertx.core.transport.Transport choose(Transport wished) {
    return switch (wished) {
      case NIO -> wished(wished, io.vertx.core.transport.Transport.NIO);
      case EPOLL -> wished(wished, io.vertx.core.transport.Transport.EPOLL);
      case IO_URING -> wished(wished, io.vertx.core.transport.Transport.IO_URING);
      case AUTO -> best();
    };
  }

  private static io.vertx.core.transport.Transport wished(
      Transport name, io.vertx.core.transport.@Nullable Transport transport) {
    if (transport == null || !transport.available()) {
      throw new IllegalStateException(
          "http.transport = "
              + name.name().toLowerCase(Locale.ROOT)
              + ": not available here: "
              + reason(transport));
    }
    return transport;
  }

  private static io.vertx.core.transport.Transport best() {
    io.vertx.core.transport.@Nullable Transport epoll = io.vertx.core.transport.Transport.EPOLL;
    if (epoll == null || !epoll.available()) {
      LOG.warn("transport {} is not available here: {}", Transport.EPOLL, reason(epoll));
      return wished(Transport.NIO, io.vertx.core.transport.Transport.NIO);
    }
    return wished(Transport.EPOLL, epoll);
  }

  private static String reason(io.vertx.core.transport.@Nullable Transport transport) {
    if (transport == null) {
      return "no native library";
    }
    // What Netty wraps says more than "failed to load the required native library".
    Throwable cause = transport.unavailabilityCause();
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause == null ? "unknown reason" : String.valueOf(cause.getMessage());
  }
}
