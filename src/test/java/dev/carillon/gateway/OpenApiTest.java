package dev.carillon.gateway;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.event.ErrorCode;
import dev.carillon.event.GapReason;
import dev.carillon.server.InsideServer;
import dev.carillon.testing.OperatedServer;
import dev.carillon.testing.TestServer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class OpenApiTest {
  @RegisterExtension
  final OperatedServer server =
      OperatedServer.with(
          "limits.frameBytes=65536",
          "topics=[{\"match\":\"kept\",\"history\":{\"events\":10}}]",
          "store.kind=memory");

  private final Description openApi = new Description("openapi.json");

  OpenApiTest() throws IOException {}

  @Test
  void everyRouteIsDescribedAndEveryDescriptionIsARoute() {
    // HEAD goes without saying: it comes with every GET of the router.
    Set<String> routes = new TreeSet<>();
    routes.add("GET " + HttpDoor.WEBSOCKET_PATH);
    routes.add("GET " + HttpDoor.EVENT_STREAM_PATH);
    Node node = InsideServer.node(server.server());
    List<Route> registered =
        TestServer.get(
                node.ask(
                    gateway ->
                        new HttpDoor(server.server().vertx(), node, gateway).router().getRoutes()))
            .get(0);
    for (Route route : registered) {
      if (route.getPath() != null && route.methods() != null) {
        for (HttpMethod method : route.methods()) {
          if (!method.equals(HttpMethod.HEAD)) {
            routes.add(method + " " + route.getPath().replaceAll(":([a-z]+)", "{$1}"));
          }
        }
      }
    }

    assertThat(described()).isEqualTo(routes);
  }

  @Test
  void wordsAreThoseOfTheCode() {
    assertThat(openApi.valuesOf("ErrorCode"))
        .containsExactlyElementsOf(
            Arrays.stream(ErrorCode.values()).<Object>map(ErrorCode::code).toList());
    assertThat(openApi.valuesOf("GapReason"))
        .containsExactlyElementsOf(
            Arrays.stream(GapReason.values()).<Object>map(GapReason::code).toList());
    assertThat(
            openApi
                .at("components", "schemas", "Subscriber", "properties", "door")
                .getJsonArray("enum"))
        .containsExactlyElementsOf(Arrays.stream(Door.values()).<Object>map(Door::word).toList());
  }

  @Test
  void everyAnswerIsWhatIsDescribed() throws Exception {
    server.subscribe("reader", "orders.>", "chat");
    server.publish("orders.created", 17);
    List<Call> calls =
        List.of(
            post("/v1/topics/{topic}/events", "/v1/topics/a/events", "application/json", "{}", 202),
            post("/v1/topics/{topic}/events", "/v1/topics/a/events", "text/plain", "hello", 202),
            post("/v1/topics/{topic}/events", "/v1/topics/a..b/events", "text/plain", "x", 400),
            post("/v1/topics/{topic}/events", "/v1/topics/a/events", "multipart/x", "x", 415),
            post(
                "/v1/topics/{topic}/events",
                "/v1/topics/a/events",
                "text/plain",
                "x".repeat(70_000),
                413),
            post(
                "/v1/events",
                "/v1/events",
                "application/json",
                "[{\"topic\":\"a\",\"data\":1,\"eventId\":\"e1\"}]",
                202),
            post(
                "/v1/events",
                "/v1/events",
                "application/json",
                "[{\"topic\":\"a\",\"data\":2,\"eventId\":\"e1\"}]",
                409),
            post("/v1/events", "/v1/events", "application/json", "[", 400),
            post("/v1/events", "/v1/events", "image/png", "x", 415),
            get("/v1/ws", "/v1/ws", 426),
            get("/v1/stream", "/v1/stream", 400),
            get("/v1/stream", "/v1/stream?topic=a&subscriber=reader", 409),
            get("/v1/subscribers", "/v1/subscribers", 200),
            get("/v1/subscribers", "/v1/subscribers?limit=1", 200),
            get("/v1/subscribers", "/v1/subscribers?limit=x", 400),
            get("/v1/subscribers/{id}", "/v1/subscribers/reader", 200),
            get("/v1/subscribers/{id}", "/v1/subscribers/nobody", 404),
            get("/v1/topics", "/v1/topics", 200),
            get("/v1/topics", "/v1/topics?limit=1", 200),
            get("/v1/topics/{topic}", "/v1/topics/orders.created", 200),
            get("/v1/topics/{topic}", "/v1/topics/orders.%3E", 200),
            get("/v1/topics/{topic}", "/v1/topics/a..b", 400),
            post("/v1/topics/{topic}/events", "/v1/topics/kept/events", "text/plain", "x", 201),
            post(
                "/v1/events",
                "/v1/events",
                "application/json",
                "[{\"topic\":\"kept\",\"data\":1}]",
                201),
            get("/v1/topics/{topic}/events", "/v1/topics/kept/events", 200),
            get("/v1/topics/{topic}/events", "/v1/topics/kept/events?after=1&limit=1", 200),
            get("/v1/topics/{topic}/events", "/v1/topics/kept/events?after=x", 400),
            get("/v1/topics/{topic}/events", "/v1/topics/other/events", 404),
            get("/v1/topics/{topic}", "/v1/topics/kept", 200),
            delete("/v1/topics/{topic}/events", "/v1/topics/kept/events", 200),
            delete("/v1/topics/{topic}/events", "/v1/topics/other/events", 404),
            get("/v1/stream", "/v1/stream?topic=kept&after=x", 400),
            get("/v1/dead-letters", "/v1/dead-letters", 200),
            get("/v1/dead-letters", "/v1/dead-letters?after=x", 400),
            post("/v1/dead-letters/redeliver", "/v1/dead-letters/redeliver", "", "", 200),
            post("/v1/dead-letters/{id}/redeliver", "/v1/dead-letters/7/redeliver", "", "", 404),
            delete("/v1/dead-letters/{id}", "/v1/dead-letters/7", 404),
            delete("/v1/dead-letters/{id}", "/v1/dead-letters/x", 400),
            delete("/v1/dead-letters", "/v1/dead-letters?topic=a", 200),
            get("/v1/ledger", "/v1/ledger", 200),
            get("/v1/cluster", "/v1/cluster", 200),
            get("/metrics", "/metrics", 200),
            get("/health/live", "/health/live", 200),
            get("/health/ready", "/health/ready", 200),
            get("/openapi.json", "/openapi.json", 200),
            get("/asyncapi.json", "/asyncapi.json", 200),
            get("/client.js", "/client.js", 200),
            get("/client.d.ts", "/client.d.ts", 200),
            delete("/v1/subscribers/{id}", "/v1/subscribers/reader", 204),
            delete("/v1/subscribers/{id}", "/v1/subscribers/reader", 404));
    for (Call call : calls) {
      check(call);
    }
    InsideServer.node(server.server()).setReady(false);
    check(get("/health/ready", "/health/ready", 503));

    assertThat(calls.stream().map(call -> call.method() + " " + call.template()))
        .as("every operation is called")
        .containsAll(described());
  }

  @Test
  void everyReferenceLeadsSomewhereAndEveryPartIsReferredTo() {
    List<String> references = references(openApi.at());
    assertThat(references).allSatisfy(ref -> openApi.resolve(new JsonObject().put("$ref", ref)));
    for (String kind : openApi.at("components").fieldNames()) {
      for (String name : openApi.at("components", kind).fieldNames()) {
        assertThat(references).contains("#/components/" + kind + "/" + name);
      }
    }
  }

  private record Call(
      String method, String template, String path, String type, String body, int status) {}

  private static Call get(String template, String path, int status) {
    return new Call("GET", template, path, "", "", status);
  }

  private static Call post(String template, String path, String type, String body, int status) {
    return new Call("POST", template, path, type, body, status);
  }

  private static Call delete(String template, String path, int status) {
    return new Call("DELETE", template, path, "", "", status);
  }

  private void check(Call call) throws IOException, InterruptedException {
    var request =
        server.request(call.path()).method(call.method(), BodyPublishers.ofString(call.body()));
    if (!call.type().isEmpty()) {
      request.header("Content-Type", call.type());
    }
    HttpResponse<String> answer = server.send(request);
    assertThat(answer.statusCode()).as(call + ": " + answer.body()).isEqualTo(call.status());

    JsonObject responses =
        openApi
            .at("paths", call.template(), call.method().toLowerCase(Locale.ROOT))
            .getJsonObject("responses");
    String status = String.valueOf(answer.statusCode());
    assertThat(responses.containsKey(status)).as(call + " is described").isTrue();
    JsonObject response = openApi.resolve(responses.getJsonObject(status));
    JsonObject content = response.getJsonObject("content");
    if (content == null) {
      assertThat(answer.body()).isEmpty();
      return;
    }
    String type = answer.headers().firstValue("content-type").orElse("").replaceFirst(";.*", "");
    assertThat(content.fieldNames()).as(call.toString()).contains(type);
    if (type.endsWith("json")) {
      assertThat(
              openApi.mistakes(
                  content.getJsonObject(type).getJsonObject("schema"),
                  new JsonObject(answer.body())))
          .as(call.toString())
          .isEmpty();
    }
  }

  /** Method and path of every operation. */
  private Set<String> described() {
    return openApi.at("paths").stream()
        .flatMap(
            path ->
                ((JsonObject) path.getValue())
                    .fieldNames().stream()
                        .filter(name -> !name.equals("parameters"))
                        .map(name -> name.toUpperCase(Locale.ROOT) + " " + path.getKey()))
        .collect(toCollection(TreeSet::new));
  }

  static List<String> references(Object part) {
    List<String> found = new ArrayList<>();
    if (part instanceof JsonObject object) {
      object.forEach(
          field -> {
            if (field.getKey().equals("$ref")) {
              found.add((String) field.getValue());
            }
            found.addAll(references(field.getValue()));
          });
    } else if (part instanceof JsonArray array) {
      array.forEach(item -> found.addAll(references(item)));
    }
    return found;
  }
}
