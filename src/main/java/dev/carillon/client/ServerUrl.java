package dev.carillon.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a server is.
 *
 * @param tls whether the connection is encrypted ({@code https}, {@code wss})
 * @param prefix the path before {@code /v1}, as set by a proxy; mostly empty
 */
public record ServerUrl(boolean tls, String host, int port, String prefix) {
  private static final String WEB_SOCKET_PATH = "/v1/ws";

  /**
   * Reads {@code http://HOST:PORT}; {@code https}, {@code ws} and {@code wss} mean what they say,
   * and the WebSocket's own path may be given or left out.
   *
   * @throws IllegalArgumentException with what is wrong and what is allowed
   */
  public static ServerUrl parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw invalid(text, e.getReason());
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean tls = scheme.equals("https") || scheme.equals("wss");
    if (!tls && !scheme.equals("http") && !scheme.equals("ws")) {
      throw invalid(text, "has no scheme of http, https, ws or wss");
    }
    if (uri.getHost() == null) {
      throw invalid(text, "has no host");
    }
    if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw invalid(text, "has more than a host, a port and a path");
    }
    int port = uri.getPort() == -1 ? (tls ? 443 : 80) : uri.getPort();
    if (port < 1 || port > 65535) {
      throw invalid(text, "has a port outside 1 to 65535");
    }
    String host = uri.getHost();
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    return new ServerUrl(tls, host, port, prefixOf(uri.getRawPath()));
  }

  private static String prefixOf(String path) {
    String prefix = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return prefix.endsWith(WEB_SOCKET_PATH)
        ? prefix.substring(0, prefix.length() - WEB_SOCKET_PATH.length())
        : prefix;
  }

  private static IllegalArgumentException invalid(String text, String problem) {
    return new IllegalArgumentException(
        "url \"" + text + "\" " + problem + "; allowed: http://HOST:PORT or https://HOST:PORT");
  }

  /** The path of the WebSocket. */
  String webSocketPath() {
    return prefix + WEB_SOCKET_PATH;
  }

  @Override
  public String toString() {
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return (tls ? "https://" : "http://") + shown + ":" + port + prefix;
  }
}
