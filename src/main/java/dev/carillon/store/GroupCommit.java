package dev.carillon.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that changes a store. Everything that waits becomes one transaction, so that what
 * a disk needs for one is shared by all: speed comes from load, and who is alone does not wait.
 *
 * <p>Between transactions it does upkeep in small steps, and while the store refuses it tries about
 * once a second whether it works again.
 */
final class GroupCommit {
  private static final Logger LOG = LoggerFactory.getLogger("carillon.store");
  private static final int CHUNK = 1024;
  private static final long UPKEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Upkeep between two transactions takes about so long at most, or as long as the last one. */
  private static final long MAX_UPKEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final String CLOSED = "the store is closed";

  /** What is changed; called by the one thread only. */
  interface Backend {

    /**
     * Stores as one transaction what can be stored.
     *
     * @return what became of each append, in their order
     * @throws Exception when nothing is stored
     */
    List<AppendOutcome> commit(List<Append> appends) throws Exception;

    /**
     * One small step of upkeep.
     *
     * @return whether there is more to do
     */
    boolean upkeep() throws Exception;

    /** Whether upkeep has something to do that should not wait for its turn. For the one thread. */
    default boolean isUpkeepUrgent() {
      return false;
    }

    /** Changes something small, to find out whether that works. */
    void probe() throws Exception;

    /** How the store is after a failure. */
    StoreHealth diagnose(Exception failure);

    void close() throws Exception;
  }

  private sealed interface Item {}

  private record AppendItem(Append append) implements Item {}

  /** Something for the writer thread that is not an append. */
  private record Task<T>(ThrowingWork<T> work, CompletableFuture<T> done) implements Item {}

  /** Behind everything that is still to be done. */
  private record End() implements Item {}

  private final Backend backend;
  private final String name;
  private final long batchBytes;
  private final MessagePassingQueue<Item> mailbox = new MpscUnboundedAtomicArrayQueue<>(CHUNK);
  private final AtomicBoolean idle = new AtomicBoolean();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final Thread thread;

  /** The writer thread takes nothing out of the mailbox any more. */
  private volatile boolean ended;

  private volatile StoreHealth health = new StoreHealth.Healthy();

  // The writer thread's own.
  private long upkeepDueNanos = System.nanoTime();
  private long probeDueNanos;
  private long commitNanos;
  private @Nullable Task<?> taskBehindAppends;
  private boolean endReached;

