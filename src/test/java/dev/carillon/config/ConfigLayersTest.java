package dev.carillon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLayersTest {
  private final Path directory;

  ConfigLayersTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void withoutAnySourceANodeServesOnLoopback() {
    assertThat(Loading.config(ConfigSources.NONE))
        .isEqualTo(
            new Config(
                "testhost",
                new Http(
                    "127.0.0.1",
                    8080,
                    List.of(),
                    65536,
                    25,
                    60,
                    10,
                    false,
                    0,
                    Transport.AUTO,
                    1024,
                    8192,
                    4096,
                    Optional.empty()),
                new Auth(AuthMode.OPEN),
                new Queue(256, 1 << 20, Overflow.DROP_NEWEST, 256, 0),
                List.of(),
                new Store(
                    StoreKind.SQLITE,
                    Path.of("data/carillon.db"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofSeconds(5),
                    10L << 30,
                    1_000_000,
                    Duration.ofDays(30),
                    4 << 20,
                    2,
                    0),
                new Recovery(2000, 16, Duration.ofSeconds(10)),
                new DeadLetters(10_000, 64 << 20, Duration.ofHours(24), 1000, 256 << 20, 10_000),
                new Publish(Duration.ofMinutes(2), 100_000, 32 << 20, 4 << 20),
                new Limits(65536, 1 << 20, 1000, 100_000, 0, 1000, 64),
                new Log(LogFormat.TEXT, LogLevel.INFO),
                new Cluster(
                    false,
                    "carillon",
                    "127.0.0.1",
                    5701,
                    0,
                    Discovery.MEMBERS,
                    List.of(),
                    Optional.empty(),
                    1,
                    Duration.ofSeconds(30),
                    new Heartbeat(Duration.ofSeconds(1), Duration.ofSeconds(8)),
                    Duration.ofSeconds(5),
                    4 << 20,
                    4096,
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(50),
                    Optional.empty()),
                Duration.ofSeconds(10)));
  }

  @Test
  void hostsNameIsTheNodesUnlessItIsSaid() {
    ConfigOutcome outcome = ConfigLoader.load(ConfigSources.NONE);

    assertThat(outcome).isInstanceOf(ConfigOutcome.Accepted.class);
    assertThat(((ConfigOutcome.Accepted) outcome).config().node()).isEqualTo(HostName.get());
    assertThat(Loading.config(ConfigSources.NONE.set("node=n1")).node()).isEqualTo("n1");
  }

  @Test
  void everyKindOfValueReachesItsComponent() {
    Path file =
        Loading.file(
            directory,
            """
            {
              "node": "n-1",
              "http": {"port": 0, "origins": ["https://app.example.com", "http://[::1]:8080", "capacitor://localhost"],
                       "compression": true, "transport": "io_uring",
                       "tls": {"certificate": "%1$s", "key": "%1$s", "reload": "90s"}},
              "topics": [{"match": "ticker.*", "overflow": "conflate", "queue": {"events": 32}},
                         {"match": "chat.>", "overflow": "catch-up",
                          "history": {"events": 1000, "age": "24h", "bytes": 5000000000}},
                         {"match": ">", "queue": {}}],
              "store": {"kind": "memory", "path": "elsewhere/c.db"},
              "queue": {"bytes": 1073741824, "overflow": "drop-oldest"},
              "drain": "5m"
            }
            """
                .formatted(directory.resolve("c.json")));

    Config config = Loading.config(ConfigSources.NONE.withFile(file));

    assertThat(config.node()).isEqualTo("n-1");
    assertThat(config.http().port()).isZero();
    assertThat(config.http().origins())
        .containsExactly("https://app.example.com", "http://[::1]:8080", "capacitor://localhost");
    assertThat(config.http().compression()).isTrue();
    assertThat(config.http().transport()).isEqualTo(Transport.IO_URING);
    assertThat(config.http().tls()).contains(new Tls(file, file, Duration.ofSeconds(90)));
    assertThat(config.topics())
        .containsExactly(
            new TopicRule(
                "ticker.*", Optional.of(Overflow.CONFLATE), Optional.empty(), OptionalInt.of(32)),
            new TopicRule(
                "chat.>",
                Optional.of(Overflow.CATCH_UP),
                Optional.of(
                    new History(
                        Optional.of(1000L),
                        Optional.of(Duration.ofHours(24)),
                        Optional.of(5_000_000_000L))),
                OptionalInt.empty()),
            new TopicRule(">", Optional.empty(), Optional.empty(), OptionalInt.empty()));
    assertThat(config.store().kind()).isEqualTo(StoreKind.MEMORY);
    assertThat(config.store().path()).isEqualTo(Path.of("elsewhere/c.db"));
    assertThat(config.queue().bytes()).isEqualTo(1L << 30);
    assertThat(config.queue().overflow()).isEqualTo(Overflow.DROP_OLDEST);
    assertThat(config.drain()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void laterOptionOverridesAnEarlierOne() {
    assertThat(Loading.config(ConfigSources.NONE.set("http.port=1").set("http.port=2")))
        .extracting(config -> config.http().port())
        .isEqualTo(2);
  }

  @Test
  void objectsAreMergedAndListsReplaced() {
    Path file =
        Loading.file(
            directory,
            "{\"queue\": {\"events\": 7}, \"topics\": [{\"match\": \"a\"}, {\"match\": \"b\"}]}");

    Config config =
        Loading.config(
            ConfigSources.NONE
                .withFile(file)
                .withEnvironment(Map.of("CARILLON_QUEUE", "{\"bytes\": 1000}"))
                .set("topics=[{\"match\": \"c\"}]"));

    assertThat(config.queue().events()).isEqualTo(7);
    assertThat(config.queue().bytes()).isEqualTo(1000);
    assertThat(config.topics()).extracting(TopicRule::match).containsExactly("c");
  }

  @Test
  void moreExactVariableOverridesTheObject() {
    Config config =
        Loading.config(
            ConfigSources.NONE.withEnvironment(
                Map.of(
                    "CARILLON_QUEUE_EVENTS", "8",
                    "CARILLON_QUEUE", "{\"events\": 9, \"bytes\": 1000}")));

    assertThat(config.queue().events()).isEqualTo(8);
    assertThat(config.queue().bytes()).isEqualTo(1000);
  }

  @Test
  void entriesOfAListAreSetByTheirIndex() {
    Path file = Loading.file(directory, "{\"topics\": [{\"match\": \"a\"}]}");

    Config config =
        Loading.config(
            ConfigSources.NONE
                .withFile(file)
                .set("topics.0.overflow=disconnect")
                .set("topics.1.match=b.>")
                .set("topics.1.queue.events=3")
                .set("topics.2={\"match\": \"c\"}")
                .set("http.origins.0=https://a.example"));

    assertThat(config.topics())
        .containsExactly(
            new TopicRule(
                "a", Optional.of(Overflow.DISCONNECT), Optional.empty(), OptionalInt.empty()),
            new TopicRule("b.>", Optional.empty(), Optional.empty(), OptionalInt.of(3)),
            new TopicRule("c", Optional.empty(), Optional.empty(), OptionalInt.empty()));
    assertThat(config.http().origins()).containsExactly("https://a.example");
  }

  @Test
  void databaseIsSaidByVariables() {
    Config config =
        Loading.config(
            ConfigSources.NONE.withEnvironment(
                Map.of(
                    "CARILLON_STORE_KIND", "postgres",
                    "CARILLON_STORE_URL", "postgresql://db:5432/carillon?sslmode=verify-full",
                    "CARILLON_STORE_USER", "ann",
                    "CARILLON_STORE_PASSWORD", "hunter2",
                    "CARILLON_STORE_DEADLINE", "3s")));

    assertThat(config.store().kind()).isEqualTo(StoreKind.POSTGRES);
    assertThat(config.store().url()).contains("postgresql://db:5432/carillon?sslmode=verify-full");
    assertThat(config.store().user()).contains("ann");
    assertThat(config.store().password()).contains("hunter2");
    assertThat(config.store().deadline()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.toString()).doesNotContain("hunter2");
  }

  @Test
  void storeAndHistoryAreSaidByVariablesAndOptions() {
    Config config =
        Loading.config(
            ConfigSources.NONE
                .withEnvironment(
                    Map.of(
                        "CARILLON_STORE_PATH", "elsewhere.db",
                        "CARILLON_STORE_PAGE_CACHE_BYTES", "1024",
                        "CARILLON_DEAD_LETTERS_TOTAL_BYTES", "4096",
                        "CARILLON_RECOVERY_PERSECOND", "7"))
                .set("topics.0.match=chat.>")
                .set("topics.0.history.age=24h")
                .set("topics.0.overflow=catch-up")
                .set("store.maxBytes=1000000"));

    assertThat(config.store().path()).isEqualTo(Path.of("elsewhere.db"));
    assertThat(config.store().pageCacheBytes()).isEqualTo(1024);
    assertThat(config.store().maxBytes()).isEqualTo(1_000_000);
    assertThat(config.deadLetters().totalBytes()).isEqualTo(4096);
    assertThat(config.recovery().perSecond()).isEqualTo(7);
    assertThat(config.topics())
        .containsExactly(
            new TopicRule(
                "chat.>",
                Optional.of(Overflow.CATCH_UP),
                Optional.of(
                    new History(
                        Optional.empty(), Optional.of(Duration.ofHours(24)), Optional.empty())),
                OptionalInt.empty()));
  }

  @Test
  void textIsTakenAsItIs() {
    assertThat(Loading.config(ConfigSources.NONE.set("node=12")).node()).isEqualTo("12");
    assertThat(Loading.config(ConfigSources.NONE.set("node=true")).node()).isEqualTo("true");
  }

  @Test
  void fileMayBeginWithAByteOrderMarkAndMayBeEmptyOfKeys() {
    byte[] json = "\ufeff{}".getBytes(StandardCharsets.UTF_8);

    assertThat(Loading.config(ConfigSources.NONE.withFile(Loading.file(directory, json))))
        .isEqualTo(Loading.config(ConfigSources.NONE));
  }

  @Test
  void wholeNumbersMayBeWrittenAsJsonWritesThem() {
    Path file =
        Loading.file(directory, "{\"http\": {\"port\": 9e3}, \"queue\": {\"events\": 8.0}}");

    Config config = Loading.config(ConfigSources.NONE.withFile(file));

    assertThat(config.http().port()).isEqualTo(9000);
    assertThat(config.queue().events()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"auth\": {\"mode\": \"open\"}}", "{}"})
  void openToANetworkNeedsTheModeSaidInAnyLayer(String json) {
    ConfigSources reachable =
        ConfigSources.NONE.withFile(Loading.file(directory, json)).option("--host", "http.host=::");

    if (json.equals("{}")) {
      assertThat(Loading.mistakes(reachable)).singleElement().asString().contains("auth.mode");
    } else {
      assertThat(Loading.config(reachable).auth().mode()).isEqualTo(AuthMode.OPEN);
    }
    assertThat(Loading.config(reachable.set("auth.mode=open")).http().host()).isEqualTo("::");
    assertThat(
            Loading.config(reachable.withEnvironment(Map.of("CARILLON_AUTH_MODE", "open")))
                .http()
                .host())
        .isEqualTo("::");
  }

  @Test
  void variablesOfAKubernetesServiceNamedLikeUsAreLetBe() {
    assertThat(
            Loading.config(
                ConfigSources.NONE.withEnvironment(
                    Map.of(
                        "CARILLON_SERVICE_HOST", "10.0.0.7",
                        "CARILLON_SERVICE_PORT", "8080",
                        "CARILLON_SERVICE_PORT_HTTP", "8080",
                        "CARILLON_PORT", "tcp://10.0.0.7:8080",
                        "CARILLON_PORT_8080_TCP", "tcp://10.0.0.7:8080",
                        "CARILLON_PORT_8080_TCP_PROTO", "tcp",
                        "CARILLON_PORT_8080_TCP_PORT", "8080",
                        "CARILLON_PORT_8080_TCP_ADDR", "10.0.0.7",
                        "CARILLON_NODES_SERVICE_HOST", "10.0.0.8",
                        "CARILLON_NODES_PORT", "tcp://10.0.0.8:5701"))))
        .isEqualTo(Loading.config(ConfigSources.NONE));
  }

  @Test
  void variablesOfTheClientCommandsAreLetBe() {
    assertThat(
            Loading.config(
                ConfigSources.NONE.withEnvironment(
                    Map.of("CARILLON_URL", "http://127.0.0.1:1", "CARILLON_TOKEN", "t"))))
        .isEqualTo(Loading.config(ConfigSources.NONE));
  }
}
