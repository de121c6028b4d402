package dev.carillon.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.IMap;
import dev.carillon.event.Position;
import dev.carillon.store.AppendOutcome.StoredEvent;
import dev.carillon.store.RingAnswer.Part;
import dev.carillon.store.RingAnswer.Place;
import dev.carillon.store.RingAnswer.Refusal;
import dev.carillon.store.RingAnswer.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of a {@link RingbufferStore}: asks the leading copies of the slots and waits for
 * them, all at once, up to the deadline. Used by the writer thread only, but for {@link #confirm}
 * and {@link #told}.
 */
final class RingBackend implements GroupCommit.Backend {
  /** Members take over from one that left: it takes a moment. */
  static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long MIN_SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A sweep of the slots that this member leads takes at most this part of the time. */
  private static final int SWEEP_PART = 5;

  /** So long a slot that did not answer in time is not asked again. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final HazelcastInstance member;
  private final StoreSettings settings;
  private final int minimumMembers;
  private final Duration deadline;
  private final Clock clock;
  private final IMap<Integer, RingSlot> slots;
  private final IMap<String, long[]> usage;

  /**
   * What every copy of a slot is known to have; its leading copy hears of it with the next change.
   */
  private final Map<Integer, List<RingAnswer.Told>> confirmed = new ConcurrentHashMap<>();

  // The writer thread's own.
  private final Map<Integer, Long> resting = new HashMap<>();
  private long bytesUsed;
  private long topicsUsed;
  private int idShare = RingSweep.WHOLE;
  private @Nullable Iterator<Integer> sweep;

  /** What came since the sweep began: it may have been by before. */
  private long bytesSince;

  private long topicsSince;
  private long sweptBytes;
  private long sweptTopics;
  private long sweptIds;
  private long sweepBegunNanos;
  private long sweepDueNanos = System.nanoTime();

  RingBackend(
      HazelcastInstance member,
      StoreSettings settings,
      int minimumMembers,
      Duration deadline,
      Clock clock) {
    this.member = member;
    this.settings = settings;
    this.minimumMembers = minimumMembers;
    this.deadline = deadline;
    this.clock = clock;
    this.slots = member.getMap(RingbufferStore.SLOTS);
    this.usage = member.getMap(RingbufferStore.USAGE);
  }

  /** The cluster has fewer members than it must have. */
  private static final class MembersMissingException extends Exception {
    private static final long serialVersionUID = 1L;

    MembersMissingException(String message) {
      super(message);
    }
  }

  private record Planned(int slot, List<RingAppend.Item> items) {}

  /** What came of asking one slot: an answer, or why there is none. */
  private record Reply(RingAnswer answer, String failure) {
    static Reply failed(String reason) {
      return new Reply(new RingAnswer(), reason);
    }

    boolean isFailed() {
      return !failure.isEmpty();
    }
  }

  /**
   * Makes what is asked of a slot: what may be missing elsewhere, and whether it is asked again.
   */
  private interface Asking {
    EntryProcessor<Integer, RingSlot, RingAnswer> of(
        List<RingAnswer.Told> confirmed, boolean again);
  }

  // ---- appending

  @Override
  public List<AppendOutcome> commit(List<Append> appends) throws MembersMissingException {
    checkMembers();
    List<AppendOutcome> outcomes = new ArrayList<>(appends.size());
    List<Append> together = new ArrayList<>();
    for (Append append : appends) {
      if (plan(append).size() == 1) {
        together.add(append);
      } else {
        storeTogether(together, outcomes);
        together.clear();
        outcomes.add(storeAcross(append));
      }
    }
    storeTogether(together, outcomes);
    return outcomes;
  }

  private static Map<Integer, List<Integer>> plan(Append append) {
    Map<Integer, List<Integer>> indexes = new LinkedHashMap<>();
    List<NewEvent> events = append.events();
    for (int i = 0; i < events.size(); i++) {
      int slot = RingbufferStore.slot(events.get(i).event().topic().name());
      indexes.computeIfAbsent(slot, unused -> new ArrayList<>()).add(i);
    }
    return indexes;
  }

  private static RingAppend.Item item(NewEvent source) {
    return new RingAppend.Item(
        source.event().topic().name(),
        source.event().id(),
        source.idIsChosen(),
        source.fingerprint(),
        EventBytes.encode(source.event()));
  }

  /** Appends of which each has all its topics in one slot: one question for each slot. */
  private void storeTogether(List<Append> appends, List<AppendOutcome> outcomes)
      throws MembersMissingException {
    if (appends.isEmpty()) {
      return;
    }
    Map<Integer, List<List<RingAppend.Item>>> bySlot = new LinkedHashMap<>();
    List<Planned> planned = new ArrayList<>();
    for (Append append : appends) {
      int slot = RingbufferStore.slot(append.events().get(0).event().topic().name());
      List<RingAppend.Item> items = append.events().stream().map(RingBackend::item).toList();
      planned.add(new Planned(slot, items));
      bySlot.computeIfAbsent(slot, unused -> new ArrayList<>()).add(items);
    }
    Map<Integer, Reply> replies = ask(bySlot, terms());
    Map<Integer, Integer> next = new HashMap<>();
    for (int i = 0; i < appends.size(); i++) {
      int slot = planned.get(i).slot();
      Reply reply = reply(replies, slot);
      int number = next.merge(slot, 1, Integer::sum) - 1;
      outcomes.add(
          reply.isFailed()
              ? new AppendOutcome.Unavailable(reply.failure())
              : outcome(appends.get(i), reply.answer().parts().get(number)));
    }
  }

  /** An append over several slots: all are asked first whether it can be stored. */
  private AppendOutcome storeAcross(Append append) throws MembersMissingException {
    Map<Integer, List<Integer>> indexes = plan(append);
    Map<Integer, List<List<RingAppend.Item>>> bySlot = new LinkedHashMap<>();
    indexes.forEach(
        (slot, at) ->
            bySlot.put(slot, List.of(at.stream().map(i -> item(append.events().get(i))).toList())));
    RingAppend.Terms terms = terms();
    Map<Integer, Reply> checks = ask(bySlot, terms.checking());
    int conflict = Integer.MAX_VALUE;
    long bytes = 0;
    int topics = 0;
    for (Map.Entry<Integer, List<Integer>> one : indexes.entrySet()) {
      Reply check = reply(checks, one.getKey());
      if (check.isFailed()) {
        return new AppendOutcome.Unavailable(check.failure());
      }
      Part part = check.answer().parts().get(0);
      if (part.status() == Status.CONFLICT) {
        conflict = Math.min(conflict, one.getValue().get(part.index()));
      } else if (part.status() != Status.STORED) {
        return full(part.status());
      }
      bytes += check.answer().bytes();
      topics += check.answer().topics();
    }
    if (conflict < Integer.MAX_VALUE) {
      return new AppendOutcome.Conflict(conflict);
    }
    if (bytes > 0 && bytes > terms.bytesLeft()) {
      return full(Status.BYTES);
    }
    if (topics > 0 && topics > terms.topicsLeft()) {
      return full(Status.TOPICS);
    }
    Map<Integer, Reply> replies = ask(bySlot, terms);
    Map<Integer, StoredEvent> events = new HashMap<>();
    for (Map.Entry<Integer, List<Integer>> one : indexes.entrySet()) {
      Reply reply = reply(replies, one.getKey());
      if (reply.isFailed() || reply.answer().parts().get(0).status() != Status.STORED) {
        return new AppendOutcome.Unavailable(
            "the store kept a part of the events only, because its members changed or another"
                + " publisher was faster"
                + (reply.isFailed() ? ": " + reply.failure() : ""));
      }
      List<Place> places = reply.answer().parts().get(0).places();
      for (int i = 0; i < places.size(); i++) {
        int index = one.getValue().get(i);
        events.put(index, stored(append.events().get(index), places.get(i)));
      }
    }
    List<StoredEvent> inOrder = new ArrayList<>();
    for (int i = 0; i < append.events().size(); i++) {
      StoredEvent event = events.get(i);
      if (event == null) {
        throw new IllegalStateException("an event of no slot");
      }
      inOrder.add(event);
    }
    return new AppendOutcome.Stored(List.copyOf(inOrder));
  }

  private AppendOutcome outcome(Append append, Part part) {
    if (part.status() == Status.CONFLICT) {
      return new AppendOutcome.Conflict(part.index());
    }
    if (part.status() != Status.STORED) {
      return full(part.status());
    }
    List<StoredEvent> events = new ArrayList<>();
    for (int i = 0; i < part.places().size(); i++) {
      events.add(stored(append.events().get(i), part.places().get(i)));
    }
    return new AppendOutcome.Stored(List.copyOf(events));
  }

  private AppendOutcome full(Status status) {
    return new AppendOutcome.Unavailable(
        status == Status.BYTES
            ? "the store is full: store.maxBytes is " + settings.maxBytes() + " bytes"
            : "the store has as many topics as it may have: store.topics is "
                + settings.maxTopics());
  }

  private static StoredEvent stored(NewEvent source, Place place) {
    return new StoredEvent(
        source.event().at(new Position(place.epoch(), place.offset())), place.repeat());
  }

  private RingAppend.Terms terms() {
    long now = clock.millis();
    return new RingAppend.Terms(
        minimumMembers,
        now,
        now - settings.dedupeWindow().toMillis(),
        settings.maxBytes() - bytesUsed,
        (int) Math.max(0, settings.maxTopics() - topicsUsed),
        false,
        false);
  }

  private Map<Integer, Reply> ask(
      Map<Integer, List<List<RingAppend.Item>>> bySlot, RingAppend.Terms terms)
      throws MembersMissingException {
    Map<Integer, Asking> askings = new LinkedHashMap<>();
    bySlot.forEach(
        (slot, parts) -> {
          Map<String, HistoryRule> rules =
              parts.stream()
                  .flatMap(List::stream)
                  .map(RingAppend.Item::topic)
                  .distinct()
                  .collect(Collectors.toMap(topic -> topic, settings.rules()));
          askings.put(
              slot,
              (told, again) ->
                  new RingAppend(parts, rules, again ? terms.repeated() : terms, told));
        });
    Map<Integer, Reply> replies = askAll(askings);
    if (!terms.onlyChecks()) {
      for (Reply reply : replies.values()) {
        bytesUsed += reply.answer().bytes();
        topicsUsed += reply.answer().topics();
        bytesSince += reply.answer().bytes();
        topicsSince += reply.answer().topics();
      }
    }
    return replies;
  }

  private static Reply reply(Map<Integer, Reply> replies, int slot) {
    return replies.getOrDefault(slot, Reply.failed("the store did not answer"));
  }

  // ---- asking

  private Map<Integer, Reply> askAll(Map<Integer, Asking> askings) throws MembersMissingException {
    long until = System.nanoTime() + deadline.toNanos();
    Map<Integer, Reply> replies = new HashMap<>();
    Map<Integer, Asking> left = new LinkedHashMap<>();
    askings.forEach(
        (slot, asking) -> {
          Long awake = resting.get(slot);
          if (awake != null && System.nanoTime() - awake < 0) {
            replies.put(slot, Reply.failed(noAnswer("asked a moment ago")));
          } else {
            resting.remove(slot);
            left.put(slot, asking);
          }
        });
    boolean again = false;
    while (!left.isEmpty()) {
      Map<Integer, CompletableFuture<RingAnswer>> asked = new LinkedHashMap<>();
      for (Map.Entry<Integer, Asking> one : left.entrySet()) {
        asked.put(one.getKey(), ask(one.getKey(), one.getValue(), again));
      }
      Map<Integer, Reply> now = new HashMap<>();
      for (Map.Entry<Integer, CompletableFuture<RingAnswer>> one : asked.entrySet()) {
        now.put(one.getKey(), await(one.getValue(), until));
      }
      boolean late = System.nanoTime() - until >= 0;
      for (Map.Entry<Integer, Reply> one : now.entrySet()) {
        Reply reply = one.getValue();
        if (!reply.isFailed() || late) {
          left.remove(one.getKey());
          replies.put(one.getKey(), reply);
          if (reply.isFailed()) {
            resting.put(one.getKey(), System.nanoTime() + REST_NANOS);
          }
        }
      }
      if (!left.isEmpty()) {
        // Members take over from one that left, or links are made anew: it takes a moment.
        LockSupport.parkNanos(this, PAUSE_NANOS);
        checkMembers();
        again = true;
      }
    }
    return replies;
  }

  private CompletableFuture<RingAnswer> ask(int slot, Asking asking, boolean again) {
    try {
      List<RingAnswer.Told> known = confirmed.getOrDefault(slot, List.of());
      return slots
          .submitToKey(slot, asking.of(known, again))
          .toCompletableFuture()
          .thenApply(
              answer -> {
                confirm(slot, answer);
                return answer;
              });
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Notes what every copy of a slot has. */
  void confirm(int slot, RingAnswer answer) {
    if (answer.refusal() == Refusal.NONE && !answer.told().isEmpty()) {
      confirmed.put(slot, answer.told());
    }
  }

  /** What every copy of a slot is known to have. */
  List<RingAnswer.Told> told(int slot) {
    return confirmed.getOrDefault(slot, List.of());
  }

  private Reply await(CompletableFuture<RingAnswer> asked, long until)
      throws MembersMissingException {
    try {
      RingAnswer answer = asked.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
      return switch (answer.refusal()) {
        case NONE -> new Reply(answer, "");
        case MEMBERS -> throw membersMissing();
        case COPIES ->
            Reply.failed(noAnswer("fewer than " + minimumMembers + " members have a copy yet"));
      };
    } catch (TimeoutException e) {
      return Reply.failed(noAnswer("the member that leads did not answer"));
    } catch (ExecutionException | CompletionException e) {
      return Reply.failed(noAnswer(String.valueOf(rootOf(e).getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Reply.failed(noAnswer("interrupted"));
    }
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private String noAnswer(String why) {
    return "the store has no answer from its members within " + deadline.toMillis() + " ms: " + why;
  }

  private void checkMembers() throws MembersMissingException {
    if (!member.getLifecycleService().isRunning()) {
      throw new MembersMissingException("the store's member has left the cluster");
    }
    if (!RingMembers.areEnough(member, minimumMembers)) {
      throw membersMissing();
    }
  }

  private MembersMissingException membersMissing() {
    return new MembersMissingException(
        "the store refuses events: the cluster has "
            + member.getCluster().getMembers().size()
            + " members, and cluster.minimumMembers is "
            + minimumMembers);
  }

  HistoryBounds purge(String topic) throws MembersMissingException {
    checkMembers();
    int slot = RingbufferStore.slot(topic);
    long now = clock.millis();
    Reply reply =
        reply(
            askAll(Map.of(slot, (told, again) -> new RingPurge(topic, minimumMembers, now))), slot);
    if (reply.isFailed()) {
      throw new StoreUnavailableException(reply.failure());
    }
    bytesUsed += reply.answer().bytes();
    String epoch = reply.answer().parts().get(0).places().get(0).epoch();
    return new HistoryBounds(topic, epoch, 1, 0);
  }

  // ---- upkeep

  @Override
  public boolean upkeep() throws MembersMissingException {
    checkMembers();
    if (sweep == null) {
      if (System.nanoTime() - sweepDueNanos < 0) {
        return false;
      }
      sweepBegunNanos = System.nanoTime();
      bytesSince = 0;
      topicsSince = 0;
      sweptBytes = 0;
      sweptTopics = 0;
      sweptIds = 0;
      sweep = slots.localKeySet().iterator();
    }
    if (sweep.hasNext()) {
      sweep(sweep.next());
      return true;
    }
    sweep = null;
    // What follows waits for other members, and is no work of this one.
    long ended = System.nanoTime();
    share();
    sweepDueNanos = ended + Math.max(MIN_SWEEP_NANOS, (ended - sweepBegunNanos) * SWEEP_PART);
    return false;
  }

  private void sweep(int slot) throws MembersMissingException {
    try {
      RingHeads heads =
          slots
              .submitToKey(slot, new RingList(">", "", Integer.MAX_VALUE))
              .toCompletableFuture()
              .get(deadline.toMillis(), TimeUnit.MILLISECONDS);
      if (heads == null) {
        return;
      }
      Map<String, HistoryRule> rules =
          heads.heads().stream().collect(Collectors.toMap(Head::topic, h -> rule(h.topic())));
      long now = clock.millis();
      RingSweep.Bounds bounds =
          new RingSweep.Bounds(
              minimumMembers,
              now,
              now - settings.dedupeWindow().toMillis(),
              now - settings.forgetTopicsAfter().toMillis(),
              idShare);
      Asking asking = (told, again) -> new RingSweep(rules, bounds, told);
      Reply reply = await(ask(slot, asking, false), System.nanoTime() + deadline.toNanos());
      sweptBytes += reply.answer().bytes();
      sweptTopics += reply.answer().topics();
      sweptIds += reply.answer().ids();
    } catch (ExecutionException | TimeoutException e) {
      // Another member leads it by now, or will: it sweeps it.
      assert e != null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HistoryRule rule(String topic) {
    return settings.rules().apply(topic);
  }

  /** Tells the others how much this member leads, and adds up what all lead. */
  private void share() {
    String me = member.getCluster().getLocalMember().getUuid().toString();
    Set<String> members =
        member.getCluster().getMembers().stream()
            .map(one -> one.getUuid().toString())
            .collect(Collectors.toSet());
    try {
      usage
          .setAsync(me, new long[] {sweptBytes, sweptTopics, sweptIds})
          .toCompletableFuture()
          .get(deadline.toMillis(), TimeUnit.MILLISECONDS);
      long bytes = 0;
      long topics = 0;
      long ids = 0;
      for (Map.Entry<String, long[]> one : usage.entrySet()) {
        if (members.contains(one.getKey())) {
          bytes += one.getValue()[0];
          topics += one.getValue()[1];
          ids += one.getValue()[2];
        } else {
          usage.removeAsync(one.getKey());
        }
      }
      bytesUsed = bytes + Math.max(0, bytesSince);
      topicsUsed = topics + topicsSince;
      idShare =
          ids > settings.dedupeEvents()
              ? (int) (RingSweep.WHOLE * (long) settings.dedupeEvents() / ids)
              : RingSweep.WHOLE;
    } catch (ExecutionException | TimeoutException e) {
      // What was known holds until the next sweep.
      assert e != null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- failing and ending

  @Override
  public void probe() throws MembersMissingException {
    checkMembers();
  }

  @Override
  public StoreHealth diagnose(Exception failure) {
    return new StoreHealth.Refusing(
        failure instanceof MembersMissingException
            ? String.valueOf(failure.getMessage())
            : "the store in the cluster fails: " + rootOf(failure).getMessage());
  }

  @Override
  public void close() {
    // The member belongs to the node.
  }
}
