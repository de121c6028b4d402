package dev.carillon.config;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What no single key can tell: values that contradict each other or the machine.
 *
 * <p>A check whose values are mistakes by themselves is left out: it would only repeat them.
 */
final class CrossChecks {
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
    storeIsAFile();
    fileIsReadable("http.tls.certificate");
    fileIsReadable("http.tls.key");
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
    if (events != null && tree.byName().get("topics") instanceof JsonTree.Items rules) {
      for (int i = 0; i < rules.list().size(); i++) {
        String key = "topics." + i + ".queue.events";
        BigDecimal share = number(key);
        if (share != null && share.compareTo(events) > 0) {
          refuse(
              key,
              "must be no more than queue.events, which is "
                  + events.toPlainString()
                  + ": it is a share of the queue");
        }
      }
    }
  }

  private void historyHasABound() {
    forEachRule(
        key -> {
          if (JsonTree.find(tree, key + ".history").orElse(null) instanceof JsonTree.Members bounds
              && bounds.byName().isEmpty()) {
            mistakes.add(
                ConfigMistake.at(
                        key + ".history",
                        "must say at least one of events, age and bytes: what is kept must have a"
                            + " bound")
                    .showing(Shown.json(bounds))
                    .from(bounds.origin()));
          }
        });
  }

  private void catchUpHasAHistory() {
    forEachRule(
        key -> {
          if ("catch-up".equals(text(key + ".overflow"))
              && JsonTree.find(tree, key + ".history").isEmpty()) {
            refuse(
                key + ".overflow",
                "must have a history in the same rule: what is to be caught up on must be kept");
          }
        });
  }

  private void storeIsAFile() {
    String said = text("store.path");
    if (said != null && Files.isDirectory(Path.of(said))) {
      refuse("store.path", "must be a file; there is a directory at " + shown(Path.of(said)));
    }
  }

  private void forEachRule(Consumer<String> check) {
    if (tree.byName().get("topics") instanceof JsonTree.Items rules) {
      for (int i = 0; i < rules.list().size(); i++) {
        check.accept("topics." + i);
      }
    }
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
