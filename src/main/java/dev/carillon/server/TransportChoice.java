package dev.carillon.server;

import dev.carillon.config.Transport;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the way to the kernel's sockets. */
final class TransportChoice {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.server");

  /** The first long-term kernel in which all that is used of io_uring has settled. */
  private static final int[] IO_URING_KERNEL = {6, 1};

  /**
   * The completions that wait at most before the kernel has to allocate for more. One flush to all
   * subscribers of an event loop makes one for each of them; an entry has 16 bytes.
   */
  private static final String COMPLETIONS = "65536";

  private TransportChoice() {}

  /**
   * The wished transport; for {@code auto} the best that the machine has, and a fallback is said.
   *
   * @throws IllegalStateException where the machine lacks the wished one, with the reason
   */
  static io.vertx.core.transport.Transport choose(Transport wished) {
    if (System.getProperty("io.netty.iouring.cqSize") == null) {
      System.setProperty("io.netty.iouring.cqSize", COMPLETIONS);
    }
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
    io.vertx.core.transport.@Nullable Transport ioUring =
        io.vertx.core.transport.Transport.IO_URING;
    if (ioUring != null
        && isAtLeast(System.getProperty("os.version"), IO_URING_KERNEL)
        && ioUring.available()) {
      return ioUring;
    }
    io.vertx.core.transport.@Nullable Transport epoll = io.vertx.core.transport.Transport.EPOLL;
    if (epoll == null || !epoll.available()) {
      LOG.warn("transport {} is not available here: {}", Transport.EPOLL, reason(epoll));
      return wished(Transport.NIO, io.vertx.core.transport.Transport.NIO);
    }
    return wished(Transport.EPOLL, epoll);
  }

  /** Whether a kernel's version, such as {@code 6.18.5-cloud}, is not below another. */
  static boolean isAtLeast(String version, int... least) {
    String[] parts = version.split("[^0-9]+", -1);
    for (int i = 0; i < least.length; i++) {
      int part = i < parts.length && !parts[i].isEmpty() ? Integer.parseInt(parts[i]) : 0;
      if (part != least[i]) {
        return part > least[i];
      }
    }
    return true;
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
