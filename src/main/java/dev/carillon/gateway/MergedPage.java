package dev.carillon.gateway;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/** One page of the whole cluster, from the page that each node made of what it has. */
final class MergedPage {
  private MergedPage() {}

  private record Entry(String id, JsonObject shown) implements ListEntry {
    @Override
    public void writeTo(JsonGenerator json) throws IOException {
      json.writeRawValue(shown.encode());
    }
  }

  /**
   * Merges.
   *
   * @param name the field that holds the entries
   * @param id the field that they are ordered by
   * @param both makes one of two entries that have the same id
   */
  static Buffer of(
      AllNodes.Said said, String name, String id, int limit, BinaryOperator<JsonObject> both) {
    if (said.isWhole()) {
      return said.answers().get(0);
    }
    TreeMap<String, JsonObject> byId = new TreeMap<>();
    Optional<String> end = Optional.empty();
    for (Buffer answer : said.answers()) {
      JsonObject page = new JsonObject(answer);
      page.getJsonArray(name).stream()
          .map(JsonObject.class::cast)
          .forEach(entry -> byId.merge(entry.getString(id), entry, both));
      Optional<String> next = Optional.ofNullable(page.getString("next"));
      // Beyond that a node may have more than it said.
      if (next.isPresent() && (end.isEmpty() || next.get().compareTo(end.get()) < 0)) {
        end = next;
      }
    }
    Map<String, JsonObject> known = end.isEmpty() ? byId : byId.headMap(end.get(), true);
    List<Entry> entries =
        known.entrySet().stream()
            .limit(limit)
            .map(entry -> new Entry(entry.getKey(), entry.getValue()))
            .toList();
    Optional<String> next =
        entries.size() < known.size() ? Optional.of(entries.get(limit - 1).id()) : end;
    return JsonAnswer.page(name, entries, next, said.unreachable());
  }
}
