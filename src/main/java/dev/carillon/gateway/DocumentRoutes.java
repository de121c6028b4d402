package dev.carillon.gateway;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The same documents for everybody: the descriptions of the interfaces and the JavaScript client.
 * Pages of any origin may read them.
 */
final class DocumentRoutes {
  private static final Map<String, String> TYPES =
      Map.of(
          "/openapi.json", "application/json",
          "/asyncapi.json", "application/json",
          "/client.js", "text/javascript",
          "/client.d.ts", "application/typescript");

  private final Vertx vertx;
  private final Gateway gateway;

  /** Read at first use, and never changed by a running node. */
  private final Map<String, Document> documents = new HashMap<>();

  /**
   * A document as it is sent.
   *
   * @param tag its entity tag (RFC 9110, section 8.8.3)
   */
  private record Document(Buffer bytes, String tag) {}

  DocumentRoutes(Vertx vertx, Gateway gateway) {
    this.vertx = vertx;
    this.gateway = gateway;
  }

  /** Whether a path is one of these documents. */
  static boolean isDocument(@Nullable String path) {
    return path != null && TYPES.containsKey(path);
  }

  void addTo(Paths paths) {
    TYPES.forEach((path, type) -> paths.get(path).handler(context -> send(context, path, type)));
  }

  private void send(RoutingContext context, String path, String type) {
    Document known = documents.get(path);
    if (known != null) {
      send(context, known, type);
      return;
    }
    vertx
        .executeBlocking(() -> read(path), false)
        .onComplete(
            read ->
                gateway.run(
                    () -> {
                      if (read.succeeded()) {
                        documents.put(path, read.result());
                        send(context, read.result(), type);
                      } else {
                        context.fail(read.cause());
                      }
                    }));
  }

  private static void send(RoutingContext context, Document document, String type) {
    context
        .response()
        .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        // The path is the same for every version: ask each time, and mostly get a 304.
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .putHeader(HttpHeaders.ETAG, document.tag());
    String held = context.request().getHeader(HttpHeaders.IF_NONE_MATCH);
    if (held != null && (held.equals("*") || held.contains(document.tag()))) {
      context.response().setStatusCode(304).end();
    } else {
      context.response().putHeader(HttpHeaders.CONTENT_TYPE, type).end(document.bytes());
    }
  }

  private static Document read(String path) throws IOException, NoSuchAlgorithmException {
    try (InputStream in = DocumentRoutes.class.getResourceAsStream(path.substring(1))) {
      if (in == null) {
        throw new FileNotFoundException(path);
      }
      byte[] bytes = in.readAllBytes();
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return new Document(
          Buffer.buffer(bytes), '"' + HexFormat.of().formatHex(digest, 0, 16) + '"');
    }
  }
}
