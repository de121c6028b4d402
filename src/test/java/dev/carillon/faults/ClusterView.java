package dev.carillon.faults;

import static java.util.stream.Collectors.toCollection;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the nodes of a cluster answer over HTTP, above all how they see each other. */
final class ClusterView {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** More than a store takes to say that it can't. */
  private static final Duration PUBLISHED_WITHIN = Duration.ofSeconds(10);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private final int port;

  ClusterView(int port) {
    this.port = port;
  }

  /**
   * What keeps these nodes from being one cluster in which every node knows what every other one
   * wants; empty if nothing does.
   */
  List<String> troubles(List<NodeSite> sites) throws InterruptedException {
    List<String> troubles = new ArrayList<>();
    Map<String, JsonObject> views = new HashMap<>();
    for (NodeSite site : sites) {
      try {
        views.put(site.name(), get(site));
      } catch (IOException e) {
        troubles.add(site.name() + " does not say: " + e);
      }
    }
    Set<String> names = sites.stream().map(NodeSite::name).collect(toCollection(TreeSet::new));
    Map<String, JsonObject> selves = new HashMap<>();
    views.forEach(
        (name, view) -> {
          Set<String> seen = new TreeSet<>();
          for (JsonObject member : members(view)) {
            seen.add(member.getString("node"));
            if (member.getBoolean("self", false)) {
              selves.put(name, member);
            }
          }
          if (!seen.equals(names)) {
            troubles.add(name + " sees " + seen + " and not " + names);
          }
          if (!view.getJsonArray("unreachable").isEmpty()) {
            troubles.add(name + " does not reach " + view.getJsonArray("unreachable").encode());
          }
        });
    selves.forEach((name, self) -> compare(name, self, selves, troubles));
    return troubles;
  }

  /** Holds what a node thinks that each other one wants to what that one says. */
  private static void compare(
      String viewer, JsonObject self, Map<String, JsonObject> selves, List<String> troubles) {
    Map<String, JsonObject> links = new HashMap<>();
    for (Object each : self.getJsonArray("links", new JsonArray())) {
      JsonObject link = (JsonObject) each;
      links.put(link.getString("node"), link);
    }
    selves.forEach(
        (node, other) -> {
          if (node.equals(viewer)) {
            return;
          }
          JsonObject link = links.getOrDefault(node, new JsonObject());
          if (!"up".equals(link.getString("state"))
              || !other.getString("id").equals(link.getString("id"))) {
            troubles.add(viewer + " has no link to " + node + ": " + link.encode());
          } else if (!other.getJsonObject("interest").equals(link.getJsonObject("interest"))) {
            troubles.add(
                viewer
                    + " thinks "
                    + node
                    + " wants "
                    + link.getJsonObject("interest")
                    + ", not "
                    + other.getJsonObject("interest"));
          }
        });
  }

  private static List<JsonObject> members(JsonObject view) {
    return view.getJsonArray("members", new JsonArray()).stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  private JsonObject get(NodeSite site) throws IOException, InterruptedException {
    HttpResponse<String> answer = ask(site, "/v1/cluster");
    if (answer.statusCode() != 200) {
      throw new IOException(answer.statusCode() + " " + answer.body());
    }
    return new JsonObject(answer.body());
  }

  /** Whether a node says that it is ready. */
  boolean isReady(NodeSite site) throws InterruptedException {
    try {
      return ask(site, "/health/ready").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Publishes an event through a node; the answer, whatever it says. */
  String publish(NodeSite site, String topic) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + site.outer() + ":" + port + "/v1/topics/" + topic + "/events");
    return http.send(
            HttpRequest.newBuilder(uri)
                .timeout(PUBLISHED_WITHIN)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("1"))
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  private HttpResponse<String> ask(NodeSite site, String path)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://" + site.outer() + ":" + port + path))
            .timeout(PATIENCE)
            .build(),
        BodyHandlers.ofString());
  }
}
