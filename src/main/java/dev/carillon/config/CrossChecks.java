package dev.carillon.config;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What no single key can tell: values that contradict each other or the machine.
 *
 * <p>A check whose values are mistakes by themselves is left out: it would only repeat them.
 */
final class CrossChecks {
  private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0");

  /** Hazelcast's: one and six more. */
  private static final int MAX_COPIES = 7;

  private final Schema schema;
  private final JsonTree.Members tree;
  private final List<ConfigMistake> mistakes;

  CrossChecks(Schema schema, JsonTree.Members tree, List<ConfigMistake> mistakes) {
    this.schema = schema;
    this.tree = tree;
    this.mistakes = mistakes;
  }

  void run() {
    openToANetworkOnlyIfSaid();
    idleAfterPing();
    frameHoldsAnEvent();
    shareWithinQueue();
    historyHasABound();
    catchUpHasAHistory();
    storeCanBeWritten();
    hazelcastHasACluster();
    databaseIsSaidWithoutAPassword();
    fileIsReadable("http.tls.certificate");
    fileIsReadable("http.tls.key");
    clusterCanForm();
    fileIsReadable("cluster.tls.certificate");
    fileIsReadable("cluster.tls.key");
    fileIsReadable("cluster.tls.authority");
  }

  private void clusterCanForm() {
    if (!isOn("cluster.enabled")) {
      return;
    }
    String host = text("cluster.host");
    if (host != null && ANY_ADDRESS.contains(host)) {
      refuse(
          "cluster.host", "must be one address: the other nodes are told to reach this one there");
    }
    if ("kubernetes".equals(text("cluster.discovery")) && text("cluster.service") == null) {
      refuse(
          "cluster.discovery",
          "kubernetes needs cluster.service, the name of the headless service of the nodes");
    }
    if (keepsHistory()) {
      String kind = text("store.kind");
      if ("sqlite".equals(kind)) {
        refuse(
            "store.kind",
            "must be postgres or hazelcast with cluster.enabled: each node would have a file, and a"
                + " topic as many histories as there are nodes");
      } else if ("memory".equals(kind)) {
        refuse(
            "store.kind",
            "must be postgres or hazelcast with cluster.enabled: each node would have a memory of its"
                + " own, and a topic as many histories as there are nodes");
      }
    }
    beatsBeforeTheEnd();
  }

  private void beatsBeforeTheEnd() {
    String every = text("cluster.heartbeat.every");
    String within = text("cluster.heartbeat.within");
    if (every != null
        && within != null
        && DurationText.of(within).compareTo(DurationText.of(every).multipliedBy(3)) < 0) {
      refuse(
          "cluster.heartbeat.within",
          "must be at least three times cluster.heartbeat.every, which is "
              + every
              + ": one beat that comes late must not end a node");
    }
  }

  private boolean isOn(String key) {
    return Boolean.TRUE.equals(sound(key).map(JsonTree::valueOf).orElse(null));
  }

  private void openToANetworkOnlyIfSaid() {
    Optional<JsonTree> mode = sound("auth.mode");
    String host = text("http.host");
    if (host != null
        && !Loopback.isCertain(host)
        && mode.isPresent()
        && mode.get().origin().layer() == Origin.Layer.DEFAULT) {
      refuse(
          "http.host",
          "isn't loopback, so others can reach the node and auth.mode must be said explicitly:"
              + " \"open\" lets everybody who reaches it publish and subscribe");
    }
  }

  private void idleAfterPing() {
    BigDecimal idle = number("http.idleSeconds");
    BigDecimal ping = number("http.pingSeconds");
    if (idle != null && ping != null && idle.compareTo(ping) <= 0) {
      refuse(
          "http.idleSeconds",
          "must be more than http.pingSeconds, which is "
              + ping.toPlainString()
              + ": a connection must be asked before it is closed");
    }
  }

  private void frameHoldsAnEvent() {
    BigDecimal frame = number("limits.frameBytes");
    BigDecimal event = number("limits.eventBytes");
    if (frame != null && event != null && frame.compareTo(event) < 0) {
      refuse(
          "limits.frameBytes",
          "must be no less than limits.eventBytes, which is "
              + event.toPlainString()
              + ": the largest event must fit a frame");
    }
  }

  private void shareWithinQueue() {
    BigDecimal events = number("queue.events");
    for (String rule : ruleKeys()) {
      BigDecimal share = number(rule + ".queue.events");
      if (events != null && share != null && share.compareTo(events) > 0) {
        refuse(
            rule + ".queue.events",
            "must be no more than queue.events, which is "
                + events.toPlainString()
                + ": it is a share of the queue");
      }
    }
  }

