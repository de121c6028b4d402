package dev.carillon.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Turns a JSON schema into rules.
 *
 * <p>It knows the keywords that the configuration's schema uses and refuses every other: a keyword
 * that nobody checks would be a promise that nobody keeps. A schema that it refuses is a fault of
 * the program, not of a user.
 *
 * <p>Beside JSON Schema's own keywords: {@code unit}; {@code allowed}, a pattern in words; {@code
 * minDuration} and {@code maxDuration}; {@code computed}. {@code writeOnly} marks a secret.
 */
final class SchemaReader {
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "$schema",
          "$defs",
          "title",
          "description",
          "type",
          "default",
          "unit",
          "computed",
          "writeOnly",
          "allowed");

  private static final String REFERENCE = "#/$defs/";

  private final Node root;

  private SchemaReader(Node root) {
    this.root = root;
  }

  /**
   * Reads a schema.
   *
   * @throws IllegalArgumentException if it is no schema of the known keywords
   */
  static Rule.ObjectRule read(byte[] schema) {
    List<ConfigMistake> repeats = new ArrayList<>();
    try {
      Node root = new Node("schema", JsonReader.read(schema, line -> Origin.DEFAULT, repeats::add));
      if (!repeats.isEmpty()) {
        throw root.invalid("says a keyword twice: " + repeats);
      }
      return (Rule.ObjectRule) new SchemaReader(root).rule(root);
    } catch (NotJsonException e) {
      throw new IllegalArgumentException("schema: " + e.problem(), e);
    }
  }

  private Rule rule(Node written) {
    Node node = resolved(written);
    return switch (node.text("type")) {
      case "object" -> objectRule(node);
      case "array" -> listRule(node);
      case "string" -> textRule(node);
      case "integer" -> wholeNumberRule(node);
      case "boolean" -> switchRule(node);
      default -> throw node.invalid("has an unknown type");
    };
  }

  /** The node with what its {@code $ref} names under it. */
  private Node resolved(Node node) {
    if (!node.has("$ref")) {
      return node;
    }
    String reference = node.text("$ref");
    if (!reference.startsWith(REFERENCE)) {
      throw node.invalid("refers to " + reference);
    }
    Node definition = root.below("$defs").below(reference.substring(REFERENCE.length()));
    Map<String, JsonTree> merged = new LinkedHashMap<>(definition.members());
    merged.putAll(node.members());
    merged.remove("$ref");
    return new Node(node.key, new JsonTree.Members(merged, Origin.DEFAULT));
  }

  private Rule objectRule(Node node) {
    node.allowOnly("properties", "required", "additionalProperties");
    if (!node.has("additionalProperties") || node.isTrue("additionalProperties")) {
      throw node.invalid("allows additional properties");
    }
    Map<String, Rule> rules = new LinkedHashMap<>();
    Node properties = node.below("properties");
    for (String name : properties.members().keySet()) {
      rules.put(name, rule(properties.below(name)));
    }
    Set<String> required =
        node.has("required") ? new LinkedHashSet<>(node.texts("required")) : Set.of();
    return new Rule.ObjectRule(node.notes(), rules, required);
  }

  private Rule listRule(Node node) {
    node.allowOnly("items", "maxItems");
    return new Rule.ListRule(
        node.notes(), rule(node.below("items")), (int) node.number("maxItems"));
  }

  private Rule textRule(Node node) {
    if (node.has("maxDuration")) {
      node.allowOnly("pattern", "minDuration", "maxDuration");
      return new Rule.DurationRule(
          node.notes(), node.text("minDuration"), node.text("maxDuration"));
    }
    if (node.has("enum")) {
      node.allowOnly("enum");
      return new Rule.ChoiceRule(node.notes(), node.texts("enum"));
    }
    node.allowOnly("pattern", "maxLength");
    String pattern = node.text("pattern");
    if (!pattern.startsWith("^") || !pattern.endsWith("$")) {
      throw node.invalid("has a pattern that isn't anchored");
    }
    return new Rule.TextRule(
        node.notes(),
        Pattern.compile(pattern),
        node.has("maxLength") ? (int) node.number("maxLength") : Integer.MAX_VALUE,
        node.text("allowed"));
  }

  private Rule wholeNumberRule(Node node) {
    node.allowOnly("minimum", "maximum");
    return new Rule.WholeNumberRule(node.notes(), node.number("minimum"), node.number("maximum"));
  }

  private Rule switchRule(Node node) {
    node.allowOnly();
    return new Rule.SwitchRule(node.notes());
  }

  /** One schema of the schema, and the key that it stands at. */
  private record Node(String key, JsonTree tree) {

    Map<String, JsonTree> members() {
      if (tree instanceof JsonTree.Members members) {
        return members.byName();
      }
      throw invalid("is no object");
    }

    boolean has(String keyword) {
      return members().containsKey(keyword);
    }

    Node below(String keyword) {
      return new Node(Keys.join(key, keyword), value(keyword));
    }

    String text(String keyword) {
      if (JsonTree.valueOf(value(keyword)) instanceof String text) {
        return text;
      }
      throw invalid("says no text with " + keyword);
    }

    List<String> texts(String keyword) {
      List<String> texts = new ArrayList<>();
      if (value(keyword) instanceof JsonTree.Items items) {
        for (JsonTree item : items.list()) {
          if (JsonTree.valueOf(item) instanceof String text) {
            texts.add(text);
          }
        }
      }
      if (texts.isEmpty()) {
        throw invalid("lists no text with " + keyword);
      }
      return List.copyOf(texts);
    }

    long number(String keyword) {
      if (JsonTree.valueOf(value(keyword)) instanceof BigDecimal number) {
        return number.longValueExact();
      }
      throw invalid("says no number with " + keyword);
    }

    boolean isTrue(String keyword) {
      return has(keyword) && Boolean.TRUE.equals(JsonTree.valueOf(value(keyword)));
    }

    Notes notes() {
      return new Notes(
          text("description"),
          has("unit") ? Optional.of(text("unit")) : Optional.empty(),
          has("default") ? Optional.of(value("default")) : Optional.empty(),
          has("computed") ? Optional.of(text("computed")) : Optional.empty(),
          isTrue("writeOnly"));
    }

    void allowOnly(String... keywords) {
      for (String keyword : members().keySet()) {
        if (!ANNOTATIONS.contains(keyword) && !List.of(keywords).contains(keyword)) {
          throw invalid("has a keyword that nobody checks: " + keyword);
        }
      }
    }

    private JsonTree value(String keyword) {
      JsonTree value = members().get(keyword);
      if (value == null) {
        throw invalid("lacks " + keyword);
      }
      return value;
    }

    IllegalArgumentException invalid(String problem) {
      return new IllegalArgumentException(key + " " + problem);
    }
  }
}
