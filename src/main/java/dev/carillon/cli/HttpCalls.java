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
  private static final int REFUSED = 300;

  private final ServerOptions server;

  HttpCalls(Shell shell, ServerOptions server) {
    // Standard output is for results, and reading JSON has a word for the log.
    shell.quietLog().run();
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
    String text = send(method, path);
    try {
      return text.isEmpty() ? new JsonObject() : new JsonObject(text);
    } catch (DecodeException e) {
      throw notCarillon(e);
    }
  }

  /**
   * Gets a page of a list.
   *
   * @param array the name of its array
   * @throws CommandFailure when the server can't be reached or refuses
   */
  JsonPage page(String path, String array) {
    String text = send("GET", path);
    try {
      return JsonPage.read(text, array);
    } catch (IllegalArgumentException e) {
      throw notCarillon(e);
    }
  }

  /** The server's answer is none that it can give. */
  CommandFailure notCarillon(Exception cause) {
    return new CommandFailure(
        server.httpUrl() + " does not answer as a Carillon server does", cause);
  }

  private String send(String method, String path) {
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
          "can't reach "
              + root
              + ": "
              + Failures.words(e)
              + "; is 'carillon serve' running there? --url names another server",
          e);
    }
    if (status >= REFUSED) {
      throw new CommandFailure("the server refuses: " + problem(text, status));
    }
    return text;
  }

  private static String problem(String text, int status) {
    String bare = "status " + status;
    try {
      return text.isEmpty() ? bare : new JsonObject(text).getString("detail", bare);
    } catch (DecodeException | ClassCastException e) {
      // A proxy's page, perhaps.
      return bare;
    }
  }

  private static String body(HttpURLConnection connection, int status) throws IOException {
    try (InputStream in =
        status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
