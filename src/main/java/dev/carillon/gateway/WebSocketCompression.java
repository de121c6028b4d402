package dev.carillon.gateway;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The compression agreed on with one client: permessage-deflate (RFC 7692) without context from one
 * message to the next, in either direction.
 */
final class WebSocketCompression {
  private static final int LEVEL = 6;
  private static final int MAX_WINDOW_BITS = 15;

  /**
   * The inflater fails with less left, although nothing more comes; what is too large is seen
   * later.
   */
  private static final int ROOM_TO_END = 1024;

  private final WebSocketServerExtension extension;

  private WebSocketCompression(WebSocketServerExtension extension) {
    this.extension = extension;
  }

  /**
   * Takes the first of the client's offers that fits.
   *
   * @param maxMessageBytes that a message may have when it is inflated
   */
  static Optional<WebSocketCompression> negotiate(HttpServerRequest request, int maxMessageBytes) {
    String offers = request.getHeader("Sec-WebSocket-Extensions");
    if (offers == null) {
      return Optional.empty();
    }
    PerMessageDeflateServerExtensionHandshaker handshaker =
        new PerMessageDeflateServerExtensionHandshaker(
            LEVEL, false, MAX_WINDOW_BITS, true, true, maxMessageBytes + ROOM_TO_END);
    for (WebSocketExtensionData offer : WebSocketExtensionUtil.extractExtensions(offers)) {
      WebSocketServerExtension agreed = handshaker.handshakeExtension(withoutContext(offer));
      if (agreed != null) {
        return Optional.of(new WebSocketCompression(agreed));
      }
    }
    return Optional.empty();
  }

  /**
   * The offer as if the client had asked for no context: a server may say so unasked (RFC 7692,
   * section 7.1.1), and a context would cost each connection some 40 KiB.
   */
  private static WebSocketExtensionData withoutContext(WebSocketExtensionData offer) {
    Map<String, @Nullable String> parameters = new LinkedHashMap<>(offer.parameters());
    parameters.put("server_no_context_takeover", null);
    parameters.put("client_no_context_takeover", null);
    return new WebSocketExtensionData(offer.name(), parameters);
  }

  /** The answer's {@code Sec-WebSocket-Extensions}. */
  String header() {
    WebSocketExtensionData answer = extension.newReponseData();
    return answer.name()
        + answer.parameters().entrySet().stream()
            .map(
                parameter ->
                    parameter.getValue() == null
                        ? "; " + parameter.getKey()
                        : "; " + parameter.getKey() + "=" + parameter.getValue())
            .collect(Collectors.joining());
  }

  /** Inflates what the client sends; bounded. */
  ChannelHandler inflater() {
    return extension.newExtensionDecoder();
  }
}
