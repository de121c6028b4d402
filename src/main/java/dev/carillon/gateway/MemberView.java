package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.carillon.cluster.ClusterMember;
import dev.carillon.cluster.InterestSum;
import dev.carillon.cluster.NodeView;
import dev.carillon.cluster.NodeView.LinkView;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * What a node says of itself, and how it sees the others.
 *
 * @param member the node in its cluster; empty where there is none
 * @param topics different topics and patterns that its subscribers ask for
 * @param ready whether new connections are welcome
 */
record MemberView(
    String node,
    Optional<ClusterMember> member,
    String version,
    int subscribers,
    int topics,
    boolean ready,
    NodeView view) {
  /** What nodes ask each other by. */
  static final String QUESTION = "view";

  /**
   * Asks one of the node's gateways.
   *
   * @return completes on whichever loop; fails while the node starts or stops
   */
  static Future<Buffer> ask(Node node) {
    Optional<Gateway> asked = node.anyGateway();
    if (asked.isEmpty()) {
      return Future.failedFuture("the node starts or stops");
    }
    Promise<Buffer> told = Promise.promise();
    asked
        .get()
        .run(
            () ->
                of(node, asked.get()).map(view -> JsonAnswer.body(view::writeTo)).onComplete(told));
    return told.future();
  }

  private static Future<MemberView> of(Node node, Gateway gateway) {
    return gateway
        .consumer()
        .relayCounts()
        .compose(
            counts ->
                gateway
                    .consumer()
                    .view()
                    .map(
                        view ->
                            new MemberView(
                                gateway.settings().node(),
                                node.cluster().map(known -> known.membership().self()),
                                RuntimeSamples.version(),
                                node.ids().size(),
                                counts.topics(),
                                node.isReady(),
                                view)));
  }

  void writeTo(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("node", node);
    if (member.isPresent()) {
      writePlace(json, member.get());
    }
    json.writeStringField("version", version);
    json.writeNumberField("subscribers", subscribers);
    json.writeNumberField("topics", topics);
    json.writeBooleanField("ready", ready);
    write(json, view.interest());
    json.writeNumberField("linked", view.linked());
    json.writeArrayFieldStart("links");
    for (LinkView link : view.links()) {
      write(json, link);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Which life of a node it is, and where it is. */
  static void writePlace(JsonGenerator json, ClusterMember member) throws IOException {
    json.writeStringField("id", member.id());
    json.writeStringField("host", member.host());
    json.writeNumberField("port", member.port());
  }

  private static void write(JsonGenerator json, LinkView link) throws IOException {
    json.writeStartObject();
    json.writeStringField("node", link.member().node());
    json.writeStringField("id", link.member().id());
    json.writeStringField("state", link.state().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("inFlightBytes", link.inFlightBytes());
    json.writeNumberField("windowBytes", link.windowBytes());
    json.writeNumberField("lagMs", link.lagMs());
    json.writeNumberField("events", link.events());
    json.writeNumberField("lost", link.lost());
    json.writeNumberField("resent", link.resent());
    json.writeNumberField("heardMs", link.heardMs());
    write(json, link.interest());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, InterestSum interest) throws IOException {
    json.writeObjectFieldStart("interest");
    json.writeNumberField("version", interest.version());
    json.writeNumberField("topics", interest.patterns());
    // As text: a number of JSON need not hold 64 bits.
    json.writeStringField("digest", HexFormat.of().toHexDigits(interest.digest()));
    json.writeEndObject();
  }
}
