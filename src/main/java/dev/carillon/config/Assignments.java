package dev.carillon.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lays single values, said as text, on a configuration: the environment's and the command line's.
 */
final class Assignments {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,30}");

  private final Schema schema;
  private final SchemaCheck check;
  private final List<ConfigMistake> mistakes;

  Assignments(Schema schema, SchemaCheck check, List<ConfigMistake> mistakes) {
    this.schema = schema;
    this.check = check;
    this.mistakes = mistakes;
  }

  /** The tree with the key's value, or unchanged, with a mistake noted, if the key is unknown. */
  JsonTree.Members assign(JsonTree.Members tree, String key, String text, Origin origin) {
    Optional<Rule> rule = schema.rule(key);
    if (rule.isEmpty()) {
      mistakes.add(check.unknown(key, origin));
      return tree;
    }
    JsonTree value = value(key, rule.get(), text, origin);
    return (JsonTree.Members) place(schema.root(), tree, "", Keys.split(key), value);
  }

  /** The value of the rule's type that the text says; a mistake is noted where it says none. */
  private JsonTree value(String key, Rule rule, String text, Origin origin) {
    JsonTree value;
    if (rule instanceof Rule.ObjectRule || rule instanceof Rule.ListRule) {
      try {
        value = JsonReader.read(text, key, origin, mistakes::add);
      } catch (NotJsonException e) {
        JsonTree.Leaf refused = new JsonTree.Leaf(text, origin);
        boolean secret = rule.holdsSecret();
        mistakes.add(
            ConfigMistake.at(
                    key,
                    "must be "
                        + rule.allowed()
                        + "; this is "
                        + (secret ? "not JSON" : e.problem()))
                .showing(secret ? ConfigPrinter.HIDDEN : Shown.json(refused))
                .from(origin));
        return refused;
      }
    } else {
      value = new JsonTree.Leaf(scalar(rule, text), origin);
    }
    check.check(key, rule, value);
    return value;
  }

  private static Object scalar(Rule rule, String text) {
    if (rule instanceof Rule.WholeNumberRule && NUMBER.matcher(text).matches()) {
      return new BigDecimal(text);
    }
    if (rule instanceof Rule.SwitchRule && (text.equals("true") || text.equals("false"))) {
      return Boolean.valueOf(text);
    }
    return text;
  }

  private JsonTree place(Rule rule, JsonTree tree, String key, List<String> names, JsonTree value) {
    if (names.isEmpty()) {
      return JsonTree.merge(tree, value);
    }
    String name = names.get(0);
    String below = Keys.join(key, name);
    List<String> rest = names.subList(1, names.size());
    Rule next = Schema.step(rule, name).orElseThrow();
    if (rule instanceof Rule.ListRule) {
      return placeEntry(tree, next, below, rest, Integer.parseInt(name), value);
    }
    JsonTree.Members members =
        tree instanceof JsonTree.Members given ? given : JsonTree.Members.none(value.origin());
    JsonTree before = members.get(name).orElse(unsaid(next, value.origin()));
    return members.with(name, place(next, before, below, rest, value));
  }

  private JsonTree placeEntry(
      JsonTree tree, Rule entry, String key, List<String> rest, int index, JsonTree value) {
    List<JsonTree> items =
        new ArrayList<>(tree instanceof JsonTree.Items given ? given.list() : List.of());
    if (index > items.size()) {
      mistakes.add(
          ConfigMistake.at(
                  key,
                  "the list has " + items.size() + " entries; the next index is " + items.size())
              .from(value.origin()));
      return tree;
    }
    if (index == items.size()) {
      items.add(unsaid(entry, value.origin()));
    }
    items.set(index, place(entry, items.get(index), key, rest, value));
    return new JsonTree.Items(items, value.origin());
  }

  /** What a value that was not said so far is laid on. */
  private static JsonTree unsaid(Rule rule, Origin origin) {
    return rule instanceof Rule.ObjectRule
        ? JsonTree.Members.none(origin)
        : rule.notes().byDefault().orElse(new JsonTree.Leaf(null, origin));
  }
}