  private void historyHasABound() {
    for (String rule : ruleKeys()) {
      if (JsonTree.find(tree, rule + ".history").orElse(null) instanceof JsonTree.Members bounds
          && bounds.byName().isEmpty()) {
        refuse(
            rule + ".history",
            "must say at least one of events, age and bytes: what is kept must have a bound");
      }
    }
  }

  private void catchUpHasAHistory() {
    for (String rule : ruleKeys()) {
      if ("catch-up".equals(text(rule + ".overflow"))
          && JsonTree.find(tree, rule + ".history").isEmpty()) {
        refuse(
            rule + ".overflow",
            "must have a history in the same rule: what is to be caught up on must be kept");
      }
    }
  }

  private void storeCanBeWritten() {
    String said = text("store.path");
    if (said == null || !"sqlite".equals(text("store.kind"))) {
      return;
    }
    Path path = Path.of(said).toAbsolutePath().normalize();
    if (Files.isDirectory(path)) {
      refuse("store.path", "must be a file; there is a directory at " + path);
    } else if (keepsHistory()) {
      if (Files.exists(path) && !Files.isWritable(path)) {
        refuse("store.path", "must be writable; " + path + " isn't for this user");
      } else {
        directoryCanBeWritten(path);
      }
    }
  }

  private void hazelcastHasACluster() {
    if (!"hazelcast".equals(text("store.kind"))) {
      return;
    }
    if (sound("cluster.enabled").map(JsonTree::valueOf).orElse(false) != Boolean.TRUE) {
      refuse(
          "store.kind",
          "must be another one unless cluster.enabled is true: histories would be kept by the"
              + " cluster's members");
    }
    BigDecimal members = number("cluster.minimumMembers");
    if (members != null && members.intValue() > MAX_COPIES) {
      refuse(
          "cluster.minimumMembers",
          "must be no more than "
              + MAX_COPIES
              + " where store.kind is hazelcast: so many copies of a history there can be");
    }
  }

  private void databaseIsSaidWithoutAPassword() {
    if ("postgres".equals(text("store.kind")) && JsonTree.find(tree, "store.url").isEmpty()) {
      refuse(
          "store.kind",
          "must have store.url beside it, such as postgresql://db.example.com:5432/carillon");
    }
    String url = text("store.url");
    if (url != null && !Shown.withoutPasswords(url).equals(url)) {
      JsonTree said = sound("store.url").orElseThrow();
      mistakes.add(
          ConfigMistake.at(
                  "store.url",
                  "must hold no user and no password: store.user and store.password say them, and"
                      + " are not shown with it")
              .showing(Shown.json(said))
              .from(said.origin()));
    }
  }

  /** The directories that are not there yet are made at the start, other files beside the store. */
  private void directoryCanBeWritten(Path file) {
    Path directory = file.getParent();
    while (directory != null && !Files.exists(directory)) {
      directory = directory.getParent();
    }
    if (directory == null) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      refuse("store.path", "must be in a directory; " + directory + " is a file");
    } else if (!Files.isWritable(directory)) {
      refuse(
          "store.path",
          "must be in a directory that this user can write to; " + directory + " isn't one");
    }
  }

  private boolean keepsHistory() {
    for (String rule : ruleKeys()) {
      if (JsonTree.find(tree, rule + ".history").isPresent()) {
        return true;
      }
    }
    return false;
  }

  private List<String> ruleKeys() {
    List<String> keys = new ArrayList<>();
    if (tree.byName().get("topics") instanceof JsonTree.Items rules) {
      for (int i = 0; i < rules.list().size(); i++) {
        keys.add("topics." + i);
      }
    }
    return keys;
  }

  private void fileIsReadable(String key) {
    String said = text(key);
    if (said != null) {
      Path path = Path.of(said);
      if (!Files.isRegularFile(path)) {
        refuse(key, "must be a file; there is none at " + shown(path));
      } else if (!Files.isReadable(path)) {
        refuse(key, "must be readable; " + shown(path) + " isn't for this user");
      }
    }
  }

  private static String shown(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  private void refuse(String key, String allowed) {
    JsonTree said = sound(key).orElseThrow();
    mistakes.add(ConfigMistake.at(key, allowed).showing(Shown.json(said)).from(said.origin()));
  }

  private @Nullable String text(String key) {
    return sound(key).map(JsonTree::valueOf).orElse(null) instanceof String text ? text : null;
  }

  private @Nullable BigDecimal number(String key) {
    return sound(key).map(JsonTree::valueOf).orElse(null) instanceof BigDecimal number
        ? number
        : null;
  }

  /** The value of a key, if it is there and allowed. */
  private Optional<JsonTree> sound(String key) {
    Optional<JsonTree> value = JsonTree.find(tree, key);
    Optional<Rule> rule = schema.rule(key);
    return value.isPresent() && rule.isPresent() && rule.get().accepts(value.get())
        ? value
        : Optional.empty();
  }
}
