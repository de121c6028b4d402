package dev.carillon.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes {@code docs/config.md}: the schema for people. */
final class ConfigDocs {
  private static final String HEAD =
      """
      <!-- Written from schema.json by ConfigDocs. Don't edit; to write it anew:
           mvn -q test -Dtest=ConfigDocsTest -Dcarillon.docs.write=true -->

      # Configuration

      `carillon serve` needs none: without a file everything has a default that serves one node on
      loopback. Four layers, of which a later one overrides an earlier one:

      1. the **defaults** below;
      2. a **JSON file**, `-c FILE` (at most 1 MiB);
      3. the **environment**: `CARILLON_HTTP_PORT=9000` is `http.port`, `CARILLON_HTTP_PING_SECONDS` (or
         `CARILLON_HTTP_PINGSECONDS`) is `http.pingSeconds`. Lists and objects are said as JSON:
         `CARILLON_HTTP_ORIGINS='["https://app.example.com"]'`;
      4. **options**: `--set http.port=9000`, repeated as needed; `--host` and `--port` are short for
         `http.host` and `http.port`. Entries of a list have their index from 0:
         `--set topics.0.match='orders.>'`. Lists and objects may be said as JSON:
         `--set log='{"format":"json"}'`.

      Objects are merged, lists and values are replaced. Text is taken as it is, without quotes.
      Durations are a whole number and a unit: `250ms`, `10s`, `5m`, `24h`. Paths are relative to the
      working directory.

      `carillon config check -c FILE` says what is wrong without starting, `carillon config print` shows
      what is in force, secrets hidden.

      ## Mistakes

      Everything is checked before anything starts. A start that can't succeed exits 2 and says every
      mistake on standard error, one a line: the key, the value, where it was said, and what is allowed.

      ```
      http.prot (from carillon.json line 2): unknown key; did you mean http.port?
      http.port = "abc" (from CARILLON_HTTP_PORT): must be a whole number from 0 to 65535
      ```

      - Unknown keys are mistakes, and so are unknown variables that begin with `CARILLON_`. Those that
        Kubernetes sets for a service named `carillon` are let be.
      - A mistake is one also where a later layer overrides it.
      - A node that others can reach is never open by accident: where `http.host` isn't loopback
        (`localhost`, `127.0.0.0/8`, `::1`), `auth.mode` must be said in the file, the environment or an
        option. Names other than `localhost` are not looked up and count as reachable.
      - `http.idleSeconds` is more than `http.pingSeconds`, `limits.frameBytes` no less than
        `limits.eventBytes`, and no topic's share `queue.events` more than the queue's.
      - A rule's `history` says at least one bound, and `catch-up` in a rule needs a `history` there.
      - `store.path` is no directory; where a rule keeps history, this user can write the file and the
        nearest directory above it that is there.
      - `store.kind` `postgres` needs a `store.url`, which holds no user and no password.
      - The files of `http.tls` and of `cluster.tls` exist and can be read.
      - In a cluster `cluster.host` is one address, histories are in a store that all nodes share, and
        `cluster.heartbeat.within` is at least three times `every`. Without a name, a node has the
        host's with `cluster.port`.

      ## Example

      `conf/local.json` says the default out loud, `conf/history.json` keeps histories. `conf/public.json` is for a node that others reach:

      ```json
      """;

  private static final String TLS =
      """
      ```

      To speak TLS without a proxy add
      `"tls": {"certificate": "/etc/carillon/tls.crt", "key": "/etc/carillon/tls.key"}` to `http`.

      # Keys
      """;

  private final StringBuilder text = new StringBuilder();

  private ConfigDocs() {}

  /**
   * The whole page.
   *
   * @param example a configuration to show
   */
  static String render(Schema schema, String example) {
    ConfigDocs docs = new ConfigDocs();
    docs.text.append(HEAD).append(example.strip()).append('\n').append(TLS);
    docs.table(
        "At the top",
        Optional.empty(),
        "",
        new Rule.ObjectRule(schema.root().notes(), leavesOf(schema.root()), Set.of()));
    schema
        .root()
        .members()
        .forEach(
            (name, rule) -> {
              if (rule instanceof Rule.ObjectRule object) {
                docs.table("`" + name + "`", Optional.of(object.notes()), name, object);
              } else if (rule instanceof Rule.ListRule list
                  && list.entry() instanceof Rule.ObjectRule entry) {
                docs.table("`" + name + "`", Optional.of(list.notes()), name + ".N", entry);
              }
            });
    return docs.text.toString();
  }

  private static Map<String, Rule> leavesOf(Rule.ObjectRule root) {
    Map<String, Rule> leaves = new LinkedHashMap<>();
    root.members()
        .forEach(
            (name, rule) -> {
              if (!(rule instanceof Rule.ObjectRule) && !(rule instanceof Rule.ListRule)) {
                leaves.put(name, rule);
              }
            });
    return leaves;
  }

  private void table(String title, Optional<Notes> notes, String key, Rule.ObjectRule object) {
    text.append("\n## ").append(title).append('\n');
    notes.ifPresent(said -> text.append('\n').append(said.description()).append('\n'));
    text.append("\n| key | type | default | unit | allowed | what and why |\n");
    text.append("| --- | --- | --- | --- | --- | --- |\n");
    rows(key, object);
  }

  private void rows(String parent, Rule.ObjectRule object) {
    object
        .members()
        .forEach(
            (name, rule) -> {
              String key = Keys.join(parent, name);
              row(key, rule, object.required().contains(name));
              if (rule instanceof Rule.ObjectRule below) {
                rows(key, below);
              }
            });
  }

  private void row(String key, Rule rule, boolean required) {
    Notes notes = rule.notes();
    String byDefault =
        notes
            .byDefault()
            .map(value -> "`" + JsonWriter.compact(value, Integer.MAX_VALUE) + "`")
            .or(notes::computed)
            .orElse(required ? "must be said" : "none");
    text.append("| `")
        .append(key)
        .append("` | ")
        .append(rule.type())
        .append(" | ")
        .append(byDefault)
        .append(" | ")
        .append(notes.unit().orElse(""))
        .append(" | ")
        .append(cell(allowed(rule)))
        .append(" | ")
        .append(cell(notes.description()))
        .append(" |\n");
  }

  private static String allowed(Rule rule) {
    if (rule instanceof Rule.WholeNumberRule number) {
      return number.minimum() + " to " + number.maximum();
    }
    if (rule instanceof Rule.DurationRule duration) {
      return duration.minimum() + " to " + duration.maximum();
    }
    if (rule instanceof Rule.ChoiceRule choice) {
      return "`" + String.join("`, `", choice.words()) + "`";
    }
    if (rule instanceof Rule.ListRule list) {
      return "at most " + list.maxItems() + " entries, each " + list.entry().allowed();
    }
    if (rule instanceof Rule.TextRule text) {
      return text.allowed();
    }
    return "";
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("*", "\\*");
  }
}
