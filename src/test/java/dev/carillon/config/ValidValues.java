package dev.carillon.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Values that the schema allows, and values that it may or may not. */
final class ValidValues {
  private static final Origin HERE = new Origin(Origin.Layer.FILE, "here");

  private ValidValues() {}

  static JsonTree.Leaf leaf(Object value) {
    return new JsonTree.Leaf(value, HERE);
  }

  /** Any value that a rule allows. */
  static Arbitrary<JsonTree> of(String key, Rule rule) {
    if (rule instanceof Rule.WholeNumberRule number) {
      return Arbitraries.longs()
          .between(number.minimum(), number.maximum())
          .map(value -> leaf(BigDecimal.valueOf(value)));
    }
    if (rule instanceof Rule.SwitchRule) {
      return Arbitraries.of(true, false).map(ValidValues::leaf);
    }
    if (rule instanceof Rule.ChoiceRule choice) {
      return Arbitraries.of(choice.words()).map(ValidValues::leaf);
    }
    if (rule instanceof Rule.DurationRule duration) {
      long longest = DurationText.of(duration.maximum()).toSeconds();
      long shortest = Math.max(1, DurationText.of(duration.minimum()).toSeconds());
      return Arbitraries.longs().between(shortest, longest).map(seconds -> leaf(seconds + "s"));
    }
    if (rule instanceof Rule.ListRule list) {
      return of(key, list.entry())
          .list()
          .ofMaxSize(4)
          .map(items -> new JsonTree.Items(items, HERE));
    }
    if (rule instanceof Rule.ObjectRule object) {
      return members(key, object);
    }
    return text(key).map(ValidValues::leaf);
  }

  private static Arbitrary<JsonTree> members(String key, Rule.ObjectRule object) {
    List<Arbitrary<Map.Entry<String, JsonTree>>> entries = new ArrayList<>();
    object
        .members()
        .forEach(
            (name, rule) ->
                entries.add(of(Keys.join(key, name), rule).map(value -> Map.entry(name, value))));
    return Combinators.combine(
            Combinators.combine(entries).as(all -> all),
            Arbitraries.of(true, false).list().ofSize(entries.size()))
        .as(
            (all, kept) -> {
              Map<String, JsonTree> members = new LinkedHashMap<>();
              for (int i = 0; i < all.size(); i++) {
                String name = all.get(i).getKey();
                if (kept.get(i) || object.required().contains(name)) {
                  members.put(name, all.get(i).getValue());
                }
              }
              return new JsonTree.Members(members, HERE);
            });
  }

  private static Arbitrary<String> text(String key) {
    if (key.startsWith("http.origins")) {
      return Arbitraries.of(
          "https://app.example.com", "http://localhost:3000", "https://[::1]:8443", "*");
    }
    if (key.endsWith("match")) {
      return Arbitraries.of("orders.created", "orders.*", ">", "*.a:b.>", "user-1@x._");
    }
    if (key.startsWith("cluster.members")) {
      return Arbitraries.of("10.0.0.2:5701", "node-2.example.com:5701", "[::1]:5701");
    }
    if (key.equals("http.host") || key.equals("cluster.host")) {
      return Arbitraries.of("127.0.0.1", "::1", "localhost", "127.8.0.1");
    }
    return Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(64);
  }
}
