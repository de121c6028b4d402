package dev.carillon.store;

import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.SplitBrainProtectionConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import com.hazelcast.spi.merge.PutIfAbsentMergePolicy;
import com.hazelcast.spi.properties.ClusterProperty;
import dev.carillon.event.Event;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Pattern;
import dev.carillon.event.Position;
import dev.carillon.event.Topic;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Histories in the memory of the cluster's members: each topic is a ring of its newest events, with
 * copies on other members. They outlive every member, but not all of them at once.
 *
 * <p>An append is answered once as many members have it as there must be, {@code minimumMembers} up
 * to seven. With fewer members in the cluster appends are refused; what is stored can be read. A
 * history of which all copies are lost, or that two parts of a split cluster wrote to, goes on in
 * another epoch.
 *
 * <p>An append over several topics is checked whole before any of it is stored. Where a member dies
 * or another node is faster between the two, a part may be stored; it is answered as unavailable
 * then, and what is appended again with the ids its publisher chose is not stored twice.
 */
public final class RingbufferStore implements EventStore {
  static final String SLOTS = "carillon.histories";
  static final String USAGE = "carillon.usage";

  /**
   * Topics are spread over so many values. More than Hazelcast has partitions, so that each moves
   * in small pieces; every member must have the same number.
   */
  private static final int SLOT_COUNT = 512;

  private static final int MAX_COPIES = MapConfig.MAX_BACKUP_COUNT + 1;

  private final StoreSettings settings;
  private final int minimumMembers;
  private final Duration deadline;
  private final Clock clock;
  private final IMap<Integer, RingSlot> slots;
  private final RingBackend backend;
  private final GroupCommit commits;
  private final ExecutorService readers;
  private volatile boolean closed;

