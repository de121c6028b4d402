package dev.carillon.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * {@code GET /v1/ws}: the handshake of RFC 6455, section 4.2, and the take-over of the connection.
 */
final class WebSocketDoor {
  private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final Gateway gateway;

  WebSocketDoor(Gateway gateway) {
    this.gateway = gateway;
  }

  void accept(HttpServerRequest request) throws ProblemException {
    String key = checkHandshake(request);
    Optional<String> wished = Doors.wishedId(request);
    String id = wished.orElseGet(() -> "s-" + UUID.randomUUID());
    EventLimits limits = gateway.settings().limits();
    Optional<WebSocketCompression> compression =
        gateway.settings().http().compression()
            ? WebSocketCompression.negotiate(request, limits.maxFrameBytes())
            : Optional.empty();
    Framing framing = compression.isPresent() ? Framing.WEBSOCKET_DEFLATED : Framing.WEBSOCKET;
    WebSocketSession session =
        new WebSocketSession(gateway, id, wished.isPresent(), Doors.isTakeover(request), framing);
    upgrade(
        request,
        key,
        session,
        limits.maxFrameBytes(),
        gateway.settings().http().sendBufferBytes(),
        compression);
  }

  /** Answers the handshake and gives the connection to {@code listener}. */
  static void upgrade(
      HttpServerRequest request,
      String key,
      WebSocketListener listener,
      int maxMessageBytes,
      int sendBufferBytes,
      Optional<WebSocketCompression> compression) {
    WebSocketDecoderConfig config =
        WebSocketDecoderConfig.newBuilder()
            .expectMaskedFrames(true)
            .allowMaskMismatch(false)
            .allowExtensions(compression.isPresent())
            .maxFramePayloadLength(maxMessageBytes)
            // The connection closes by itself, with the code that the violation has.
            .closeOnProtocolViolation(false)
            .withUTF8Validator(false)
            .build();
    List<ChannelHandler> handlers = new ArrayList<>(4);
    handlers.add(new WebSocket13FrameDecoder(config));
    compression.ifPresent(agreed -> handlers.add(agreed.inflater()));
    handlers.add(new Utf8FrameValidator(false));
    handlers.add(new WebSocketConnection(listener, maxMessageBytes));
    ChannelTakeover.take(
        request,
        switchingProtocols(key, compression.map(WebSocketCompression::header)),
        sendBufferBytes,
        handlers.toArray(new ChannelHandler[0]));
  }

  /**
   * The handshake's key.
   *
   * @throws ProblemException saying what is missing
   */
  static String checkHandshake(HttpServerRequest request) throws ProblemException {
    if (!request.method().equals(HttpMethod.GET) || request.version() != HttpVersion.HTTP_1_1) {
      throw ProblemException.badRequest("a WebSocket begins with GET over HTTP/1.1");
    }
    if (!hasToken(request.getHeader(HttpHeaders.UPGRADE), "websocket")
        || !hasToken(request.getHeader(HttpHeaders.CONNECTION), "upgrade")) {
      throw ProblemException.upgradeRequired();
    }
    if (!"13".equals(request.getHeader("Sec-WebSocket-Version"))) {
      throw ProblemException.upgradeRequired();
    }
    String key = request.getHeader("Sec-WebSocket-Key");
    if (key == null || !isSixteenBytes(key)) {
      throw ProblemException.badRequest("Sec-WebSocket-Key must be 16 bytes in base64");
    }
    // Some clients, Java's own among them, say that a body they don't send has no bytes.
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if ((length != null && !length.trim().equals("0"))
        || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null) {
      throw ProblemException.badRequest("a WebSocket handshake has no body");
    }
    return key;
  }

  private static ByteBuf switchingProtocols(String key, Optional<String> extensions) {
    return Unpooled.copiedBuffer(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + accept(key)
            + extensions.map(agreed -> "\r\nSec-WebSocket-Extensions: " + agreed).orElse("")
            + "\r\n\r\n",
        StandardCharsets.US_ASCII);
  }

  private static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] digest = sha1.digest((key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  private static boolean isSixteenBytes(String key) {
    try {
      return Base64.getDecoder().decode(key).length == 16;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean hasToken(String header, String token) {
    if (header == null) {
      return false;
    }
    for (String part : header.split(",", -1)) {
      if (part.trim().toLowerCase(Locale.ROOT).equals(token)) {
        return true;
      }
    }
    return false;
  }
}
