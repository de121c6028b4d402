package dev.carillon;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carillon.testing.Dockerfile;
import dev.carillon.testing.JarServer;
import dev.carillon.testing.Program;
import dev.carillon.testing.Yaml;
import io.kubernetes.client.openapi.JSON;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manifests in {@code docker/kubernetes}: whether Kubernetes takes them, and they fit. */
final class KubernetesIT {
  private static final Path MANIFESTS = Path.of("docker/kubernetes");
  private static final String NAMESPACE = "carillon";

  @TempDir private Path folder;

  /** By kind and name, such as {@code Service/carillon}. */
  private final Map<String, JsonObject> manifests = new TreeMap<>();

  @BeforeEach
  void read() throws IOException {
    try (Stream<Path> files = Files.list(MANIFESTS)) {
      for (Path file : files.toList()) {
        for (JsonObject manifest : Yaml.documents(file)) {
          String name = manifest.getJsonObject("metadata").getString("name");
          assertThat(manifests.put(manifest.getString("kind") + "/" + name, manifest)).isNull();
        }
      }
    }
  }

  @Test
  void haveNoFieldThatKubernetesDoesNotKnowOrTakesForAnother() {
    assertThat(manifests).hasSize(8).allSatisfy((name, manifest) -> check(manifest));
  }

  @Test
  void theCheckFindsAMisspeltFieldAMissingOneAndATypeThatIsAnother() {
    String kind = "StatefulSet/carillon";
    JsonObject misspelt = manifest(kind).copy();
    pod(misspelt).put("terminationGracePeriod", 60);
    assertThatThrownBy(() -> check(misspelt)).hasMessageContaining("terminationGracePeriod");
    JsonObject missing = manifest(kind).copy();
    container(missing).remove("name");
    assertThatThrownBy(() -> check(missing)).hasMessageContaining("name");
    JsonObject unquoted = manifest(kind).copy();
    container(unquoted)
        .getJsonArray("env")
        .add(new JsonObject().put("name", "UNQUOTED").put("value", true));
    assertThatThrownBy(() -> check(unquoted)).hasMessageContaining("UNQUOTED");
  }

  private static void check(JsonObject manifest) {
    try {
      Class<?> kind =
          Class.forName("io.kubernetes.client.openapi.models.V1" + manifest.getString("kind"));
      // A field of another type comes back as its own, or is refused.
      String taken = JSON.serialize(JSON.deserialize(manifest.encode(), kind));
      assertThat(withoutEmpty(new JsonObject(taken))).isEqualTo(withoutEmpty(manifest));
    } catch (ClassNotFoundException e) {
      throw new AssertionError("no such kind", e);
    }
  }

  /** Lists and maps that nobody said come back empty. */
  private static Object withoutEmpty(Object value) {
    if (value instanceof JsonObject object) {
      JsonObject kept = new JsonObject();
      object.forEach(
          field -> {
            Object inside = withoutEmpty(field.getValue());
            if (!inside.equals(new JsonObject()) && !inside.equals(new JsonArray())) {
              kept.put(field.getKey(), inside);
            }
          });
      return kept;
    }
    return value instanceof JsonArray array
        ? new JsonArray(array.stream().map(KubernetesIT::withoutEmpty).toList())
        : value;
  }

  @Test
  void liveInOneNamespaceAndSelectThePods() {
    manifests.forEach(
        (name, manifest) -> {
          if (!name.startsWith("Namespace/")) {
            assertThat(manifest.getJsonObject("metadata").getString("namespace"))
                .as(name)
                .isEqualTo(NAMESPACE);
          }
        });
    JsonObject labels =
        spec("StatefulSet/carillon")
            .getJsonObject("template")
            .getJsonObject("metadata")
            .getJsonObject("labels");
    JsonObject pods = new JsonObject().put("matchLabels", labels);
    assertThat(spec("StatefulSet/carillon").getJsonObject("selector")).isEqualTo(pods);
    assertThat(spec("PodDisruptionBudget/carillon").getJsonObject("selector")).isEqualTo(pods);
    assertThat(spec("NetworkPolicy/carillon").getJsonObject("podSelector")).isEqualTo(pods);
    assertThat(spec("Service/carillon").getJsonObject("selector")).isEqualTo(labels);
    assertThat(spec("Service/carillon-nodes").getJsonObject("selector")).isEqualTo(labels);
  }

  @Test
  void theClusterPortsAreThoseOfTheConfigurationAndOnlyThePodsReachThem() {
    JsonObject cluster = config().getJsonObject("cluster");
    Map<String, Integer> ports =
        objects(container(manifest("StatefulSet/carillon")).getJsonArray("ports")).stream()
            .collect(
                toMap(port -> port.getString("name"), port -> port.getInteger("containerPort")));
    assertThat(ports)
        .containsOnly(
            Map.entry("http", config().getJsonObject("http").getInteger("port")),
            Map.entry("members", cluster.getInteger("port")),
            Map.entry("bus", cluster.getInteger("busPort")));
    for (JsonObject rule : objects(spec("NetworkPolicy/carillon").getJsonArray("ingress"))) {
      List<String> open =
          objects(rule.getJsonArray("ports")).stream().map(port -> port.getString("port")).toList();
      assertThat(ports.keySet()).containsAll(open);
      if (!open.equals(List.of("http"))) {
        assertThat(objects(rule.getJsonArray("from")))
            .singleElement()
            .isEqualTo(
                new JsonObject()
                    .put(
                        "podSelector",
                        spec("NetworkPolicy/carillon").getJsonObject("podSelector")));
      }
    }
    assertThat(objects(spec("Service/carillon").getJsonArray("ports")))
        .extracting(port -> port.getString("targetPort"))
        .containsExactly("http");
  }

