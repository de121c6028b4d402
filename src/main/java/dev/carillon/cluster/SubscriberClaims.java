package dev.carillon.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.MapConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which node of the cluster has which subscriber id: one connection of an id in the whole cluster.
 *
 * <p>What stands in the cluster's map is a hint that is checked: a node that is named there says
 * whether it has the id, and each node looks in the background whether the map says what it has. So
 * what was lost or left behind heals, and of two connections that were found on one id, as after a
 * partition, the newer stays.
 *
 * <p>For any thread, and never waits: used when a subscriber comes or goes.
 */
public final class SubscriberClaims {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.cluster");

  private static final String MAP = "carillon.subscribers";

  /** So an id outlives two nodes that die at once. */
  private static final int BACKUPS = 2;

  private static final String HAS = "claims.has";
  private static final String CLOSE = "claims.close";

  /** A node that had the id is given so long to close before the new connection begins. */
  private static final long CLOSE_MS = 1000;

  private static final long LOOK_EVERY_MS = 1000;

  /** Looks after a change of members in which all ids are looked at, in {@link #LOOK_EVERY_MS}. */
  private static final int LOOKS_AFTER_CHANGE = 15;

  private static final int LOOKS_BETWEEN_ALL = 3;

  /** Ids that are looked at together. */
  private static final int TOGETHER = 500;

  /** Ids that are looked at each time while nothing changes. */
  private static final int IN_PASSING = 100;

