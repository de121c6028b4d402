package dev.carillon.gateway;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.config.Overflow;
import dev.carillon.event.ErrorCode;
import dev.carillon.event.GapReason;
import dev.carillon.testing.FrameSocket;
import dev.carillon.testing.OperatedServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class AsyncApiTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/carillon");
  private static final Pattern TYPE_WRITTEN =
      Pattern.compile("\\\\\"type\\\\\":\\\\\"([a-z]+)\\\\\"");

  /** What {@link #commands} publish. */
  private static final int EVENTS = 4;

  /** What Netty finds wrong with frames, besides their size. */
  private static final List<Integer> VIOLATIONS = List.of(1002, 1007);

  @RegisterExtension
  final OperatedServer server =
      OperatedServer.with("queue.events=8", "http.sendBufferBytes=8192", "drain=1s");

  private final Description asyncApi = new Description("asyncapi.json");

  AsyncApiTest() throws IOException {}

  @Test
  void wordsAreThoseOfTheCode() {
    assertThat(asyncApi.valuesOf("ErrorCode"))
        .containsExactlyElementsOf(
            Arrays.stream(ErrorCode.values()).<Object>map(ErrorCode::code).toList());
    assertThat(asyncApi.valuesOf("GapReason"))
        .containsExactlyElementsOf(
            Arrays.stream(GapReason.values()).<Object>map(GapReason::code).toList());
    assertThat(asyncApi.valuesOf("Overflow"))
        .containsExactlyElementsOf(
            Arrays.stream(Overflow.values()).<Object>map(Overflow::word).toList());
  }

  @Test
  void closeCodesAreThoseOfTheCode() {
    Set<Object> codes =
        Stream.concat(
                Arrays.stream(CloseReason.values()).map(CloseReason::code), VIOLATIONS.stream())
            .collect(toCollection(TreeSet::new));
    assertThat(asyncApi.valuesOf("CloseCode")).containsExactlyElementsOf(codes);
  }

  @Test
  void everyTypeThatTheCodeWritesIsDescribedAndEveryOneDescribedIsWritten() throws IOException {
    Set<String> written = new TreeSet<>(List.of("event", "gap"));
    for (String folder : List.of("gateway", "event")) {
      try (Stream<Path> files = Files.list(SOURCES.resolve(folder))) {
        for (Path file : files.toList()) {
          TYPE_WRITTEN
              .matcher(Files.readString(file))
              .results()
              .forEach(m -> written.add(m.group(1)));
        }
      }
    }
    assertThat(fromNode()).isEqualTo(written);
  }

  @Test
  void theCommandsDescribedAreThoseThatTheServerKnows() throws Exception {
    FrameSocket socket = server.connect("");
    socket.send("{\"type\":\"nonsense\",\"id\":1}");
    String message = socket.await("error").getString("message");
    Set<String> known =
        new TreeSet<>(Arrays.asList(message.replaceFirst(".*allowed: ", "").split(", ", -1)));
    assertThat(fromClient()).isEqualTo(known);
  }

  @Test
  void everyFrameIsWhatIsDescribed() throws Exception {
    FrameSocket socket = server.open("subscriber=reader");
    List<JsonObject> frames = new ArrayList<>();
    frames.add(socket.next());
    for (JsonObject command : commands()) {
      assertThat(mistakes(command)).isEmpty();
      socket.send(command);
    }
    while (count("pong", frames) < 1 || count("event", frames) < EVENTS) {
      frames.add(socket.next());
    }
    frames.add(gap(socket));
    server.server().drain();
    frames.add(upTo("goaway", socket));

    assertThat(frames).allSatisfy(frame -> assertThat(mistakes(frame)).isEmpty());
    Set<String> types = new TreeSet<>();
    frames.forEach(frame -> types.add(frame.getString("type")));
    assertThat(types).isEqualTo(fromNode());
    assertThat(frames.stream().filter(frame -> "event".equals(frame.getString("type"))))
        .anyMatch(event -> event.containsKey("dataBase64"))
        .anyMatch(event -> event.containsKey("key"));
  }

  @Test
  void aStreamCarriesTheFramesDescribed() throws Exception {
    var stream =
        HttpClient.newHttpClient()
            .sendAsync(
                server.request("/v1/stream?topic=a&subscriber=sse").build(),
                BodyHandlers.ofLines());
    await().until(() -> server.get("/v1/subscribers/sse").statusCode() == 200);
    server.publish("a", 1);
    server.server().drain();
    List<JsonObject> frames =
        stream
            .get(30, TimeUnit.SECONDS)
            .body()
            .filter(line -> line.startsWith("data: "))
            .map(line -> new JsonObject(line.substring("data: ".length())))
            .toList();
    assertThat(frames).allSatisfy(frame -> assertThat(mistakes(frame)).isEmpty());
    assertThat(frames.stream().map(frame -> frame.getString("type")))
        .containsExactlyInAnyOrder("welcome", "subscribed", "event", "goaway")
        .allMatch(asyncApi.at("channels", "stream", "messages")::containsKey);
  }

  @Test
  void everyReferenceLeadsSomewhereAndEveryMessageIsPartOfAnOperation() {
    List<String> references = OpenApiTest.references(asyncApi.at());
    assertThat(references).allSatisfy(ref -> asyncApi.resolve(new JsonObject().put("$ref", ref)));
    for (String channel : asyncApi.at("channels").fieldNames()) {
      for (String message : asyncApi.at("channels", channel, "messages").fieldNames()) {
        assertThat(references).contains("#/channels/" + channel + "/messages/" + message);
      }
    }
  }

  /** Every command in every form, with what makes the node send every kind of answer. */
  private static List<JsonObject> commands() {
    return List.of(
        new JsonObject(
            "{\"type\":\"subscribe\",\"id\":1,\"topics\":[\"a.*\",\"b\",\"big\",\"c.>\"]}"),
        new JsonObject("{\"type\":\"unsubscribe\",\"id\":\"two\",\"topics\":[\"c.>\"]}"),
        new JsonObject(
            "{\"type\":\"publish\",\"id\":3,\"topic\":\"a.x\",\"data\":null,\"key\":\"k\"}"),
        new JsonObject(
            "{\"type\":\"publish\",\"topic\":\"b\",\"dataBase64\":\"AQID\",\"eventId\":\"e\"}"),
        new JsonObject(
            "{\"type\":\"publish\",\"id\":4,\"events\":["
                + "{\"topic\":\"b\",\"data\":1},{\"topic\":\"b\",\"data\":[]}]}"),
        new JsonObject("{\"type\":\"subscribe\",\"id\":5,\"topics\":[\"b\"]}"),
        new JsonObject("{\"type\":\"ping\",\"id\":6.5}"));
  }

  /** Lets the queue run over, and reads on to what is announced. */
  private JsonObject gap(FrameSocket socket)
      throws IOException, InterruptedException, TimeoutException {
    socket.stopReading();
    String large = "x".repeat(60_000);
    while (server.json("/v1/subscribers/reader").getLong("dropped") == 0) {
      server.publish("big", large);
    }
    socket.readOn();
    return upTo("gap", socket);
  }

  private static long count(String type, List<JsonObject> frames) {
    return frames.stream().filter(frame -> type.equals(frame.getString("type"))).count();
  }

  private static JsonObject upTo(String type, FrameSocket socket)
      throws InterruptedException, TimeoutException {
    JsonObject frame = socket.next();
    while (!type.equals(frame.getString("type"))) {
      frame = socket.next();
    }
    return frame;
  }

  private Optional<String> mistakes(JsonObject frame) {
    return asyncApi.mistakes(
        asyncApi.at("components", "messages", frame.getString("type"), "payload"), frame);
  }

  private Set<String> fromClient() {
    return types("receive");
  }

  private Set<String> fromNode() {
    Set<String> types = new TreeSet<>(types("send"));
    asyncApi
        .at("operations")
        .forEach(
            operation -> {
              JsonObject reply = ((JsonObject) operation.getValue()).getJsonObject("reply");
              if (reply != null) {
                types.addAll(types(reply.getJsonArray("messages")));
              }
            });
    return types;
  }

  private Set<String> types(String action) {
    return asyncApi.at("operations").stream()
        .map(operation -> (JsonObject) operation.getValue())
        .filter(operation -> action.equals(operation.getString("action")))
        .flatMap(operation -> types(operation.getJsonArray("messages")).stream())
        .collect(toCollection(TreeSet::new));
  }

  private static List<String> types(JsonArray messages) {
    return messages.stream()
        .map(message -> ((JsonObject) message).getString("$ref").replaceFirst(".*/", ""))
        .toList();
  }
}
