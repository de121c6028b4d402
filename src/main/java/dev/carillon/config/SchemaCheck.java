package dev.carillon.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds values against the schema and notes every mistake. */
final class SchemaCheck {
  private final NearestKey nearest;
  private final List<ConfigMistake> mistakes;

  SchemaCheck(Schema schema, List<ConfigMistake> mistakes) {
    this.nearest = new NearestKey(schema);
    this.mistakes = mistakes;
  }

  /** Checks a value and all that is in it; what is missing is looked for elsewhere. */
  void check(String key, Rule rule, JsonTree value) {
    if (!rule.accepts(value)) {
      mistakes.add(refusal(key, rule, value));
    } else if (rule instanceof Rule.ObjectRule object && value instanceof JsonTree.Members given) {
      for (Map.Entry<String, JsonTree> member : given.byName().entrySet()) {
        String name = member.getKey();
        Optional<Rule> known = object.member(name);
        if (known.isPresent()) {
          check(Keys.join(key, name), known.get(), member.getValue());
        } else {
          mistakes.add(unknownMember(key, name, member.getValue().origin()));
        }
      }
    } else if (rule instanceof Rule.ListRule list && value instanceof JsonTree.Items given) {
      for (int i = 0; i < given.list().size(); i++) {
        check(Keys.join(key, Integer.toString(i)), list.entry(), given.list().get(i));
      }
    }
  }

  private ConfigMistake unknownMember(String parent, String name, Origin origin) {
    ConfigMistake unknown = unknown(Keys.join(parent, name), origin);
    // "http.port" as one name is right on the command line, and only nested in JSON.
    return name.indexOf('.') >= 0
        ? new ConfigMistake(
            unknown.key(),
            unknown.value(),
            "unknown key, because it holds a dot; JSON nests: {\""
                + name.replaceFirst("\\..*", "")
                + "\": {…}}",
            Optional.empty(),
            unknown.origin())
        : unknown;
  }

  /** The mistake of a key that the schema doesn't know. Its value may be a secret: not shown. */
  ConfigMistake unknown(String key, Origin origin) {
    return ConfigMistake.at(key, "unknown key").from(origin).suggesting(nearest.of(key));
  }

  private static ConfigMistake refusal(String key, Rule rule, JsonTree value) {
    Optional<String> suggestion =
        rule instanceof Rule.ChoiceRule choice && JsonTree.valueOf(value) instanceof String text
            ? NearestKey.word(text, choice.words())
            : Optional.empty();
    return ConfigMistake.at(key, "must be " + rule.allowed())
        .showing(rule.holdsSecret() ? ConfigPrinter.HIDDEN : Shown.json(value))
        .from(value.origin())
        .suggesting(suggestion);
  }

  /** Notes what must be said and isn't, in the configuration as a whole. */
  void checkRequired(String key, Rule rule, JsonTree value) {
    if (rule instanceof Rule.ObjectRule object && value instanceof JsonTree.Members given) {
      for (Map.Entry<String, Rule> member : object.members().entrySet()) {
        String memberKey = Keys.join(key, member.getKey());
        Optional<JsonTree> said = given.get(member.getKey());
        if (said.isPresent()) {
          checkRequired(memberKey, member.getValue(), said.get());
        } else if (object.required().contains(member.getKey())) {
          mistakes.add(
              ConfigMistake.at(memberKey, "is missing; must be " + member.getValue().allowed())
                  .from(given.origin()));
        }
      }
    } else if (rule instanceof Rule.ListRule list && value instanceof JsonTree.Items given) {
      for (int i = 0; i < given.list().size(); i++) {
        checkRequired(Keys.join(key, Integer.toString(i)), list.entry(), given.list().get(i));
      }
    }
  }
}
