package dev.carillon.cluster;

import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.Hole;
import dev.carillon.hub.PendingGaps;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How batches reach one consumer: numbered, acknowledged, bounded in bytes.
 *
 * <p>Owned by the sender's event loop. What finds the link full is dropped and counted per topic;
 * the next batch carries the counts, ahead of its events, so that the far side announces exactly
 * what is missing; of a topic with history it carries which events they were, to be read there.
 */
final class Link {
  /** Topics whose losses are told apart at most; the rest is counted together. */
  private static final int MAX_GAP_TOPICS = 1024;

  private final Consumer<EventBatch> send;
  private final long maxBytes;
  private final Deque<InFlight> inFlight = new ArrayDeque<>();
  private final PendingGaps lost = new PendingGaps(MAX_GAP_TOPICS);
  private final PendingHoles holes = new PendingHoles(MAX_GAP_TOPICS);
  private long lastNumber;
  private long bytesInFlight;
  private long eventsLost;

  /**
   * Makes a link.
   *
   * @param send passes a batch on without waiting
   * @param maxBytes of events sent and not yet acknowledged, at most
   */
  Link(Consumer<EventBatch> send, long maxBytes) {
    this.send = send;
    this.maxBytes = maxBytes;
  }

  /**
   * Sends events, or drops and counts them where they find no room.
   *
   * @param taken runs when the far side has taken them; not when they were dropped
   * @return whether they were sent
   */
  boolean offer(List<EventFrame> frames, @Nullable Runnable taken) {
    long bytes = 0;
    for (int i = 0; i < frames.size(); i++) {
      bytes += frames.get(i).size();
    }
    if (bytesInFlight > 0 && bytesInFlight + bytes > maxBytes) {
      for (EventFrame frame : frames) {
        if (!holes.add(frame)) {
          lost.add(frame, GapReason.OVERLOAD);
          eventsLost++;
        }
      }
      return false;
    }
    send(frames, bytes, taken);
    return true;
  }

  /** Says what is to be read from a history, with the link's own holes where there is no room. */
  void repair(Hole hole) {
    if (!holes.add(hole)) {
      lost.add(
          new Gap(
              hole.topic(),
              hole.to() - hole.from() + 1,
              GapReason.CLUSTER_LOSS,
              hole.from(),
              hole.to(),
              ""));
    }
    if (bytesInFlight < maxBytes) {
      send(List.of(), 0, null);
    }
  }

  /** Sends a gap, or keeps it with the link's own losses until there is room. */
  void announce(Gap gap) {
    lost.add(gap);
    if (bytesInFlight < maxBytes) {
      send(List.of(), 0, null);
    }
  }

  /** The far side has taken every batch up to {@code number}. */
  void acknowledged(long number) {
    take(number);
    if (!(lost.isEmpty() && holes.isEmpty()) && bytesInFlight < maxBytes) {
      send(List.of(), 0, null);
    }
  }

  /** Nothing more will be acknowledged or sent; what was on its way counts as taken. */
  void close() {
    take(Long.MAX_VALUE);
  }

  long bytesInFlight() {
    return bytesInFlight;
  }

  /** Events dropped here so far that nobody can read elsewhere. */
  long eventsLost() {
    return eventsLost;
  }

  private void take(long number) {
    while (!inFlight.isEmpty() && inFlight.peekFirst().number <= number) {
      InFlight batch = inFlight.removeFirst();
      bytesInFlight -= batch.bytes;
      batch.runTaken();
    }
  }

  private void send(List<EventFrame> frames, long bytes, @Nullable Runnable taken) {
    List<Gap> gaps = List.of();
    if (!lost.isEmpty()) {
      gaps = new ArrayList<>();
      lost.drain(gaps::add);
    }
    long number = ++lastNumber;
    inFlight.addLast(new InFlight(number, bytes, taken));
    bytesInFlight += bytes;
    send.accept(new EventBatch(number, gaps, holes.drain(), frames));
  }

  private record InFlight(long number, long bytes, @Nullable Runnable taken) {
    void runTaken() {
      if (taken != null) {
        taken.run();
      }
    }
  }
}