  private RingbufferStore(
      HazelcastInstance member,
      StoreSettings settings,
      int minimumMembers,
      Duration deadline,
      Clock clock) {
    this.settings = settings;
    this.minimumMembers = minimumMembers;
    this.deadline = deadline;
    this.clock = clock;
    this.slots = member.getMap(SLOTS);
    this.backend = new RingBackend(member, settings, minimumMembers, deadline, clock);
    this.commits = new GroupCommit("hazelcast", settings.batchBytes(), backend);
    this.readers =
        Executors.newFixedThreadPool(
            settings.readers(),
            work -> {
              Thread thread = new Thread(work, "carillon-store-reader");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Adds what the store needs to a member's configuration; before the member starts, and the same
   * on all of them.
   *
   * @param minimumMembers so many members must be there to append, and have a copy of what was
   *     acknowledged; 1 to 7
   * @throws IllegalArgumentException for another number
   */
  public static void configure(Config config, int minimumMembers) {
    if (minimumMembers < 1 || minimumMembers > MAX_COPIES) {
      throw new IllegalArgumentException(
          "a minimum of " + minimumMembers + " members; allowed: 1 to " + MAX_COPIES);
    }
    // Or a change that not all copies have would be acknowledged.
    config.setProperty(ClusterProperty.FAIL_ON_INDETERMINATE_OPERATION_STATE.getName(), "true");
    config.getSerializationConfig().addDataSerializableFactory(RingTypes.FACTORY, new RingTypes());
    config.addMapConfig(
        new MapConfig(SLOTS)
            // Changed in place: else each append would write and read a slot whole.
            .setInMemoryFormat(InMemoryFormat.OBJECT)
            // One even where none is asked for, so that a single member may die.
            .setBackupCount(Math.max(1, minimumMembers - 1))
            .setStatisticsEnabled(false)
            .setMergePolicyConfig(new MergePolicyConfig().setPolicy(RingMerge.class.getName())));
    config.addMapConfig(
        new MapConfig(USAGE)
            .setMergePolicyConfig(
                new MergePolicyConfig().setPolicy(PutIfAbsentMergePolicy.class.getName())));
    if (minimumMembers > 1) {
      // Not set on the map: it would also refuse to read. Each change asks it where it is made.
      config.addSplitBrainProtectionConfig(
          new SplitBrainProtectionConfig(RingMembers.PROTECTION, true, minimumMembers));
    }
  }

  /**
   * Opens the histories of the cluster.
   *
   * @param member a running one whose configuration went through {@link #configure} with the same
   *     number; stays the caller's
   * @param deadline so long an append waits for members that do not answer
   */
  public static RingbufferStore open(
      HazelcastInstance member,
      StoreSettings settings,
      int minimumMembers,
      Duration deadline,
      Clock clock) {
    RingbufferStore store = new RingbufferStore(member, settings, minimumMembers, deadline, clock);
    store.commits.start();
    return store;
  }

  /** Where a topic is. */
  static int slot(String topic) {
    return Math.floorMod(topic.hashCode(), SLOT_COUNT);
  }

  @Override
  public void append(List<NewEvent> events, AppendAnswer answer) {
    commits.append(new Append(events, answer));
  }

  @Override
  public CompletionStage<HistoryPage> read(String topic, long after, int maxEvents, long maxBytes) {
    return ask(topic, after, maxEvents, maxBytes)
        .thenApplyAsync(page -> decode(topic, page, maxEvents, maxBytes), this::execute);
  }

  @Override
  public CompletionStage<HistoryBounds> bounds(String topic) {
    return ask(topic, 0, 0, 0).thenApplyAsync(page -> bounds(page.head()), this::execute);
  }

  @Override
  public CompletionStage<List<HistoryBounds>> histories(Pattern pattern, String after, int limit) {
    Set<Integer> asked =
        pattern.isExact()
            ? Set.of(slot(pattern.text()))
            : IntStream.range(0, SLOT_COUNT).boxed().collect(Collectors.toSet());
    return question(() -> slots.submitToKeys(asked, new RingList(pattern.text(), after, limit)))
        .thenApplyAsync(
            found ->
                found.values().stream()
                    .filter(Objects::nonNull)
                    .flatMap(heads -> heads.heads().stream())
                    .sorted(Comparator.comparing(Head::topic))
                    .limit(limit)
                    .map(this::bounds)
                    .toList(),
            this::execute);
  }

  @Override
  public CompletionStage<HistoryBounds> purge(String topic) {
    return commits.run(() -> backend.purge(topic));
  }

  @Override
  public StoreHealth health() {
    return commits.health();
  }

  @Override
  public CompletionStage<Void> close() {
    closed = true;
    return commits.close().thenRun(readers::shutdown);
  }

  // ---- reading

  /**
   * Asks for a part of a history that every copy has. What only the leading one is known to have
   * could be gone with it, and its offsets stand for other events then.
   */
  private CompletionStage<RingPage> ask(String topic, long after, int maxEvents, long maxBytes) {
    return page(topic, after, maxEvents, maxBytes)
        .thenCompose(
            page ->
                page.isPresent() && page.get().isSettled()
                    ? CompletableFuture.completedStage(page.get())
                    : settle(topic, page, () -> page(topic, after, maxEvents, maxBytes)));
  }

  private CompletionStage<RingPage> settle(
      String topic, Optional<RingPage> seen, Question<Optional<RingPage>> again) {
    int slot = slot(topic);
    RingAppend nothing =
        new RingAppend(
            List.of(),
            Map.of(),
            new RingAppend.Terms(
                minimumMembers, clock.millis(), Long.MIN_VALUE, 0, 0, false, false),
            backend.told(slot));
    return question(() -> slots.submitToKey(slot, nothing))
        .thenCompose(
            answer -> {
              backend.confirm(slot, answer);
              if (answer.refusal() != RingAnswer.Refusal.NONE) {
                // Nobody appends now: what is here is all there is to read.
                return CompletableFuture.completedStage(
                    seen.orElseGet(() -> unused(topic, Epochs.fresh())));
              }
              return again
                  .ask()
                  .thenApply(
                      page ->
                          page.map(found -> found.upTo(settled(answer, found.head())))
                              .orElseGet(() -> unused(topic, Epochs.fresh())));
            });
  }

  /** Up to where every copy has a history, after an answer that says what the copies were told. */
  private static long settled(RingAnswer answer, Head head) {
    return answer.told().stream()
        .filter(one -> one.topic().equals(head.topic()) && one.epoch().equals(head.epoch()))
        .mapToLong(RingAnswer.Told::last)
        .findFirst()
        .orElse(0);
  }

  private static RingPage unused(String topic, String epoch) {
    return new RingPage(Head.unused(topic, epoch), 0, false, 1, List.of());
  }

  private CompletionStage<Optional<RingPage>> page(
      String topic, long after, int maxEvents, long maxBytes) {
    long ruleEvents = settings.rules().apply(topic).maxEvents();
    RingRead read = new RingRead(topic, after, maxEvents, maxBytes, ruleEvents);
    return question(() -> slots.submitToKey(slot(topic), read)).thenApply(Optional::ofNullable);
  }

  private HistoryPage decode(String name, RingPage page, int maxEvents, long maxBytes) {
    List<EventFrame> frames = new ArrayList<>();
    Topic topic = new Topic(name);
    long bytes = 0;
    for (int i = 0; i < page.rows().size() && frames.size() < maxEvents && bytes < maxBytes; i++) {
      Position position = new Position(page.head().epoch(), page.from() + i);
      Optional<Event> event = EventBytes.decode(topic, position, page.rows().get(i));
      if (event.isEmpty()) {
        throw new StoreUnavailableException(
            "event " + position.offset() + " of topic " + name + " is not as it was written");
      }
      EventFrame frame = new EventFrame(event.get());
      frames.add(frame);
      bytes += frame.size();
    }
    return new HistoryPage(bounds(page.head()), frames);
  }

  private HistoryBounds bounds(Head head) {
    return head.bounds(settings.rules().apply(head.topic()));
  }

  private interface Question<T> {
    CompletionStage<T> ask();
  }

  /**
   * Asks, and asks again until the deadline where the member that was asked leaves meanwhile: what
   * is asked changes nothing, and another member takes over soon.
   */
  private <T> CompletionStage<T> question(Question<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    askUntil(System.nanoTime() + deadline.toNanos(), question, answer);
    return answer
        .orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(
            failure -> {
              throw failure instanceof StoreUnavailableException known
                  ? known
                  : new StoreUnavailableException(
                      "the store in the cluster can't be read: " + reason(failure), failure);
            });
  }

  private <T> void askUntil(long untilNanos, Question<T> question, CompletableFuture<T> answer) {
    if (closed) {
      answer.completeExceptionally(new StoreUnavailableException("the store is closed"));
      return;
    }
    CompletionStage<T> asked;
    try {
      asked = question.ask();
    } catch (RuntimeException e) {
      asked = CompletableFuture.failedFuture(e);
    }
    asked.whenComplete(
        (found, failure) -> {
          if (failure == null) {
            answer.complete(found);
          } else if (mayPass(failure)
              && System.nanoTime() + RingBackend.PAUSE_NANOS - untilNanos < 0) {
            CompletableFuture.delayedExecutor(RingBackend.PAUSE_NANOS, TimeUnit.NANOSECONDS)
                .execute(() -> askUntil(untilNanos, question, answer));
          } else {
            answer.completeExceptionally(failure);
          }
        });
  }

  /** Whether another member may answer; none does once this one has left the cluster. */
  private static boolean mayPass(Throwable failure) {
    return !(cause(failure) instanceof HazelcastInstanceNotActiveException);
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private String reason(Throwable failure) {
    @Nullable String message = cause(failure).getMessage();
    return message == null ? "no answer within " + deadline.toMillis() + " ms" : message;
  }

  private void execute(Runnable work) {
    try {
      readers.execute(work);
    } catch (RejectedExecutionException e) {
      // Closed meanwhile; what was read is as good as ever.
      work.run();
    }
  }
}
