package dev.carillon.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The configuration's schema as a tree of rules. */
final class Schema {
  private final Rule.ObjectRule root;

  Schema(Rule.ObjectRule root) {
    this.root = root;
  }

  /** The product's schema, from {@code schema.json}. */
  static Schema load() {
    try (InputStream json = Schema.class.getResourceAsStream("schema.json")) {
      if (json == null) {
        throw new IllegalStateException("schema.json is missing from the program");
      }
      return new Schema(SchemaReader.read(json.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Rule.ObjectRule root() {
    return root;
  }

  /** The rule for a key; entries of a list have their index as name. */
  Optional<Rule> rule(String key) {
    Rule rule = root;
    for (String name : Keys.split(key)) {
      Optional<Rule> next = step(rule, name);
      if (next.isEmpty()) {
        return next;
      }
      rule = next.get();
    }
    return Optional.of(rule);
  }

  /** The rule one name below another. */
  static Optional<Rule> step(Rule rule, String name) {
    if (rule instanceof Rule.ObjectRule object) {
      return object.member(name);
    }
    if (rule instanceof Rule.ListRule list && Keys.isIndex(name)) {
      return Optional.of(list.entry());
    }
    return Optional.empty();
  }

  /** Every key that can be said on its own, in the schema's order; not those within lists. */
  Map<String, Rule> keys() {
    Map<String, Rule> keys = new LinkedHashMap<>();
    addKeys("", root, keys);
    return keys;
  }

  private static void addKeys(String parent, Rule.ObjectRule object, Map<String, Rule> keys) {
    for (Map.Entry<String, Rule> member : object.members().entrySet()) {
      String key = Keys.join(parent, member.getKey());
      keys.put(key, member.getValue());
      if (member.getValue() instanceof Rule.ObjectRule below) {
        addKeys(key, below, keys);
      }
    }
  }

  /** The tree with every default that it leaves out, its members in the schema's order. */
  JsonTree.Members withDefaults(JsonTree.Members tree) {
    return filled(root, tree);
  }

  private static JsonTree.Members filled(Rule.ObjectRule object, JsonTree.Members given) {
    Map<String, JsonTree> members = new LinkedHashMap<>();
    for (Map.Entry<String, Rule> member : object.members().entrySet()) {
      String name = member.getKey();
      Rule rule = member.getValue();
      Optional<JsonTree> value =
          given.get(name).isPresent() ? given.get(name) : rule.notes().byDefault();
      if (value.isPresent()) {
        members.put(name, filled(rule, value.get()));
      }
    }
    return new JsonTree.Members(members, given.origin());
  }

  private static JsonTree filled(Rule rule, JsonTree tree) {
    if (rule instanceof Rule.ObjectRule object && tree instanceof JsonTree.Members given) {
      return filled(object, given);
    }
    if (rule instanceof Rule.ListRule list && tree instanceof JsonTree.Items given) {
      List<JsonTree> items = new ArrayList<>();
      for (JsonTree item : given.list()) {
        items.add(filled(list.entry(), item));
      }
      return new JsonTree.Items(items, given.origin());
    }
    return tree;
  }
}
