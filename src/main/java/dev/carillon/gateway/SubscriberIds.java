package dev.carillon.gateway;

import dev.carillon.cluster.SubscriberClaims;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Which connection has which subscriber id, over all gateways of a node.
 *
 * <p>Safe for threads; used when a subscriber comes or goes, never on the way of an event.
 */
public final class SubscriberIds {
  /** In order, so that a list of subscribers can be read page by page. */
  private final ConcurrentNavigableMap<String, Claim> claims = new ConcurrentSkipListMap<>();

  private final AtomicInteger places = new AtomicInteger();
  private final int maxSubscribers;

  public SubscriberIds(int maxSubscribers) {
    this.maxSubscribers = maxSubscribers;
  }

  /** A subscriber id in use, and how its connection can be told to go. */
  static final class Claim {
    private final String id;
    private final boolean wished;
    private final Consumer<CloseReason> close;
    private volatile Optional<SubscriberClaims.Claim> inCluster = Optional.empty();

    /**
     * Makes a claim of an id.
     *
     * @param wished by the client; an id that was made for it is nobody else's anyway
     */
    Claim(String id, boolean wished, Consumer<CloseReason> close) {
      this.id = id;
      this.wished = wished;
      this.close = close;
    }

    boolean isWished() {
      return wished;
    }

    /** Claims the id of all nodes, once this node has admitted it. */
    SubscriberClaims.Claim claimOf(SubscriberClaims all, boolean takeover) {
      SubscriberClaims.Claim made = all.claim(id, takeover, () -> close(CloseReason.TAKEN_OVER));
      inCluster = Optional.of(made);
      return made;
    }

    String id() {
      return id;
    }

    /** Tells the connection to close; from any thread. */
    void close(CloseReason reason) {
      close.accept(reason);
    }
  }

  /** What became of a claim. */
  enum Admission {
    ADMITTED,
    /** The id is in use. */
    EXISTS,
    /** The node has as many subscribers as it may have. */
    FULL
  }

  /**
   * Claims an id and one of the node's places for subscribers.
   *
   * @param takeover claims the id even where it is in use: its connection so far is told to close,
   *     and its place passes on, so that a full node does not lock out those who come back
   */
  Admission claim(Claim claim, boolean takeover) {
    while (true) {
      if (takeover) {
        Claim earlier = claims.replace(claim.id(), claim);
        if (earlier != null) {
          earlier.close(CloseReason.TAKEN_OVER);
          return Admission.ADMITTED;
        }
      } else if (claims.containsKey(claim.id())) {
        return Admission.EXISTS;
      }
      if (places.incrementAndGet() > maxSubscribers) {
        places.decrementAndGet();
        return Admission.FULL;
      }
      if (claims.putIfAbsent(claim.id(), claim) == null) {
        return Admission.ADMITTED;
      }
      // Somebody else claimed it just now.
      places.decrementAndGet();
    }
  }

  /** Gives an id and its place back, unless they have been taken over. */
  void release(Claim claim) {
    claim.inCluster.ifPresent(SubscriberClaims.Claim::release);
    if (claims.remove(claim.id(), claim)) {
      places.decrementAndGet();
    }
  }

  /** The first {@code limit} ids in use that come after {@code after}, in order. */
  List<String> after(String after, int limit) {
    return claims.tailMap(after, false).keySet().stream().limit(limit).toList();
  }

  /** Subscribers connected now. */
  public int size() {
    return places.get();
  }
}
