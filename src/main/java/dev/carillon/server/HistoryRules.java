package dev.carillon.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.carillon.config.History;
import dev.carillon.config.TopicRule;
import dev.carillon.event.Pattern;
import dev.carillon.store.HistoryRule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How much history a topic keeps: as the first rule that matches it says. For any thread.
 *
 * <p>Remembers what it found for some topics: it is asked at every publish.
 */
final class HistoryRules {
  private static final int MAX_REMEMBERED = 100_000;
  private static final Duration FOR_EVER = Duration.ofDays(36_500);
  private static final HistoryRule UNBOUNDED =
      new HistoryRule(Long.MAX_VALUE / 2, FOR_EVER, Long.MAX_VALUE);

  private final TopicRules<Optional<HistoryRule>> rules;
  private final Cache<String, Optional<HistoryRule>> found =
      Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

  HistoryRules(List<TopicRule> rules) {
    this.rules = new TopicRules<>(rules, rule -> rule.history().map(HistoryRules::rule));
  }

  private static HistoryRule rule(History history) {
    return new HistoryRule(
        history.events().orElse(Long.MAX_VALUE / 2),
        history.age().orElse(FOR_EVER),
        history.bytes().orElse(Long.MAX_VALUE));
  }

  /** Whether any topic keeps history. */
  boolean keepAny() {
    return rules.hasAny(Optional::isPresent);
  }

  boolean keeps(String topic) {
    return find(topic).isPresent();
  }

  /** Whether a topic that the pattern matches may keep history. */
  boolean mayKeep(Pattern pattern) {
    return rules.overlapsAny(pattern, Optional::isPresent);
  }

  /**
   * The rule of a topic that keeps history. Where one did under another configuration, what it has
   * stays until it is purged: a line less in a file must not delete anything.
   */
  HistoryRule of(String topic) {
    return find(topic).orElse(UNBOUNDED);
  }

  private Optional<HistoryRule> find(String topic) {
    return found.get(topic, name -> rules.first(name).flatMap(rule -> rule));
  }
}
