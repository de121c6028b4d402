package dev.carillon.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as its members described it at one moment.
 *
 * @param asked the node that was asked
 * @param unreachable names of members that did not answer
 */
record ClusterLook(String asked, List<Member> members, List<String> unreachable) {

  /**
   * What a node wants.
   *
   * @param version grows with each change
   * @param topics topics and patterns
   * @param digest over all of them
   */
  record Wants(long version, long topics, String digest) {}

  /** How a member sees another node; see the document at {@code /openapi.json}. */
  record Link(
      String node,
      String id,
      String state,
      long inFlightBytes,
      long windowBytes,
      long lagMs,
      long lost,
      long heardMs,
      Wants wants) {
    boolean isUp() {
      return state.equals("up");
    }

    boolean isSuspended() {
      return state.equals("suspended");
    }
  }

  /** What a member says of itself. */
  record Words(
      String version,
      boolean ready,
      long subscribers,
      long topics,
      long linked,
      Wants wants,
      List<Link> links) {}

  /**
   * A member.
   *
   * @param id of this life of the node; empty on a node that is in no cluster
   * @param place its {@code host:port}, or empty as well
   * @param words empty where it did not answer
   */
  record Member(String node, String id, String place, Optional<Words> words) {}

  /**
   * Reads the answer of {@code GET /v1/cluster}.
   *
   * @throws IllegalArgumentException when it lacks something
   * @throws ClassCastException when something in it is of another type
   */
  static ClusterLook of(JsonObject answer) {
    return new ClusterLook(
        text(answer, "node"),
        objects(answer, "members").stream().map(ClusterLook::member).toList(),
        answer.getJsonArray("unreachable", new JsonArray()).stream().map(String::valueOf).toList());
  }

  private static Member member(JsonObject json) {
    String host = json.getString("host", "");
    return new Member(
        text(json, "node"),
        json.getString("id", ""),
        host.isEmpty()
            ? ""
            : (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + present(json.getLong("port"), "port"),
        json.containsKey("links") ? Optional.of(words(json)) : Optional.empty());
  }

  private static Words words(JsonObject json) {
    return new Words(
        json.getString("version", ""),
        present(json.getBoolean("ready"), "ready"),
        present(json.getLong("subscribers"), "subscribers"),
        present(json.getLong("topics"), "topics"),
        present(json.getLong("linked"), "linked"),
        wants(json),
        objects(json, "links").stream().map(ClusterLook::link).toList());
  }

  private static Link link(JsonObject json) {
    return new Link(
        text(json, "node"),
        text(json, "id"),
        text(json, "state"),
        present(json.getLong("inFlightBytes"), "inFlightBytes"),
        present(json.getLong("windowBytes"), "windowBytes"),
        present(json.getLong("lagMs"), "lagMs"),
        present(json.getLong("lost"), "lost"),
        present(json.getLong("heardMs"), "heardMs"),
        wants(json));
  }

  private static Wants wants(JsonObject json) {
    JsonObject interest = present(json.getJsonObject("interest"), "interest");
    return new Wants(
        present(interest.getLong("version"), "version"),
        present(interest.getLong("topics"), "topics"),
        text(interest, "digest"));
  }

  private static List<JsonObject> objects(JsonObject json, String name) {
    return present(json.getJsonArray(name), name).stream().map(JsonObject.class::cast).toList();
  }

  private static String text(JsonObject json, String name) {
    return present(json.getString(name), name);
  }

  private static <T> T present(@Nullable T value, String name) {
    if (value == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return value;
  }
}
