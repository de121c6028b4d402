package dev.carillon.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/** Shows the configuration that is in force, secrets hidden. */
public final class ConfigPrinter {
  static final String HIDDEN = "(hidden)";

  private final JsonTree.Members tree;

  ConfigPrinter(Schema schema, JsonTree.Members tree) {
    this.tree = (JsonTree.Members) hidden(schema.root(), tree);
  }

  /**
   * The whole configuration with its defaults, as JSON that {@code -c} takes if nothing is hidden.
   */
  public String json() {
    return JsonWriter.pretty(tree) + "\n";
  }

  /** One line for each value: key, value as JSON, and where it was said. */
  public List<String> origins() {
    List<String> lines = new ArrayList<>();
    addOrigins("", tree, lines);
    return lines;
  }

  private static void addOrigins(String key, JsonTree tree, List<String> lines) {
    if (tree instanceof JsonTree.Members members && !members.byName().isEmpty()) {
      members.byName().forEach((name, value) -> addOrigins(Keys.join(key, name), value, lines));
    } else if (tree instanceof JsonTree.Items items && !items.list().isEmpty()) {
      for (int i = 0; i < items.list().size(); i++) {
        addOrigins(Keys.join(key, Integer.toString(i)), items.list().get(i), lines);
      }
    } else {
      String from = tree.origin().layer() == Origin.Layer.DEFAULT ? "" : "from ";
      lines.add(
          key
              + " = "
              + JsonWriter.compact(tree, Integer.MAX_VALUE)
              + " ("
              + from
              + Shown.printable(tree.origin().place())
              + ")");
    }
  }

  private static JsonTree hidden(Rule rule, JsonTree tree) {
    if (rule.notes().secret()) {
      return new JsonTree.Leaf(HIDDEN, tree.origin());
    }
    if (tree instanceof JsonTree.Members members && rule instanceof Rule.ObjectRule object) {
      Map<String, JsonTree> shown = new LinkedHashMap<>();
      for (Entry<String, JsonTree> member : members.byName().entrySet()) {
        object
            .member(member.getKey())
            .ifPresent(known -> shown.put(member.getKey(), hidden(known, member.getValue())));
      }
      return new JsonTree.Members(shown, members.origin());
    }
    if (tree instanceof JsonTree.Items items && rule instanceof Rule.ListRule list) {
      return new JsonTree.Items(
          items.list().stream().map(item -> hidden(list.entry(), item)).toList(), items.origin());
    }
    return tree;
  }
}
