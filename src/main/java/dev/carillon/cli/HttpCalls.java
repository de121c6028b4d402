package dev.carillon.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Calls of a server's HTTP interface; what it refuses is a failure that says why. */
final class HttpCalls {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
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
  JsonObject call(String method, String path) throws InterruptedException {
    String root = server.httpUrl();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(root + path))
            .timeout(PATIENCE)
            .method(method, BodyPublishers.noBody());
    server.bearer().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    HttpResponse<String> answer;
    try {
      answer = client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot reach " + root + ": " + Carillon.oneLine(Failures.words(e)), e);
    }
    try {
      JsonObject body = answer.body().isEmpty() ? new JsonObject() : new JsonObject(answer.body());
      if (answer.statusCode() >= 300) {
        throw new CommandFailure(
            "the server refuses: "
                + Carillon.oneLine(body.getString("detail", "status " + answer.statusCode())));
      }
      return body;
    } catch (DecodeException e) {
      throw new CommandFailure(root + " does not answer as a Carillon server does", e);
    }
  }
}
