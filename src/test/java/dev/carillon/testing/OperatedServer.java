package dev.carillon.testing;

import dev.carillon.config.Config;
import dev.carillon.config.ConfigLoader;
import dev.carillon.config.ConfigOutcome;
import dev.carillon.config.ConfigSources;
import dev.carillon.server.CarillonServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server of its own for each test, in the test's JVM on a free port, and an operator's questions
 * to it. To be registered with {@code @RegisterExtension}.
 */
public final class OperatedServer implements BeforeEachCallback, AfterEachCallback {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<String> settings;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private @Nullable CarillonServer server;

  private OperatedServer(List<String> settings) {
    this.settings = settings;
  }

  /** A server with these settings, such as {@code queue.events=8}, besides the defaults. */
  public static OperatedServer with(String... settings) {
    return new OperatedServer(List.of(settings));
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    ConfigSources sources =
        ConfigSources.NONE.set("http.port=0").set("node=n1").set("http.gateways=2");
    for (String setting : settings) {
      sources = sources.set(setting);
    }
    ConfigOutcome outcome = ConfigLoader.load(sources);
    if (!(outcome instanceof ConfigOutcome.Accepted accepted)) {
      throw new IllegalArgumentException(outcome.toString());
    }
    server = start(accepted.config());
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (server != null) {
      server.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  private static CarillonServer start(Config config) throws Exception {
    return CarillonServer.start(config)
        .toCompletionStage()
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  public CarillonServer server() {
    if (server == null) {
      throw new IllegalStateException("runs during a test only");
    }
    return server;
  }

  /** A request to the server. */
  public HttpRequest.Builder request(String pathAndQuery) {
    return HttpRequest.newBuilder(URI.create(server().url() + pathAndQuery)).timeout(PATIENCE);
  }

  public HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  public HttpResponse<String> send(String method, String pathAndQuery)
      throws IOException, InterruptedException {
    return send(request(pathAndQuery).method(method, BodyPublishers.noBody()));
  }

  public HttpResponse<String> get(String pathAndQuery) throws IOException, InterruptedException {
    return send("GET", pathAndQuery);
  }

  /** The body of a 200. */
  public JsonObject json(String pathAndQuery) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(pathAndQuery);
    if (answer.statusCode() != 200) {
      throw new AssertionError(pathAndQuery + ": " + answer.statusCode() + " " + answer.body());
    }
    return new JsonObject(answer.body());
  }

  /** Publishes one event over HTTP. */
  public void publish(String topic, Object data) throws IOException, InterruptedException {
    publishAll(List.of(new JsonObject().put("topic", topic).put("data", data)));
  }

  /** Publishes a batch over HTTP. */
  public void publishAll(List<JsonObject> events) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        send(
            request("/v1/events")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(new JsonArray(events).encode())));
    if (answer.statusCode() != 202) {
      throw new AssertionError("publish: " + answer.statusCode() + " " + answer.body());
    }
  }

  /**
   * A WebSocket that was welcomed.
   *
   * @param query such as {@code subscriber=a}
   */
  public FrameSocket connect(String query)
      throws IOException, InterruptedException, TimeoutException {
    FrameSocket socket = open(query);
    socket.await("welcome");
    return socket;
  }

  /** A WebSocket, whatever comes over it first. */
  public FrameSocket open(String query) throws IOException, InterruptedException {
    String url = server().url().replaceFirst("^http", "ws") + "/v1/ws?" + query;
    return FrameSocket.open(http, URI.create(url));
  }

  /** A welcomed WebSocket whose subscriber is {@code id} and asks for {@code topics}. */
  public FrameSocket subscribe(String id, String... topics)
      throws IOException, InterruptedException, TimeoutException {
    FrameSocket socket = connect("subscriber=" + id);
    socket.send(
        new JsonObject()
            .put("type", "subscribe")
            .put("id", 1)
            .put("topics", new JsonArray(List.of(topics))));
    socket.await("subscribed");
    return socket;
  }
}