  @Test
  void nodesFindEachOtherBeforeAnyIsReady() {
    JsonObject nodes = spec("Service/carillon-nodes");
    assertThat(nodes.getString("clusterIP")).isEqualTo("None");
    assertThat(nodes.getBoolean("publishNotReadyAddresses")).isTrue();
    JsonObject set = spec("StatefulSet/carillon");
    assertThat(set.getString("podManagementPolicy")).isEqualTo("Parallel");
    assertThat(config().getJsonObject("cluster").getString("service"))
        .isEqualTo(set.getString("serviceName") + "." + NAMESPACE + ".svc.cluster.local");
    int replicas = set.getInteger("replicas");
    int minimum = config().getJsonObject("cluster").getInteger("minimumMembers");
    assertThat(minimum).isEqualTo(replicas / 2 + 1);
    assertThat(replicas - spec("PodDisruptionBudget/carillon").getInteger("maxUnavailable"))
        .isGreaterThanOrEqualTo(minimum);
  }

  @Test
  void aPodHasTimeToDrainAndIsWhoTheImageSays() throws IOException {
    JsonObject set = manifest("StatefulSet/carillon");
    JsonArray sleep =
        container(set)
            .getJsonObject("lifecycle")
            .getJsonObject("preStop")
            .getJsonObject("exec")
            .getJsonArray("command");
    Duration needed =
        Duration.parse("PT" + config().getString("drain"))
            .plusSeconds(Long.parseLong(sleep.getString(1)));
    assertThat(Duration.ofSeconds(pod(set).getLong("terminationGracePeriodSeconds")))
        .isGreaterThanOrEqualTo(needed.plusSeconds(30));
    Dockerfile image = Dockerfile.read(Path.of("docker/Dockerfile"));
    assertThat(pod(set).getJsonObject("securityContext").getLong("runAsUser"))
        .isEqualTo(Long.parseLong(image.last("USER")));
    assertThat(objects(container(set).getJsonArray("volumeMounts")))
        .extracting(mount -> mount.getString("mountPath"))
        .contains(image.last("VOLUME"), "/tmp");
    assertThat(objects(container(set).getJsonArray("volumeMounts")))
        .extracting(mount -> mount.getString("name"))
        .containsExactlyElementsOf(
            objects(pod(set).getJsonArray("volumes")).stream()
                .map(volume -> volume.getString("name"))
                .toList());
  }

  @Test
  void aNodeTakesItsConfiguration() throws IOException, InterruptedException {
    Path file = folder.resolve("carillon.json");
    Files.writeString(file, config().encodePrettily());
    JsonObject set = manifest("StatefulSet/carillon");
    assertThat(container(set).getJsonArray("args"))
        .isEqualTo(new JsonArray(List.of("serve", "-c", "/etc/carillon/carillon.json")));
    Map<String, String> environment =
        objects(container(set).getJsonArray("env")).stream()
            .collect(toMap(variable -> variable.getString("name"), this::value));
    assertThat(environment)
        .containsOnlyKeys("CARILLON_NODE", "CARILLON_CLUSTER_HOST", "CARILLON_STORE_PASSWORD");
    Program.succeeds(
        folder, environment, JarServer.command("config", "check", "-c", file.toString()));
  }

  /** What Kubernetes would put there. */
  private String value(JsonObject variable) {
    JsonObject from = variable.getJsonObject("valueFrom");
    JsonObject secret = from.getJsonObject("secretKeyRef");
    if (secret != null) {
      return manifest("Secret/" + secret.getString("name"))
          .getJsonObject("stringData")
          .getString(secret.getString("key"));
    }
    String path = from.getJsonObject("fieldRef").getString("fieldPath");
    return Objects.requireNonNull(
        Map.of("metadata.name", "carillon-0", "status.podIP", "10.1.2.3").get(path), path);
  }

  private JsonObject config() {
    return new JsonObject(
        manifest("ConfigMap/carillon").getJsonObject("data").getString("carillon.json"));
  }

  private JsonObject manifest(String name) {
    return Objects.requireNonNull(manifests.get(name), name);
  }

  private JsonObject spec(String name) {
    return manifest(name).getJsonObject("spec");
  }

  private static JsonObject pod(JsonObject set) {
    return set.getJsonObject("spec").getJsonObject("template").getJsonObject("spec");
  }

  private static JsonObject container(JsonObject set) {
    return pod(set).getJsonArray("containers").getJsonObject(0);
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }
}
