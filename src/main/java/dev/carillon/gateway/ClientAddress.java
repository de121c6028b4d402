package dev.carillon.gateway;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a client connects from, as lists show it. */
final class ClientAddress {
  private ClientAddress() {}

  /** Such as {@code 192.0.2.7:51234} or {@code [2001:db8::1]:51234}. */
  static Optional<String> text(@Nullable SocketAddress address) {
    if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
      return Optional.of(text(inet.getAddress().getHostAddress(), inet.getPort()));
    }
    return Optional.empty();
  }

  static String text(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
