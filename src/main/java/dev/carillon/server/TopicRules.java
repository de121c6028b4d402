package dev.carillon.server;

import dev.carillon.config.TopicRule;
import dev.carillon.event.Pattern;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** What the rules of a configuration say of topics: the first rule that matches one holds. */
final class TopicRules<T> {
  private final List<Ruled<T>> rules;

  private record Ruled<T>(Pattern pattern, T value) {}

  TopicRules(List<TopicRule> rules, Function<TopicRule, T> value) {
    this.rules =
        rules.stream()
            .map(rule -> new Ruled<>(new Pattern(rule.match()), value.apply(rule)))
            .toList();
  }

  /** What holds for a topic; nothing where no rule matches it. */
  Optional<T> first(String topic) {
    for (Ruled<T> rule : rules) {
      if (rule.pattern().matches(topic)) {
        return Optional.of(rule.value());
      }
    }
    return Optional.empty();
  }

  /** Whether such a rule matches a topic that the pattern matches too. */
  boolean overlapsAny(Pattern pattern, Predicate<T> such) {
    return rules.stream()
        .anyMatch(rule -> such.test(rule.value()) && rule.pattern().overlaps(pattern));
  }

  /** Whether there is such a rule. */
  boolean hasAny(Predicate<T> such) {
    return rules.stream().anyMatch(rule -> such.test(rule.value()));
  }
}
