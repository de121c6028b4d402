package dev.carillon.hub;

import dev.carillon.event.Event;
import dev.carillon.event.EventFrame;
import dev.carillon.event.Gap;
import dev.carillon.event.GapReason;
import dev.carillon.event.Hole;
import dev.carillon.event.Pattern;
import dev.carillon.event.Topic;
import dev.carillon.hub.SubscriberQueue.Offer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Delivers events to the subscribers of one thread.
 *
 * <p>{@link #publish} and {@link #publishBatch} never wait: each event is put into the bounded
 * queue of every subscriber that asked for its topic, once however many of its patterns match, and
 * then each subscriber with something new is made ready once. A server has one hub on the event
 * loop of each gateway; a plain program may make one and use it on the thread that made it.
 *
 * <p>Confined to the thread that made it; with assertions on, another one fails at once.
 */
public final class Hub {
  /**
   * Audiences remembered at most. They only save work: past the bound all are forgotten and built
   * again as events come, so that publishing to ever new topics costs no memory.
   */
  private static final int MAX_AUDIENCES = 1 << 14;

  private static final Pattern EVERYTHING = new Pattern(Gap.MANY_TOPICS);

  private final Thread owner;
  private final HubSettings settings;
  private final HubListener listener;
  private final HubMemory memory;
  private final HistoryReading reading;

  private final Map<String, Subscriber> subscribers = new LinkedHashMap<>();
  private final TopicTree<Subscriber> tree = new TopicTree<>();
  private final Map<String, Audience> audiences = new HashMap<>();

  /**
   * Who got the last event. The next one is often of the same topic, and a name that has just been
   * read is compared sooner than hashed.
   */
  private @Nullable Audience lastAudience;

  /** What the last event was queued as, for the next one once nobody waits for it any more. */
  private @Nullable QueuedFrame lastQueued;

  private final ReadyLine line = new ReadyLine();
  private boolean flushing;

  private Ledger left = Ledger.EMPTY;

  public Hub(HubSettings settings) {
    this(settings, HubListener.NONE);
  }

  public Hub(HubSettings settings, HubListener listener) {
    this(settings, listener, History.NONE);
  }

  /** Makes a hub whose topics may have a history. */
  public Hub(HubSettings settings, HubListener listener, History history) {
    this(settings, listener, history, Thread.currentThread());
  }

  /** Makes a hub for another thread, which has not started yet. */
  Hub(HubSettings settings, HubListener listener, Thread owner) {
    this(settings, listener, History.NONE, owner);
  }

  private Hub(HubSettings settings, HubListener listener, History history, Thread owner) {
    this.owner = owner;
    this.settings = settings;
    this.listener = listener;
    this.memory = new HubMemory(settings.maxBytes(), listener);
    this.reading = new HistoryReading(history, memory, this);
  }

  // ---- subscribers

  /**
   * Adds a subscriber.
   *
   * @param id unique in this hub
   * @throws SubscriberExistsException when the id is in use; nothing is changed then
   */
  public Subscriber subscribe(String id, Collection<Pattern> patterns, Receiver receiver) {
    assert inOwner();
    if (subscribers.containsKey(id)) {
      throw new SubscriberExistsException(id);
    }
    Subscriber subscriber =
        new Subscriber(id, receiver, new SubscriberQueue(settings.limits(), memory));
    subscribers.put(id, subscriber);
    for (Pattern pattern : patterns) {
      add(subscriber, pattern);
    }
    return subscriber;
  }

  /**
   * Removes a subscriber with all its topics. Its queue is closed; what waited is discarded and
   * counted.
   *
   * @throws UnknownSubscriberException when no subscriber has the id
   */
  public void unsubscribe(String id) {
    assert inOwner();
    Subscriber subscriber = subscribers.remove(id);
    if (subscriber == null) {
      throw new UnknownSubscriberException(id);
    }
    for (Pattern pattern : subscriber.patterns()) {
      tree.remove(pattern, subscriber);
      forgetAudiences(pattern);
    }
    memory.totals.behind -= subscriber.behind();
    subscriber.queue().close();
    left = left.plus(subscriber.queue().ledger());
  }

  /**
   * Lets a subscriber ask for one more topic or pattern.
   *
   * @return false when it asks for it already
   */
  public boolean add(Subscriber subscriber, Pattern pattern) {
    assert inOwner();
    if (subscriber.asksFor(pattern)) {
      return false;
    }
    tree.add(pattern, subscriber);
    subscriber.add(tree.held(pattern));
    forgetAudiences(pattern);
    return true;
  }

  /**
   * Ends one of a subscriber's topics or patterns. What already waits is still sent.
   *
   * @return false when it does not ask for it
   */
  public boolean remove(Subscriber subscriber, Pattern pattern) {
    assert inOwner();
    if (!subscriber.asksFor(pattern)) {
      return false;
    }
    subscriber.remove(pattern);
    tree.remove(pattern, subscriber);
    forgetAudiences(pattern);
    reading.forget(subscriber, List.of(pattern));
    return true;
  }

  public Optional<Subscriber> subscriber(String id) {
    return Optional.ofNullable(subscribers.get(id));
  }

  /** All subscribers, oldest first. */
  public Collection<Subscriber> subscribers() {
    return Collections.unmodifiableCollection(subscribers.values());
  }

  /**
   * Moves events that one who left had taken from its queue, but not used, to what was discarded.
   */
  void takeBack(long events) {
    assert inOwner();
    left = left.plus(new Ledger(0, -events, 0, 0, 0, events));
    memory.totals.sent -= events;
    memory.totals.discarded += events;
  }

  // ---- history

  /**
   * Lets a subscriber ask for topics and patterns whose histories are still to be looked at: from
   * now on no event of theirs is missed, and none is delivered before {@link #begin}. What has no
   * history is not kept for it: it is not subscribed yet.
   */
  public void hold(Subscriber subscriber, Collection<Pattern> patterns) {
    assert inOwner();
    // Held before it is added: nothing may come in between.
    reading.hold(subscriber, patterns);
    patterns.forEach(pattern -> add(subscriber, pattern));
  }

  /**
   * Lets held patterns take effect.
   *
   * @param starts where to begin in the histories that there are; live events follow without a hole
   *     and without a repeat
   * @param wait whether nothing is read before {@link #admit}
   */
  public void begin(
      Subscriber subscriber, Collection<Pattern> patterns, List<CursorStart> starts, boolean wait) {
    assert inOwner();
    reading.begin(subscriber, patterns, starts, wait);
  }

  /** Lets a subscriber that waits read from the history. */
  public void admit(Subscriber subscriber) {
    assert inOwner();
    reading.admit(subscriber);
  }

  /** The subscriber's queue has been read from: it may have room for what is in the history. */
  public void roomFor(Subscriber subscriber) {
    assert inOwner();
    reading.lineUp(subscriber);
  }

  /**
   * Reads on for some of those who are behind; the listener hears when it is due again. {@link
   * #flush} follows.
   */
  public void readOn() {
    assert inOwner();
    reading.readOn();
  }

  /** Tries again to read what could not be read. */
  public void retryReading() {
    assert inOwner();
    reading.retry();
  }

  /**
   * Puts an event into one subscriber's queue once more.
   *
   * @return false where it has no room
   */
  public boolean redeliver(Subscriber subscriber, EventFrame frame) {
    assert inOwner();
    boolean accepted = subscriber.queue().accept(new QueuedFrame(frame, policy(frame.topic())));
    if (accepted) {
      mark(subscriber);
    }
    return accepted;
  }

  // ---- topics

  /**
   * Topics and patterns that subscribers ask for, in the order of their text.
   *
   * @param after the text that the first one comes after; the empty text begins
   * @param limit how many at most
   */
  public List<String> topicsAfter(String after, int limit) {
    assert inOwner();
    return tree.textsAfter(after, limit);
  }

  /** How many subscribers asked for exactly this topic or pattern. */
  public int askingFor(Pattern pattern) {
    assert inOwner();
    return tree.count(pattern);
  }

  /** How many subscribers the events of a topic reach. Visits each of them unless it is known. */
  public int audienceSize(String topic) {
    assert inOwner();
    @Nullable Audience known = audiences.get(topic);
    if (known != null) {
      return known.subscribers.length;
    }
    return findAudience(topic).size();
  }

  // ---- publishing

  /** Publishes one event to its subscribers. */
  public void publish(Event event) {
    publish(new EventFrame(event));
  }

  /** Publishes one event that is already encoded. */
  public void publish(EventFrame frame) {
    deliver(frame);
    flush();
  }

  /**
   * Publishes events together: those of one topic go to its subscribers in one pass, in the order
   * given, and each subscriber is made ready once.
   */
  public void publishBatch(Collection<Event> events) {
    deliver(byTopic(events));
    flush();
  }

  /**
   * Puts events into the queues of their subscribers, in the order given. {@link #flush} follows.
   */
  public void deliver(List<EventFrame> frames) {
    for (int i = 0; i < frames.size(); i++) {
      deliver(frames.get(i));
    }
  }

  /**
   * Tells the subscribers of a topic that events were lost before they reached this hub.
   *
   * <p>A gap under {@link Gap#MANY_TOPICS} goes to everyone who asks for anything: who asks for all
   * topics missed all of its events, who asks for less may have missed some, and nobody knows how
   * many.
   */
  public void announce(Gap gap) {
    assert inOwner();
    if (!gap.topic().equals(Gap.MANY_TOPICS)) {
      for (Subscriber subscriber : audience(gap.topic()).subscribers) {
        if (!reading.covers(subscriber, gap)) {
          announce(gap, subscriber);
        }
      }
      return;
    }
    Gap uncounted = new Gap(Gap.MANY_TOPICS, Gap.UNKNOWN, gap.reason());
    for (Subscriber subscriber : subscribers.values()) {
      if (subscriber.patternCount() > 0) {
        announce(subscriber.asksFor(EVERYTHING) ? gap : uncounted, subscriber);
      }
    }
  }

  /**
   * Lets the subscribers of a topic read from its history what did not come the way of live events.
   */
  public void repair(Hole hole) {
    assert inOwner();
    for (Subscriber subscriber : audience(hole.topic()).subscribers) {
      reading.repair(subscriber, hole);
    }
  }

  /** Makes every subscriber ready that got something since the last time. */
  public void flush() {
    flush(Integer.MAX_VALUE);
  }

  /**
   * Makes subscribers ready that got something since their last turn, those first who have waited
   * for longest.
   *
   * @param most how many at most
   */
  public void flush(int most) {
    assert inOwner();
    if (flushing) {
      return;
    }
    flushing = true;
    try {
      Subscriber next;
      for (int left = most; left > 0 && (next = line.poll()) != null; left--) {
        makeReady(next);
      }
    } finally {
      flushing = false;
    }
  }

  /** Whether somebody may still wait for {@link #flush}. */
  public boolean isUnflushed() {
    return !line.isEmpty();
  }

  /** Events delivered since the subscriber whose turn is next has been waiting for it. */
  public long unflushedEvents() {
    return line.events();
  }

  /** Bytes of those events. */
  public long unflushedBytes() {
    return line.bytes();
  }

  // ---- books

  /**
   * The sum over all subscribers there are and were, from the books of each: visits all of them, so
   * for an audit, not for a metric.
   */
  public Ledger ledger() {
    Ledger sum = left;
    for (Subscriber subscriber : subscribers.values()) {
      sum = sum.plus(subscriber.queue().ledger());
    }
    return sum;
  }

  /** The same sum as counted while it happened; costs nothing. */
  public Ledger totals() {
    return memory.totals.ledger();
  }

  /** Events lost for {@code reason} by all subscribers there are and were. */
  public long lost(GapReason reason) {
    return memory.totals.lost.get(reason);
  }

  /** Bytes that wait in all queues together, each event counted once. */
  public long queuedBytes() {
    return memory.bytes();
  }

  /**
   * Recounts everything that this hub keeps running totals of.
   *
   * @throws IllegalStateException naming what is wrong
   */
  public void audit() {
    Set<Pattern> patterns = new HashSet<>();
    for (Subscriber subscriber : subscribers.values()) {
      QueueAudit.check(subscriber.id(), subscriber.queue());
      patterns.addAll(subscriber.patterns());
    }
    QueueAudit.requireEqual(patterns.size(), tree.size(), "the hub", "topics and patterns");
    QueueAudit.checkMemory(subscribers.values(), memory);
    if (!left.isBalanced() || left.queued() != 0) {
      throw new IllegalStateException("the books of those who left do not balance: " + left);
    }
    if (!ledger().equals(totals())) {
      throw new IllegalStateException("the hub counted " + totals() + ", its queues " + ledger());
    }
  }

  /** Events as frames: those of one topic together, in the order given. */
  static List<EventFrame> byTopic(Collection<Event> events) {
    Map<Topic, List<EventFrame>> byTopic = new LinkedHashMap<>();
    for (Event event : events) {
      byTopic.computeIfAbsent(event.topic(), t -> new ArrayList<>(1)).add(new EventFrame(event));
    }
    List<EventFrame> grouped = new ArrayList<>(events.size());
    byTopic.values().forEach(grouped::addAll);
    return grouped;
  }

  /** Puts one event into the queues of its subscribers. {@link #flush} follows. */
  public void deliver(EventFrame frame) {
    assert inOwner();
    Audience audience = audience(frame.topic());
    QueuedFrame queued = queued(frame, audience.policy);
    line.add(audience.subscribers);
    line.delivered(queued.size);
    for (Subscriber subscriber : audience.subscribers) {
      Cursors cursors = subscriber.cursors;
      if (cursors != null && reading.holdsBack(subscriber, cursors, frame)) {
        continue;
      }
      Offer offer = subscriber.queue().offer(queued);
      if (offer != Offer.QUEUED) {
        tell(subscriber, offer, frame);
      }
      subscriber.dirty = true;
    }
  }

  private QueuedFrame queued(EventFrame frame, TopicPolicy policy) {
    QueuedFrame queued = lastQueued;
    if (queued == null || queued.holders > 0) {
      queued = new QueuedFrame(frame, policy);
      lastQueued = queued;
    } else {
      queued.reuse(frame, policy);
    }
    return queued;
  }

  private void announce(Gap gap, Subscriber subscriber) {
    subscriber.queue().lose(gap);
    listener.lost(subscriber);
    mark(subscriber);
  }

  private void tell(Subscriber subscriber, Offer offer, EventFrame frame) {
    if (offer == Offer.NEARLY_FULL) {
      listener.nearlyFull(subscriber);
    } else if (offer == Offer.BEHIND) {
      reading.fallBehind(subscriber, frame);
    } else {
      listener.lost(subscriber);
      subscriber.overflowed |= offer == Offer.OVERFLOWED;
    }
  }

  TopicPolicy policy(String topic) {
    return audience(topic).policy;
  }

  /** Something was put into queues outside of a delivery. */
  void flushSoon() {
    listener.readOnSoon();
  }

  void mark(Subscriber subscriber) {
    if (!subscriber.dirty) {
      subscriber.dirty = true;
      line.add(new Subscriber[] {subscriber});
    }
  }

  private void makeReady(Subscriber subscriber) {
    if (subscriber.queue().isClosed()) {
      return;
    }
    try {
      if (subscriber.overflowed && !subscriber.toldOfOverflow) {
        subscriber.toldOfOverflow = true;
        subscriber.receiver().overflowed(subscriber);
      } else {
        subscriber.receiver().ready(subscriber);
        reading.lineUp(subscriber);
      }
    } catch (RuntimeException e) {
      listener.failed(subscriber, e);
    }
  }

  private Audience audience(String topic) {
    @Nullable Audience last = lastAudience;
    if (last != null && last.topic.equals(topic)) {
      return last;
    }
    @Nullable Audience known = audiences.get(topic);
    Audience audience = known == null ? remember(topic) : known;
    lastAudience = audience;
    return audience;
  }

  private Audience remember(String topic) {
    Audience audience =
        new Audience(
            topic,
            findAudience(topic).toArray(new Subscriber[0]),
            settings.policies().apply(topic));
    if (audiences.size() >= MAX_AUDIENCES) {
      audiences.clear();
    }
    audiences.put(topic, audience);
    return audience;
  }

  /** Every subscriber that asked for the topic, once however many of its patterns match. */
  private List<Subscriber> findAudience(String topic) {
    List<Subscriber> found = new ArrayList<>();
    tree.forEachMatch(
        topic,
        subscriber -> {
          if (!subscriber.isFound) {
            subscriber.isFound = true;
            found.add(subscriber);
          }
        });
    found.forEach(subscriber -> subscriber.isFound = false);
    return found;
  }

  private void forgetAudiences(Pattern changed) {
    lastAudience = null;
    if (changed.isExact()) {
      audiences.remove(changed.text());
    } else {
      audiences.clear();
    }
  }

  private boolean inOwner() {
    if (Thread.currentThread() != owner) {
      throw new AssertionError(
          "a hub belongs to the thread that made it, " + owner.getName() + ": hand the call over");
    }
    return true;
  }
}
