package dev.carillon.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Calls of a server's HTTP interface; what it refuses is a failure that says why. */
final class HttpCalls {
  private static final int PATIENCE_MS = 30_000;

  private final ServerOptions server;

  HttpCalls(ServerOptions server) {
    this.server = server;
  }

  /** A text as it may stand in a path or a query. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * Calls, and gives the answer's object; an empty one where the answer has none.
   *
   * @throws CommandFailure when the server can't be reached or refuses
   */
  JsonObject call(String method, String path) {
    String root = server.httpUrl();
    int status;
    String text;
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(root + path).toURL().openConnection();
      connection.setRequestMethod(method);
      connection.setConnectTimeout(PATIENCE_MS);
      connection.setReadTimeout(PATIENCE_MS);
      // The command ends soon: no connection should wait for more.
      connection.setRequestProperty("Connection", "close");
      server
          .bearer()
          .ifPresent(token -> connection.setRequestProperty("Authorization", "Bearer " + token));
      status = connection.getResponseCode();
      text = body(connection, status);
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot reach " + root + ": " + Carillon.oneLine(Failures.words(e)), e);
    }
    try {
      JsonObject body = text.isEmpty() ? new JsonObject() : new JsonObject(text);
      if (status >= 300) {
        throw new CommandFailure(
            "the server refuses: "
                + Carillon.oneLine(body.getString("detail", "status " + status)));
      }
      return body;
    } catch (DecodeException e) {
      throw new CommandFailure(root + " does not answer as a Carillon server does", e);
    }
  }

  private static String body(HttpURLConnection connection, int status) throws IOException {
    try (InputStream in =
        status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