  private final HazelcastInstance hazelcast;
  private final IMap<String, String> map;
  private final Membership membership;
  private final NodeCalls calls;
  private final long withinMs;
  private final ConcurrentNavigableMap<String, Claim> held = new ConcurrentSkipListMap<>();
  private final AtomicLong lastNumber = new AtomicLong();
  private final AtomicBoolean changed = new AtomicBoolean();
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          run -> {
            Thread thread = new Thread(run, "carillon-claims");
            thread.setDaemon(true);
            return thread;
          });

  // Of the looking thread.
  private Set<String> knownMembers = Set.of();
  private int looksDue;
  private String lookedAt = "";

  /** What became of a claim. */
  public enum Outcome {
    ADMITTED,
    /** A connection somewhere in the cluster has the id. */
    TAKEN,
    /** It could not be found out in time; later it may. */
    UNKNOWN
  }

  /**
   * Begins to look after claims, until Hazelcast ends.
   *
   * @param withinMs a claim is decided
   */
  public SubscriberClaims(
      HazelcastInstance hazelcast, Membership membership, NodeCalls calls, long withinMs) {
    this.hazelcast = hazelcast;
    this.map = hazelcast.getMap(MAP);
    this.membership = membership;
    this.calls = calls;
    this.withinMs = withinMs;
    calls.answer(HAS, this::answerHas);
    calls.answer(CLOSE, this::answerClose);
    membership.onChange(() -> changed.set(true));
    looking.scheduleWithFixedDelay(this::look, LOOK_EVERY_MS, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
  }

  /** What Hazelcast needs to know before it starts. */
  public static void configure(Config config) {
    config.addMapConfig(new MapConfig(MAP).setBackupCount(BACKUPS));
    config
        .getSerializationConfig()
        .addDataSerializableFactory(ClaimSwap.FACTORY, ClaimSwap.factory());
  }

  /** One connection's claim of its id. */
  public final class Claim {
    private final String id;
    private final boolean takeover;
    private final Runnable takenOver;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private volatile ClaimStamp stamp;

    /** A newer claim that this node was told of before it knew what became of this one. */
    private @Nullable ClaimStamp newer;

    private boolean over;

    private Claim(String id, boolean takeover, Runnable takenOver, ClaimStamp stamp) {
      this.id = id;
      this.takeover = takeover;
      this.takenOver = takenOver;
      this.stamp = stamp;
    }

    /** Completes in time, on whichever thread; never fails. */
    public CompletionStage<Outcome> outcome() {
      return outcome;
    }

    /** Gives the id back, whatever became of the claim. */
    public void release() {
      outcome.complete(Outcome.UNKNOWN);
      held.remove(id, this);
      // A newer claim of this node takes the place of this one in the map.
      if (!held.containsKey(id) && outcome.getNow(Outcome.UNKNOWN) != Outcome.TAKEN) {
        swap(id, stamp.text(), "");
      }
    }

    private boolean isAdmitted() {
      return outcome.getNow(Outcome.UNKNOWN) == Outcome.ADMITTED;
    }

    /** Another connection has the id: this one gives way to it if it is the older one. */
    private synchronized void giveWayTo(ClaimStamp other) {
      if (other.compareTo(stamp) <= 0 || over) {
        return;
      }
      if (isAdmitted()) {
        over = true;
        takenOver.run();
      } else {
        newer = other;
      }
    }

    private synchronized void admit() {
      boolean isOlder = newer != null && newer.compareTo(stamp) > 0;
      if (!outcome.complete(isOlder ? Outcome.TAKEN : Outcome.ADMITTED) && !isAdmitted()) {
        // Too late: nobody waits for it any more.
        release();
      }
    }
  }

  /**
   * Claims an id that no other connection of this node has.
   *
   * @param takeover claims it even where another node's connection has it: that one is told to
   *     close
   * @param takenOver called at most once, when a newer connection has the id; on whichever thread
   */
  public Claim claim(String id, boolean takeover, Runnable takenOver) {
    Claim claim =
        new Claim(
            id,
            takeover,
            takenOver,
            new ClaimStamp(System.currentTimeMillis(), lastNumber.incrementAndGet(), calls.self()));
    held.put(id, claim);
    claim.outcome.completeOnTimeout(Outcome.UNKNOWN, withinMs, TimeUnit.MILLISECONDS);
    attempt(claim, "");
    return claim;
  }

  // ---- one claim

  private void attempt(Claim claim, String expected) {
    if (held.get(claim.id) != claim) {
      // A newer connection of this node has it.
      claim.outcome.complete(Outcome.TAKEN);
    }
    if (claim.outcome.isDone()) {
      return;
    }
    ClaimStamp before = ClaimStamp.read(expected);
    claim.stamp = claim.stamp.after(before);
    swap(claim.id, expected, claim.stamp.text())
        .whenComplete(
            (found, failure) -> {
              if (failure != null) {
                LOG.debug("claim of {} failed", claim.id, failure);
                claim.outcome.complete(Outcome.UNKNOWN);
                // It may have come in all the same.
                claim.release();
              } else if (found.equals(expected) || found.equals(claim.stamp.text())) {
                claimed(claim, before);
              } else {
                meet(claim, found);
              }
            });
  }

  private void claimed(Claim claim, ClaimStamp before) {
    if (claim.takeover && isOther(before.node())) {
      tell(before.node(), claim).onComplete(told -> claim.admit());
    } else {
      claim.admit();
    }
  }

  /** Somebody stands in the map. */
  private void meet(Claim claim, String found) {
    String node = ClaimStamp.read(found).node();
    if (claim.takeover || !isOther(node)) {
      attempt(claim, found);
      return;
    }
    calls
        .ask(node, HAS, Buffer.buffer(claim.id), withinMs)
        .onSuccess(
            answer -> {
              if (answer.getByte(0) == 0) {
                attempt(claim, found);
              } else {
                claim.outcome.complete(Outcome.TAKEN);
              }
            })
        .onFailure(
            failure -> {
              if (isOther(node)) {
                claim.outcome.complete(Outcome.UNKNOWN);
              } else {
                attempt(claim, found);
              }
            });
  }

  private Future<Buffer> tell(String node, Claim claim) {
    return calls.ask(
        node,
        CLOSE,
        Buffer.buffer(claim.stamp.text() + " " + claim.id),
        Math.min(CLOSE_MS, withinMs));
  }

  /** Whether it is a member and not this node. */
  private boolean isOther(String node) {
    return membership.others().stream().anyMatch(other -> other.id().equals(node));
  }

  private CompletionStage<String> swap(String id, String expected, String next) {
    try {
      return map.submitToKey(id, new ClaimSwap(expected, next));
    } catch (RuntimeException e) {
      // The cluster is being left.
      return CompletableFuture.failedFuture(e);
    }
  }

  // ---- what other nodes ask

  private Future<Buffer> answerHas(Buffer question) {
    boolean has = held.containsKey(question.toString());
    return Future.succeededFuture(Buffer.buffer(new byte[] {(byte) (has ? 1 : 0)}));
  }

  private Future<Buffer> answerClose(Buffer question) {
    String[] words = question.toString().split(" ", 2);
    Claim claim = words.length == 2 ? held.get(words[1]) : null;
    if (claim != null) {
      claim.giveWayTo(ClaimStamp.read(words[0]));
    }
    return Future.succeededFuture(Buffer.buffer());
  }

  // ---- in the background

  private void look() {
    if (!hazelcast.getLifecycleService().isRunning()) {
      looking.shutdown();
      return;
    }
    try {
      Set<String> members = members();
      if (changed.getAndSet(false) || !members.equals(knownMembers)) {
        knownMembers = members;
        looksDue = LOOKS_AFTER_CHANGE;
      }
      if (looksDue > 0 && looksDue % LOOKS_BETWEEN_ALL == 0) {
        lookAtAll();
      } else {
        lookInPassing();
      }
      if (looksDue > 0 && --looksDue == 0) {
        // Not sooner: who has just joined may not be known here.
        removeOfOthersThan(members);
      }
    } catch (RuntimeException e) {
      // The cluster is not to be had now; the next look is soon.
      LOG.debug("could not look at subscriber ids", e);
    }
  }

  private Set<String> members() {
    Set<String> members = new HashSet<>();
    members.add(calls.self());
    membership.others().forEach(other -> members.add(other.id()));
    return members;
  }

  private void lookAtAll() {
    List<Claim> together = new ArrayList<>();
    for (Claim claim : held.values()) {
      together.add(claim);
      if (together.size() == TOGETHER) {
        lookAt(together);
        together.clear();
      }
    }
    lookAt(together);
  }

  private void lookInPassing() {
    List<Claim> next = held.tailMap(lookedAt, false).values().stream().limit(IN_PASSING).toList();
    lookedAt = next.size() < IN_PASSING ? "" : next.get(IN_PASSING - 1).id;
    lookAt(next);
  }

  private void lookAt(List<Claim> claims) {
    Map<String, Claim> byId = new HashMap<>();
    for (Claim claim : claims) {
      if (claim.isAdmitted()) {
        byId.put(claim.id, claim);
      }
    }
    if (byId.isEmpty()) {
      return;
    }
    Map<String, String> found = map.getAll(byId.keySet());
    byId.forEach((id, claim) -> compare(claim, found.getOrDefault(id, "")));
  }

  private void compare(Claim claim, String found) {
    String mine = claim.stamp.text();
    if (found.equals(mine) || held.get(claim.id) != claim) {
      return;
    }
    ClaimStamp other = ClaimStamp.read(found);
    boolean isOther = isOther(other.node());
    if (isOther && other.compareTo(claim.stamp) > 0) {
      LOG.warn("subscriber={} was connected twice; the newer connection stays", claim.id);
      claim.giveWayTo(other);
      return;
    }
    swap(claim.id, found, mine)
        .whenComplete(
            (before, failure) -> {
              if (held.get(claim.id) != claim) {
                // Released meanwhile.
                swap(claim.id, mine, "");
              } else if (failure == null && isOther) {
                tell(other.node(), claim);
              }
            });
  }

  /** Removes what nodes that are gone have left in this node's part of the map. */
  private void removeOfOthersThan(Set<String> members) {
    Set<String> together = new HashSet<>();
    for (String id : map.localKeySet()) {
      together.add(id);
      if (together.size() == TOGETHER) {
        removeOfOthersThan(members, together);
        together.clear();
      }
    }
    removeOfOthersThan(members, together);
  }

  private void removeOfOthersThan(Set<String> members, Set<String> ids) {
    map.getAll(ids)
        .forEach(
            (id, found) -> {
              if (!members.contains(ClaimStamp.read(found).node())) {
                swap(id, found, "");
              }
            });
  }
}