  /**
   * Makes the thread; {@link #start} follows.
   *
   * @param name of the store, for logs and reasons
   */
  GroupCommit(String name, long batchBytes, Backend backend) {
    this.name = name;
    this.batchBytes = batchBytes;
    this.backend = backend;
    this.thread = new Thread(this::run, "carillon-store");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  StoreHealth health() {
    return health;
  }

  /** Hands an append over; it is answered once, on the writer thread while there is one. */
  void append(Append append) {
    offer(new AppendItem(append));
  }

  /** Does something on the writer thread, behind every append that was handed over before. */
  <T> CompletionStage<T> run(ThrowingWork<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    offer(new Task<>(work, done));
    return done;
  }

  private void offer(Item item) {
    mailbox.offer(item);
    if (ended) {
      refuseWhatIsLeft();
    } else {
      wake();
    }
  }

  /** Something that may fail as the store does. */
  interface ThrowingWork<T> {
    T run() throws Exception;
  }

  /** A reader found what no writer can mend. */
  void failFromOutside(StoreHealth.Failed found) {
    become(found);
  }

  CompletionStage<Void> close() {
    offer(new End());
    return closed;
  }

  // ---- the writer thread

  private void run() {
    try {
      work();
    } catch (Error e) {
      LOG.error("the writer thread of a store ends name={}", name, e);
    } finally {
      if (!endReached) {
        // An error of the machine, out of memory say; who waits must hear of it all the same.
        become(new StoreHealth.Failed("store " + name + ": its writer thread has ended"));
      }
      ended = true;
      refuseWhatIsLeft();
      try {
        backend.close();
      } catch (Exception e) {
        LOG.warn("store did not close well name={} reason={}", name, e.getMessage());
      }
      closed.complete(null);
    }
  }

  private void work() {
    while (true) {
      List<Append> batch = takeBatch();
      commitNanos = 0;
      if (!batch.isEmpty()) {
        long begun = System.nanoTime();
        commit(batch);
        commitNanos = System.nanoTime() - begun;
      }
      Task<?> task = taskBehindAppends;
      if (task != null) {
        taskBehindAppends = null;
        perform(task);
      }
      if (endReached) {
        return;
      }
      boolean more = upkeepIfDue();
      if (!more && batch.isEmpty() && task == null && mailbox.isEmpty()) {
        await();
      }
    }
  }

  private <T> void perform(Task<T> task) {
    try {
      refuseUnlessHealthy();
      task.done().complete(task.work().run());
    } catch (StoreUnavailableException e) {
      task.done().completeExceptionally(e);
    } catch (Exception e) {
      fail(e);
      task.done().completeExceptionally(new StoreUnavailableException(reason(), e));
    }
  }

  /**
   * Answers what came after the writer thread looked for the last time. For any thread: one at a
   * time takes out of the mailbox, and the writer thread does not any more.
   */
  private synchronized void refuseWhatIsLeft() {
    String reason = health instanceof StoreHealth.Failed failed ? failed.reason() : CLOSED;
    for (Item item = mailbox.poll(); item != null; item = mailbox.poll()) {
      if (item instanceof AppendItem waiting) {
        answer(waiting.append(), new AppendOutcome.Unavailable(reason));
      } else if (item instanceof Task<?> task) {
        task.done().completeExceptionally(new StoreUnavailableException(reason));
      }
    }
  }

  /** The appends that wait, up to a bound, or up to a task, which is left for after them. */
  private List<Append> takeBatch() {
    List<Append> batch = new ArrayList<>();
    long bytes = 0;
    while (bytes < batchBytes) {
      Item item = mailbox.relaxedPoll();
      if (item instanceof AppendItem waiting) {
        batch.add(waiting.append());
        bytes += waiting.append().bytes();
      } else if (item instanceof Task<?> task) {
        taskBehindAppends = task;
        break;
      } else if (item instanceof End) {
        endReached = true;
        break;
      } else {
        break;
      }
    }
    return batch;
  }

  private void commit(List<Append> batch) {
    List<AppendOutcome> outcomes;
    try {
      refuseUnlessHealthy();
      outcomes = backend.commit(batch);
    } catch (StoreUnavailableException e) {
      refuse(batch, String.valueOf(e.getMessage()));
      return;
    } catch (Exception e) {
      fail(e);
      refuse(batch, reason());
      return;
    } catch (Error e) {
      // Nobody knows what it left behind; it ends the thread, see run().
      refuse(batch, "the store failed: " + e);
      throw e;
    }
    for (int i = 0; i < outcomes.size(); i++) {
      answer(batch.get(i), outcomes.get(i));
    }
  }

  private static void refuse(List<Append> batch, String reason) {
    AppendOutcome refusal = new AppendOutcome.Unavailable(reason);
    batch.forEach(append -> answer(append, refusal));
  }

  private static void answer(Append append, AppendOutcome outcome) {
    try {
      append.answer().accept(outcome);
    } catch (RuntimeException e) {
      // Its promise is not to; the others must have their answers all the same.
      LOG.error("an answer failed", e);
    }
  }

  private boolean upkeepIfDue() {
    long now = System.nanoTime();
    if (health instanceof StoreHealth.Refusing) {
      if (now - probeDueNanos >= 0) {
        probe();
        probeDueNanos = System.nanoTime() + PROBE_NANOS;
      }
      return false;
    }
    if (health instanceof StoreHealth.Failed
        || (now - upkeepDueNanos < 0 && !backend.isUpkeepUrgent())) {
      return false;
    }
    try {
      // As long as the events took: what is removed must keep up with what comes in.
      long until = now + Math.max(MAX_UPKEEP_NANOS, commitNanos);
      boolean more;
      do {
        more = backend.upkeep();
      } while (more && System.nanoTime() - until < 0);
      if (!more) {
        upkeepDueNanos = System.nanoTime() + UPKEEP_NANOS;
      }
      return more;
    } catch (Exception e) {
      fail(e);
      return false;
    }
  }

  private void probe() {
    try {
      backend.probe();
      become(new StoreHealth.Healthy());
    } catch (Exception e) {
      become(backend.diagnose(e));
    }
  }

  private void refuseUnlessHealthy() {
    if (health instanceof StoreHealth.Failed failed) {
      throw new StoreUnavailableException(failed.reason());
    }
    if (health instanceof StoreHealth.Refusing && System.nanoTime() - probeDueNanos >= 0) {
      probe();
      probeDueNanos = System.nanoTime() + PROBE_NANOS;
    }
    if (health instanceof StoreHealth.Refusing refusing) {
      throw new StoreUnavailableException(refusing.reason());
    }
  }

  private void fail(Exception failure) {
    become(backend.diagnose(failure));
    probeDueNanos = System.nanoTime() + PROBE_NANOS;
  }

  private String reason() {
    StoreHealth now = health;
    return now instanceof StoreHealth.Refusing refusing
        ? refusing.reason()
        : now instanceof StoreHealth.Failed failed ? failed.reason() : "the store failed";
  }

  private synchronized void become(StoreHealth next) {
    StoreHealth before = health;
    if (before instanceof StoreHealth.Failed || before.equals(next)) {
      return;
    }
    health = next;
    if (next instanceof StoreHealth.Healthy) {
      LOG.info("store works again name={}", name);
    } else if (next instanceof StoreHealth.Refusing refusing) {
      LOG.error("store refuses events name={} reason={}", name, refusing.reason());
    } else if (next instanceof StoreHealth.Failed failed) {
      LOG.error("store has failed until a restart name={} reason={}", name, failed.reason());
    }
  }

  private void await() {
    long now = System.nanoTime();
    long due = health instanceof StoreHealth.Refusing ? probeDueNanos : upkeepDueNanos;
    long nanos = health instanceof StoreHealth.Failed ? PROBE_NANOS : due - now;
    idle.set(true);
    if (mailbox.isEmpty() && nanos > 0) {
      LockSupport.parkNanos(this, nanos);
    }
    idle.set(false);
  }

  private void wake() {
    if (idle.get() && idle.compareAndSet(true, false)) {
      LockSupport.unpark(thread);
    }
  }
}
