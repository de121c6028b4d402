package dev.carillon;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.carillon.testing.JarServer;
import dev.carillon.testing.Needs;
import dev.carillon.testing.Program;
import dev.carillon.testing.RawEventStream;
import dev.carillon.testing.RawHttp;
import dev.carillon.testing.RawWebSocket;
import dev.carillon.testing.Tool;
import dev.carillon.testing.Yaml;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three nodes of {@code docker/compose.yaml} and the proxy before them. */
final class ComposeIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Path FILE = Path.of("docker/compose.yaml");
  private static final Path PROXY = Path.of("docker/haproxy.cfg");
  private static final Path NODE = Path.of("docker/carillon.json");

  private static final List<String> FOR_OPERATORS =
      List.of(
          "/metrics",
          "//metrics",
          "/%6detrics",
          "/v1/subscribers",
          "/v1/subscribers/ann",
          "/v1/topics/proxy.t",
          "/v1/topics/./events",
          "/v1/topics/%2E/events",
          "/v1/topics/%2e%2e/topics/t/events");

  @TempDir private Path folder;

  @Test
  @Needs(Tool.DOCKER_COMPOSE)
  void isAComposeFileThatDemandsAPassword() throws IOException, InterruptedException {
    List<String> command =
        List.of("" + Tool.DOCKER_COMPOSE.path(), "-f", FILE.toString(), "config", "--quiet");
    Program.succeeds(folder, Map.of("POSTGRES_PASSWORD", "secret"), command);
    Program.Ended without = Program.run(folder, Map.of("POSTGRES_PASSWORD", ""), command);
    assertThat(without.exitCode()).isNotZero();
    assertThat(without.said()).contains("choose a password");
  }

  @Test
  void namesWhatIsThere() throws IOException {
    for (Map.Entry<String, Object> entry : services()) {
      JsonObject service = (JsonObject) entry.getValue();
      assertThat(service.getString("image")).matches("[a-z/]+:(local|v?[0-9][0-9.]*)");
      assertThat(texts(service, "volumes"))
          .filteredOn(mount -> mount.startsWith("."))
          .allSatisfy(mount -> assertThat(FILE.resolveSibling(mount.split(":", -1)[0])).exists());
      JsonObject build = service.getJsonObject("build");
      if (build != null) {
        Path context = FILE.resolveSibling(build.getString("context"));
        assertThat(context.resolve(build.getString("dockerfile"))).isRegularFile();
      }
    }
  }

  @Test
  void onlyThePortForClientsIsOpenToOtherMachines() throws IOException {
    List<String> open =
        services().stream()
            .flatMap(
                service ->
                    texts((JsonObject) service.getValue(), "ports").stream()
                        .filter(port -> !port.startsWith("127.0.0.1:"))
                        .map(port -> service.getKey() + " " + port))
            .toList();
    assertThat(open).containsExactly("haproxy 8080:8080");
  }

  @Test
  void everyNodeTakesItsConfigurationAndHasTimeToDrain() throws IOException, InterruptedException {
    JsonObject file = new JsonObject(Files.readString(NODE));
    List<String> nodes =
        services().fieldNames().stream().filter(name -> name.startsWith("node")).toList();
    int port = file.getJsonObject("cluster").getInteger("port");
    assertThat(texts(file.getJsonObject("cluster"), "members"))
        .hasSize(3)
        .isEqualTo(nodes.stream().map(name -> name + ":" + port).toList());
    List<Map<String, String>> environments = new ArrayList<>();
    for (String name : nodes) {
      JsonObject node = services().getJsonObject(name);
      assertThat(duration(node.getString("stop_grace_period")))
          .isGreaterThan(duration(file.getString("drain")));
      Map<String, String> environment = environment(node);
      assertThat(environment)
          .containsEntry("CARILLON_NODE", name)
          .containsEntry("CARILLON_CLUSTER_HOST", name);
      environments.add(environment);
      String inside = "/etc/carillon/carillon.json";
      assertThat(texts(node, "command")).containsExactly("serve", "-c", inside);
      assertThat(texts(node, "volumes")).contains("./" + NODE.getFileName() + ":" + inside + ":ro");
    }
    // One for all: they differ in names alone.
    assertThat(environments).extracting(Map::keySet).containsOnly(environments.get(0).keySet());
    Program.succeeds(
        folder, environments.get(0), JarServer.command("config", "check", "-c", NODE.toString()));
  }

  @Test
  @Needs(Tool.HAPROXY)
  void theProxyIsConfiguredAsItsOwnCheckWantsIt() throws IOException, InterruptedException {
    String said =
        Program.succeeds(
            folder, Map.of(), List.of("" + Tool.HAPROXY.path(), "-c", "-f", PROXY.toString()));
    // Only Docker's name server knows the nodes.
    assertThat(said.lines().filter(line -> line.contains("[WARNING]")))
        .allMatch(line -> line.contains("could not resolve address 'node"));
    assertThat(services().fieldNames())
        .containsAll(
            Files.readString(PROXY)
                .lines()
                .filter(line -> line.strip().startsWith("server "))
                .map(line -> line.strip().split(" ", -1)[1])
                .toList());
  }

  @Test
  @Needs(Tool.HAPROXY)
  void theProxyKeepsClientsFromNodesThatDrainAndFromWhatIsForOperators()
      throws IOException, InterruptedException {
    int clients = freePort();
    int operators = freePort();
    try (JarServer first = JarServer.start(folder, List.of(), List.of("node=node1", "drain=2s"));
        JarServer second = JarServer.start(folder, List.of(), List.of("node=node2"))) {
      Path config = folder.resolve("haproxy.cfg");
      Files.writeString(
          config,
          Files.readString(PROXY)
              .replace("bind :8080", "bind 127.0.0.1:" + clients)
              .replace("bind :8081", "bind 127.0.0.1:" + operators)
              .replace("node1:8080", "127.0.0.1:" + first.port())
              .replace("node2:8080", "127.0.0.1:" + second.port())
              // A node that is not there yet.
              .replace("node3:8080", "127.0.0.1:1"));
      Path said = folder.resolve("haproxy.out");
      Process proxy =
          new ProcessBuilder("" + Tool.HAPROXY.path(), "-db", "-f", config.toString())
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      try {
        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .until(() -> status(operators, "/v1/ledger") == 200);
        // Least connections: the second goes to the other node, once the proxy has found both.
        List<RawWebSocket> both = new ArrayList<>();
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  both.forEach(RawWebSocket::close);
                  both.clear();
                  both.add(RawWebSocket.to(clients));
                  both.add(RawWebSocket.to(clients));
                  List<String> nodes = both.stream().map(ComposeIT::node).toList();
                  if (nodes.get(0).equals("node2")) {
                    Collections.reverse(both);
                  }
                  return Set.copyOf(nodes).size() == 2;
                });
        RawWebSocket onFirst = both.get(0);
        onFirst.subscribe("proxy.t").publish("proxy.t", "17");
        assertThat(onFirst.read("event").getInteger("data")).isEqualTo(17);
        RawHttp stream = RawHttp.to(clients);
        stream.send("GET /v1/stream?topic=proxy.t HTTP/1.1\r\nHost: localhost\r\n\r\n");
        RawEventStream.of(stream).read("welcome");

        assertThat(status(clients, "/client.js")).isEqualTo(200);
        assertThat(FOR_OPERATORS)
            .allSatisfy(
                path ->
                    assertThat(RawHttp.to(clients).get(path).headers().get("content-type"))
                        .as("the proxy's own answer")
                        .startsWith("text/html"));
        RawHttp publisher = RawHttp.to(clients);
        assertThat(publisher.post("/v1/topics/proxy.u/events", "text/plain", "18").status())
            .isEqualTo(202);

        first.signal();
        onFirst.read("goaway");
        for (int i = 0; i < 5; i++) {
          assertThat(node(RawWebSocket.to(clients))).isEqualTo("node2");
        }
      } catch (AssertionError e) {
        throw new AssertionError(Files.readString(said), e);
      } finally {
        proxy.destroyForcibly();
      }
    }
  }

  private static String node(RawWebSocket socket) {
    return socket.read("welcome").getString("node");
  }

  private static int status(int port, String path) {
    return RawHttp.to(port).get(path).status();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static JsonObject services() throws IOException {
    return Yaml.documents(FILE).get(0).getJsonObject("services");
  }

  private static List<String> texts(JsonObject object, String key) {
    return object.getJsonArray(key, new JsonArray()).stream().map(String::valueOf).toList();
  }

  private static Map<String, String> environment(JsonObject service) {
    return service.getJsonObject("environment").stream()
        .collect(
            toMap(
                Map.Entry::getKey, entry -> entry.getValue().toString().replaceAll("\\$.*", "x")));
  }

  private static Duration duration(String text) {
    return Duration.parse("PT" + text);
  }
}
