package dev.carillon.gateway;

import dev.carillon.event.ErrorCode;
import dev.carillon.event.EventData;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.Charset;
import java.util.Locale;

/**
 * What a request's body is.
 *
 * @param mediaType lower case, without parameters
 * @param charset the charset parameter in lower case, or {@code utf-8}
 */
record ContentType(String mediaType, String charset) {

  /** Without the header a body is JSON, which is what this interface speaks. */
  static ContentType of(HttpServerRequest request) {
    String header = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (header == null || header.isBlank()) {
      return new ContentType("application/json", "utf-8");
    }
    String[] parts = header.toLowerCase(Locale.ROOT).split(";", -1);
    String charset = "utf-8";
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].trim();
      if (parameter.startsWith("charset=")) {
        charset = parameter.substring("charset=".length()).replace("\"", "");
      }
    }
    return new ContentType(parts[0].trim(), charset);
  }

  boolean isJson() {
    return mediaType.equals("application/json");
  }

  boolean isNdjson() {
    return mediaType.equals("application/x-ndjson") || mediaType.equals("application/jsonl");
  }

  /**
   * A body of this type as one event's data: JSON as it is, text as a string, the rest as bytes.
   */
  EventData data(byte[] body, JsonReader json) throws RefusedException, ProblemException {
    if (isJson() || mediaType.endsWith("+json")) {
      Utf8.decode(body);
      json.check(body);
      return EventData.ofJson(body);
    }
    if (mediaType.startsWith("text/")) {
      return EventData.ofText(
          charset.equals("utf-8") ? Utf8.decode(body) : new String(body, knownCharset()));
    }
    return EventData.ofBytes(body);
  }

  /** What curl -d says unless told otherwise: hardly ever meant. */
  void refuseForms() throws ProblemException {
    if (mediaType.equals("application/x-www-form-urlencoded")
        || mediaType.startsWith("multipart/")) {
      throw new ProblemException(
          415,
          ErrorCode.BAD_REQUEST,
          "the body is a form; say application/json, text/plain or application/octet-stream");
    }
  }

  private Charset knownCharset() throws ProblemException {
    try {
      return Charset.forName(charset);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(415, ErrorCode.BAD_REQUEST, "unknown charset");
    }
  }
}
