package dev.carillon.publish;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.carillon.event.EventData;
import dev.carillon.event.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The event ids that publishers chose in the last while, so that a repeat is known.
 *
 * <p>Safe for threads: all gateways of a node share one. Bounded in time and in events; past the
 * bound the least used ids are forgotten.
 */
public final class DeduplicationWindow {

  /** What the window knows of a request. */
  enum Sighting {
    NEW,
    REPEAT,
    /** The id came before, with other content. */
    CONFLICT
  }

  private record Key(String topic, String eventId) {}

  private final Cache<Key, Long> fingerprints;

  /**
   * Makes an empty window.
   *
   * @param window how long an id is remembered
   * @param maxEvents ids remembered at most
   */
  public DeduplicationWindow(Duration window, int maxEvents, Ticker ticker) {
    this.fingerprints =
        Caffeine.newBuilder()
            .expireAfterWrite(window)
            .maximumSize(maxEvents)
            .ticker(ticker)
            // Clean-up rides on the calls: no thread of its own.
            .executor(Runnable::run)
            .build();
  }

  /** Looks without remembering. */
  Sighting look(PublishRequest request, String eventId) {
    return compare(fingerprints.getIfPresent(key(request.topic(), eventId)), request);
  }

  /** Remembers the request's id unless it is known. */
  Sighting remember(PublishRequest request, String eventId) {
    return compare(
        fingerprints.asMap().putIfAbsent(key(request.topic(), eventId), fingerprint(request)),
        request);
  }

  /** Forgets the request's id, if it has one. */
  void forget(PublishRequest request) {
    request.eventId().ifPresent(id -> fingerprints.invalidate(key(request.topic(), id)));
  }

  /** Ids remembered now, about. */
  public long size() {
    return fingerprints.estimatedSize();
  }

  private static Sighting compare(@Nullable Long known, PublishRequest request) {
    if (known == null) {
      return Sighting.NEW;
    }
    return known == fingerprint(request) ? Sighting.REPEAT : Sighting.CONFLICT;
  }

  private static Key key(Topic topic, String eventId) {
    return new Key(topic.name(), eventId);
  }

  /**
   * Tells content apart: its checksum and length. Chance, not malice, is what it guards against.
   */
  static long fingerprint(PublishRequest request) {
    CRC32C checksum = new CRC32C();
    byte[] json = request.data().json();
    checksum.update(json, 0, json.length);
    checksum.update(request.data().kind() == EventData.Kind.JSON ? 0 : 1);
    Optional<String> key = request.key();
    if (key.isPresent()) {
      checksum.update(key.get().getBytes(StandardCharsets.UTF_8));
    }
    return ((long) json.length << 32) | checksum.getValue();
  }
}
