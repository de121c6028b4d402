package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.carillon.cluster.ClusterMember;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /v1/cluster}: the nodes and how they see each other, each in its own words.
 *
 * <p>Every member is asked anew. One that does not answer in time is listed with its place only.
 */
final class ClusterRoute {
  private final Node node;
  private final Gateway gateway;

  ClusterRoute(Node node, Gateway gateway) {
    this.node = node;
    this.gateway = gateway;
  }

  void addTo(OperatorDoor operators) {
    operators.get("/v1/cluster", this::show);
  }

  /**
   * A member of the answer.
   *
   * @param place where there is a cluster
   * @param words what it says of itself; empty where it did not answer
   */
  private record Member(Optional<ClusterMember> place, boolean self, Optional<JsonObject> words) {

    /** Its name. */
    String node() {
      return place.map(ClusterMember::node).orElse("");
    }

    void writeTo(JsonGenerator json) throws IOException {
      if (words.isPresent()) {
        json.writeRawValue(words.get().put("self", self).encode());
      } else {
        json.writeStartObject();
        json.writeStringField("node", node());
        if (place.isPresent()) {
          MemberView.writePlace(json, place.get());
        }
        json.writeBooleanField("self", self);
        json.writeEndObject();
      }
    }
  }

  private void show(RoutingContext context) {
    Future.all(ask())
        .onComplete(
            asked ->
                gateway.run(
                    () -> {
                      if (asked.succeeded()) {
                        send(context, asked.result().list());
                      } else {
                        context.fail(asked.cause());
                      }
                    }));
  }

  private List<Future<Member>> ask() {
    if (node.cluster().isEmpty()) {
      return List.of(MemberView.ask(node).map(words -> heard(Optional.empty(), true, words)));
    }
    NodeCluster cluster = node.cluster().get();
    List<ClusterMember> members = new ArrayList<>(cluster.membership().others());
    members.add(cluster.membership().self());
    members.sort(Comparator.comparing(ClusterMember::node).thenComparing(ClusterMember::id));
    return members.stream()
        .map(
            member -> {
              boolean self = member.id().equals(cluster.membership().selfId());
              return cluster
                  .calls()
                  .ask(member.id(), MemberView.QUESTION, Buffer.buffer(), AllNodes.WITHIN_MS)
                  .map(words -> heard(Optional.of(member), self, words))
                  .otherwise(silent -> new Member(Optional.of(member), self, Optional.empty()));
            })
        .toList();
  }

  private static Member heard(Optional<ClusterMember> place, boolean self, Buffer words) {
    return new Member(place, self, Optional.of(new JsonObject(words)));
  }

  private void send(RoutingContext context, List<Member> members) {
    JsonAnswer.send(
        context,
        json -> {
          json.writeStartObject();
          json.writeStringField("node", gateway.settings().node());
          json.writeArrayFieldStart("members");
          for (Member member : members) {
            member.writeTo(json);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("unreachable");
          for (Member member : members) {
            if (member.words().isEmpty()) {
              json.writeString(member.node());
            }
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
