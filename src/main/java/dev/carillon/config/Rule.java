package dev.carillon.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What the schema allows for one value. */
sealed interface Rule {

  Notes notes();

  /** Whether the value, its members and entries left aside, is allowed. */
  boolean accepts(JsonTree value);

  /** What is allowed, in words that follow "must be". */
  String allowed();

  /** The kind of value, in a word or two. */
  String type();

  /** Whether the value, or anything in it, must not be shown. */
  default boolean holdsSecret() {
    return notes().secret();
  }

  /** An object with known members. */
  record ObjectRule(Notes notes, Map<String, Rule> members, Set<String> required) implements Rule {

    Optional<Rule> member(String name) {
      return Optional.ofNullable(members.get(name));
    }

    @Override
    public boolean accepts(JsonTree value) {
      return value instanceof JsonTree.Members;
    }

    @Override
    public String allowed() {
      return "an object with " + String.join(", ", members.keySet());
    }

    @Override
    public String type() {
      return "object";
    }

    @Override
    public boolean holdsSecret() {
      return notes.secret() || members.values().stream().anyMatch(Rule::holdsSecret);
    }
  }

  /** A list whose entries are all of one kind. */
  record ListRule(Notes notes, Rule entry, int maxItems) implements Rule {
    @Override
    public boolean accepts(JsonTree value) {
      return value instanceof JsonTree.Items items && items.list().size() <= maxItems;
    }

    @Override
    public String allowed() {
      return "a JSON list of at most " + maxItems + " entries";
    }

    @Override
    public String type() {
      return "list";
    }

    @Override
    public boolean holdsSecret() {
      return notes.secret() || entry.holdsSecret();
    }
  }

  /**
   * Text of a certain form.
   *
   * @param form the form in words that follow "must be"
   */
  record TextRule(Notes notes, Pattern pattern, int maxLength, String form) implements Rule {
    @Override
    public boolean accepts(JsonTree value) {
      return JsonTree.valueOf(value) instanceof String text
          && text.codePointCount(0, text.length()) <= maxLength
          && pattern.matcher(text).matches();
    }

    @Override
    public String allowed() {
      return form;
    }

    @Override
    public String type() {
      return "text";
    }
  }

  /** One of a few words. */
  record ChoiceRule(Notes notes, List<String> words) implements Rule {
    @Override
    public boolean accepts(JsonTree value) {
      return JsonTree.valueOf(value) instanceof String text && words.contains(text);
    }

    @Override
    public String allowed() {
      return words.size() == 1
          ? "\"" + words.get(0) + "\", the only choice"
          : "one of " + String.join(", ", words);
    }

    @Override
    public String type() {
      return "choice";
    }
  }

  /** A whole number within bounds. */
  record WholeNumberRule(Notes notes, long minimum, long maximum) implements Rule {
    @Override
    public boolean accepts(JsonTree value) {
      // The bounds first: they are cheap, and keep 1e999999 from being written out.
      return JsonTree.valueOf(value) instanceof BigDecimal number
          && number.compareTo(BigDecimal.valueOf(minimum)) >= 0
          && number.compareTo(BigDecimal.valueOf(maximum)) <= 0
          && number.stripTrailingZeros().scale() <= 0;
    }

    @Override
    public String allowed() {
      return "a whole number from "
          + minimum
          + " to "
          + maximum
          + notes.unit().map(unit -> " (" + unit + ")").orElse("");
    }

    @Override
    public String type() {
      return "whole number";
    }
  }

  /** True or false. */
  record SwitchRule(Notes notes) implements Rule {
    @Override
    public boolean accepts(JsonTree value) {
      return JsonTree.valueOf(value) instanceof Boolean;
    }

    @Override
    public String allowed() {
      return "true or false";
    }

    @Override
    public String type() {
      return "true or false";
    }
  }

  /**
   * A span of time within bounds.
   *
   * @param minimum the shortest, as text
   * @param maximum the longest, as text
   */
  record DurationRule(Notes notes, String minimum, String maximum) implements Rule {
    @Override
    public boolean accepts(JsonTree value) {
      return JsonTree.valueOf(value) instanceof String text
          && DurationText.isDuration(text)
          && isWithinBounds(DurationText.of(text));
    }

    private boolean isWithinBounds(Duration duration) {
      return duration.compareTo(DurationText.of(minimum)) >= 0
          && duration.compareTo(DurationText.of(maximum)) <= 0;
    }

    @Override
    public String allowed() {
      return "a duration such as 250ms, 10s, 5m or 24h, from " + minimum + " to " + maximum;
    }

    @Override
    public String type() {
      return "duration";
    }
  }
}
