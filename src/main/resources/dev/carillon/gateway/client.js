/**
 * Carillon's JavaScript client: an ES module without dependencies, for browsers and Node 20+.
 *
 *   import { CarillonClient } from '/client.js';
 *   const client = new CarillonClient('https://events.example.com');
 *   const subscription = await client.subscribe('orders.>', (event) => console.log(event.data));
 *   const { eventId } = await client.publish('orders.created', { total: 17 });
 *
 * Types and the meaning of every option are in client.d.ts, beside this file.
 *
 * Sections, from the outside in:
 *   CarillonClient   what an application uses; owns the state and decides when to connect again
 *   Topics           what the application wants to hear, and what the server knows of it
 *   Places           where a subscription is in the histories of its topics
 *   Publishes        events that wait for their acknowledgement
 *   Connection       one WebSocket: frames, answers to commands, signs of life
 *   Values           errors, patterns, jitter, bytes
 *   NodeWebSocket    RFC 6455 for Node versions without a WebSocket of their own
 */

const DEFAULTS = {
  takeover: false,
  timeoutMs: 10_000,
  idleMs: 40_000,
  maxTopics: 10_000,
  random: Math.random,
};
const RECONNECT_DEFAULTS = { minMs: 250, maxMs: 30_000, stableMs: 5_000 };
const PUBLISH_DEFAULTS = {
  timeoutMs: 10_000,
  retries: 5,
  backoffMs: 200,
  maxPending: 1_000,
  maxPendingChars: 16 * 1024 * 1024,
};

/** Close codes that this client sends or has to tell apart. */
const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupported: 1003,
  none: 1005,
  abnormal: 1006,
  invalidText: 1007,
  tooLarge: 1009,
  idle: 4308,
  badFrame: 4400,
};

/** The error code that stands for a final close when the server sent no error frame before it. */
const FINAL_CODES = {
  4400: 'bad_request',
  4401: 'unauthorized',
  4403: 'forbidden',
  4409: 'subscriber_exists',
};

/** `connecting` ends only once everything is subscribed again, so `open` means that events flow. */
const MOVES = {
  connecting: ['open', 'waiting', 'closed'],
  open: ['waiting', 'closed'],
  waiting: ['connecting', 'closed'],
  closed: [],
};

// A longer timer than this many milliseconds fires at once.
const MAX_OPTION = 2 ** 31 - 1;

// A goaway says seconds. A wrong one must not park a client for days.
const MAX_GOAWAY_MS = 600_000;

// So that one subscribe frame stays far below any sensible frame limit of a server.
const TOPICS_PER_COMMAND = 100;

// How long the close event may take after an error event.
const CLOSE_EVENT_MS = 100;

// Events of a history in one HTTP call.
const HISTORY_PAGE = 1_000;

// Histories found by patterns that one subscription remembers its place in.
const MAX_PLACES = 10_000;

// Places in one subscribe command: as many as a server takes by default.
const MAX_FROM = 1_000;

// Ranges of offsets that are remembered of one history, and replays of one client.
const MAX_RANGES = 64;
const MAX_REPLAYS = 1_000;

// Topics of events whose handlers are remembered; past it the memory starts anew.
const MAX_CACHED_AUDIENCES = 1_000;

// ------------------------------------------------------------------------------------------------
// CarillonClient
// ------------------------------------------------------------------------------------------------

export class CarillonClient {
  #options;
  #url;
  #state = 'connecting';
  #connection = null;
  #welcome = null;
  #topics;
  #publishes;
  #attempt = 0;
  #openedAt = null;
  #goaway = null;
  #timer = null;
  #lastId = 0;
  #nextId = () => ++this.#lastId;

  constructor(url, options = {}) {
    this.#url = webSocketUrl(url);
    this.#options = withDefaults(options);
    this.#topics = new Topics(this.#options, (error) => this.#report(error));
    this.#publishes = new Publishes(this.#options, this.#nextId);
    this.#connect();
  }

  get state() {
    return this.#state;
  }

  get subscriber() {
    return this.#welcome?.subscriber;
  }

  get node() {
    return this.#welcome?.node;
  }

  async subscribe(topics, onEvent, { onGap, onRecovery, from } = {}) {
    this.#refuseIfClosed();
    return this.#topics.subscribe(topics, onEvent, { onGap, onRecovery, from });
  }

  /** The events of a topic's history, oldest first, page by page over HTTP. */
  async *history(topic, { after = 0, limit = Infinity } = {}) {
    checkPage(after, limit);
    let place = after;
    let left = limit;
    let epoch;
    for (;;) {
      this.#refuseIfClosed();
      const page = await this.#historyPage(topic, place, Math.min(left, HISTORY_PAGE));
      if (epoch !== undefined && page.epoch !== epoch) {
        throw new CarillonError('history_lost', `the history of ${topic} began anew`, { topic });
      }
      epoch = page.epoch;
      for (const event of page.events) {
        place = event.offset;
        yield { ...withoutType(decodeData(event)), epoch };
      }
      left -= page.events.length;
      if (left <= 0 || page.events.length === 0 || place >= page.last) {
        return;
      }
    }
  }

  async #historyPage(topic, after, limit) {
    const url = new URL(this.#url);
    url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
    url.pathname = url.pathname.replace(/ws$/, `topics/${encodeURIComponent(topic)}/events`);
    url.searchParams.set('after', after);
    url.searchParams.set('limit', limit);
    const secret = await this.#secret();
    return getJson(url, secret, this.#options.timeoutMs);
  }

  publish(topic, data, { key, eventId } = {}) {
    return this.#answered(async () => {
      this.#refuseIfClosed();
      const [answer] = await this.#publishes.add([{ topic, data, key, eventId }], false);
      return answer;
    });
  }

  publishBatch(events) {
    return this.#answered(async () => {
      this.#refuseIfClosed();
      if (!Array.isArray(events)) {
        throw new CarillonError('bad_request', 'publishBatch needs an array of events');
      }
      return events.length === 0 ? [] : this.#publishes.add(events, true);
    });
  }

  close() {
    if (this.#state !== 'closed') {
      this.#connection?.leave(CLOSE.normal, 'closed by the application');
      this.#shut({ code: CLOSE.normal, reason: 'closed by the application' });
    }
  }

  /** A failed publish reaches `onError`; with one, a promise nobody awaits is no second alarm. */
  #answered(publish) {
    const answer = publish();
    if (this.#options.onError) {
      answer.catch((error) => this.#report(error));
    }
    return answer;
  }

  #refuseIfClosed() {
    if (this.#state === 'closed') {
      throw new CarillonError('closed', 'the client is closed');
    }
  }

  /** The only place that changes the state. */
  #move(next, detail) {
    if (!MOVES[this.#state].includes(next)) {
      throw new Error(`the client cannot go from ${this.#state} to ${next}`);
    }
    this.#state = next;
    call(this.#options.onState, [next, detail], (error) => this.#report(error));
  }

  async #connect() {
    this.#goaway = null;
    this.#openedAt = null;
    let socket;
    try {
      const WebSocket = this.#options.WebSocket ?? globalThis.WebSocket ?? (await nodeWebSocket());
      const url = await this.#address();
      if (this.#state !== 'connecting') {
        return;
      }
      socket = new WebSocket(url);
    } catch (cause) {
      if (this.#state === 'connecting') {
        const error = new CarillonError('unreachable', `cannot connect: ${cause.message}`, {
          retryable: true,
          cause,
        });
        this.#ended({ code: CLOSE.abnormal, reason: 'cannot connect', error });
      }
      return;
    }
    const connection = new Connection(socket, this.#options, this.#nextId, {
      welcomed: (frame) => this.#welcomed(connection, frame),
      received: (frame) => this.#received(connection, frame),
      ended: (end) => this.#ended(end),
    });
    this.#connection = connection;
  }

  async #address() {
    const { subscriber, takeover } = this.#options;
    const url = new URL(this.#url);
    if (subscriber !== undefined) {
      url.searchParams.set('subscriber', subscriber);
      // After the first welcome the id is ours: the older connection it may still be bound to is
      // our own, broken one, and waiting until the server notices would cost a minute of events.
      if (takeover || this.#welcome) {
        url.searchParams.set('takeover', 'true');
      }
    }
    const secret = await this.#secret();
    if (secret !== undefined) {
      url.searchParams.set('token', secret);
    }
    return url.href;
  }

  async #secret() {
    const { token } = this.#options;
    return typeof token === 'function' ? token() : token;
  }

  async #welcomed(connection, frame) {
    this.#welcome = frame;
    await this.#topics.connected((command, taken) => connection.request(command, taken));
    if (this.#connection !== connection) {
      return;
    }
    this.#openedAt = now();
    // Older events first: `onState` may publish newer ones.
    this.#publishes.connected((text) => connection.send(text));
    if (this.#connection === connection) {
      this.#move('open', { subscriber: frame.subscriber, node: frame.node });
    }
  }

  #received(connection, frame) {
    switch (frame.type) {
      case 'event':
        return this.#topics.deliver(withoutType(frame));
      case 'gap':
        return this.#topics.announce(withoutType(frame));
      case 'published':
        return this.#publishes.answered(frame);
      case 'error':
        return this.#publishes.refused(frame.id, errorOf(frame));
      case 'goaway':
        return this.#goAway(connection, frame);
      default:
        // A newer server may say more than this client knows.
        return undefined;
    }
  }

  /** Stays on the old connection while it lasts: what the server has queued comes over it. */
  #goAway(connection, { reason, reconnectAfterMs }) {
    const { reconnect, random } = this.#options;
    const delayMs = Number.isFinite(reconnectAfterMs)
      ? Math.min(Math.max(reconnectAfterMs, 0), MAX_GOAWAY_MS)
      : jittered(0, reconnect.minMs, reconnect.maxMs, random);
    this.#goaway = { reason, at: now() + delayMs };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      connection.abandon(CLOSE.normal, 'goaway', { code: CLOSE.goingAway, reason });
    }, delayMs);
  }

  #ended({ code, reason, error }) {
    clearTimeout(this.#timer);
    this.#connection = null;
    this.#topics.disconnected();
    if (isFinal(code)) {
      this.#shut({ code, reason, error: finalError(code, reason, error) });
      return;
    }
    this.#publishes.disconnected(code);
    const delayMs = this.#delayMs();
    this.#timer = setTimeout(() => {
      this.#move('connecting', { attempt: this.#attempt });
      if (this.#state === 'connecting') {
        this.#connect();
      }
    }, delayMs);
    this.#move('waiting', { code, reason, error, delayMs, attempt: this.#attempt });
  }

  #delayMs() {
    const { reconnect, random } = this.#options;
    // Only a connection that lasted proves that the server takes us; one that is accepted and
    // broken at once must not be tried again at full speed.
    if (this.#openedAt !== null && now() - this.#openedAt >= reconnect.stableMs) {
      this.#attempt = 0;
    }
    if (this.#goaway) {
      return Math.max(0, this.#goaway.at - now());
    }
    return jittered(this.#attempt++, reconnect.minMs, reconnect.maxMs, random);
  }

  #shut({ code, reason, error }) {
    clearTimeout(this.#timer);
    this.#connection = null;
    this.#move('closed', { code, reason, error });
    if (error) {
      this.#report(error);
    }
    const rejection = error ?? new CarillonError('closed', 'the client was closed');
    this.#topics.close(rejection);
    this.#publishes.close(rejection);
  }

  #report(error) {
    const { onError } = this.#options;
    if (onError) {
      call(onError, [error], rethrow);
    } else if (error.code === 'handler_failed') {
      rethrow(error.cause);
    }
  }
}

// ------------------------------------------------------------------------------------------------
// Topics
// ------------------------------------------------------------------------------------------------

/**
 * The application's subscriptions, and which of their topics and patterns the server knows.
 *
 * A topic is asked for once, however many subscriptions want it. Its phase is what the server has:
 * `idle` nothing, `asking` asked and not answered, `held` subscribed, `later` refused for now, and
 * `leaving` asked to forget. Changes are gathered for a moment and sent together.
 */
class Topics {
  #options;
  #report;
  #entries = new Map();
  #subscriptions = new Set();
  #audiences = new Map();
  #readers = new Map();
  #changed = new Set();
  #replays = new Replays();
  #scheduled = false;
  #request = null;
  #whenAsked = null;

  constructor(options, report) {
    this.#options = options;
    this.#report = report;
  }

  /** Resolves to the application's handle once the server holds every topic. */
  subscribe(topicOrTopics, onEvent, { onGap, onRecovery, from }) {
    const topics = [
      ...new Set(typeof topicOrTopics === 'string' ? [topicOrTopics] : topicOrTopics),
    ];
    if (topics.length === 0 || topics.some((topic) => typeof topic !== 'string')) {
      throw new TypeError('subscribe needs a topic, or an array of at least one');
    }
    if (typeof onEvent !== 'function') {
      throw new TypeError('subscribe needs a function that takes an event');
    }
    checkFrom(from);
    const added = topics.filter((topic) => !this.#entries.has(topic)).length;
    if (this.#entries.size + added > this.#options.maxTopics) {
      throw new CarillonError('limit_exceeded', `more than ${this.#options.maxTopics} topics`);
    }
    return new Promise((resolve, reject) => {
      const subscription = {
        topics: new Map(topics.map((topic) => [topic, compilePattern(topic)])),
        missing: new Set(topics),
        onEvent,
        onGap,
        onRecovery,
        from,
        places: new Places(from, new Set(topics), this.#replays),
        active: true,
        established: false,
        reject,
        resolve: () => resolve({ topics, unsubscribe: () => this.#release(subscription) }),
      };
      this.#subscriptions.add(subscription);
      this.#audiencesChanged();
      for (const topic of topics) {
        // A topic that can't be joined ends the whole of it.
        if (subscription.active) {
          this.#join(topic, subscription);
        }
      }
    });
  }

  /**
   * Asks the server for everything on a new connection. Resolves once each topic was answered;
   * what was refused for now is asked for again later. Never rejects.
   */
  connected(request) {
    this.#request = request;
    const asked = new Promise((resolve) => {
      this.#whenAsked = resolve;
    });
    this.#entries.forEach((entry) => this.#changed.add(entry));
    this.#reconcile();
    return asked;
  }

  disconnected() {
    this.#request = null;
    this.#whenAsked = null;
    for (const entry of this.#entries.values()) {
      clearTimeout(entry.timer);
      this.#become(entry, 'idle');
    }
  }

  deliver(event) {
    for (const subscription of this.#audience(event.topic, event.offset !== undefined)) {
      if (subscription.active && subscription.places.took(event)) {
        call(subscription.onEvent, [event], this.#report);
      }
    }
  }

  announce(gap) {
    // Without a topic a gap concerns all of them.
    const concerned =
      gap.topic === undefined
        ? [...this.#subscriptions]
        : this.#audience(gap.topic, gap.from !== undefined || gap.epoch !== undefined);
    const told = concerned
      .filter(({ active }) => active)
      .map((subscription) => ({ subscription, news: subscription.places.lost(gap) }));
    const news = told.filter((one) => one.news !== undefined);
    if (news.length > 0 || told.length === 0) {
      const widest = news.find((one) => one.news === gap) ?? news[0];
      call(this.#options.onGap, [widest?.news ?? gap], this.#report);
    }
    for (const { subscription, news: own } of news) {
      if (subscription.active) {
        call(subscription.onGap, [own], this.#report);
      }
    }
  }

  close(error) {
    this.disconnected();
    for (const subscription of this.#subscriptions) {
      subscription.active = false;
      subscription.reject(error);
    }
    this.#entries.forEach((entry) => entry.leave.resolve());
    this.#entries.clear();
    this.#changed.clear();
    this.#subscriptions.clear();
    this.#audiencesChanged();
  }

  /** Whom an event of a topic is for; of a history only those who have begun in it. */
  #audience(topic, isOfHistory) {
    const audiences = isOfHistory ? this.#readers : this.#audiences;
    let audience = audiences.get(topic);
    if (!audience) {
      const tokens = topic.split('.');
      audience = [...this.#subscriptions].filter((subscription) =>
        [...subscription.topics].some(
          ([asked, takes]) => takes(tokens) && this.#hasBegun(subscription, asked, isOfHistory),
        ),
      );
      if (audiences.size >= MAX_CACHED_AUDIENCES) {
        audiences.clear();
      }
      audiences.set(topic, audience);
    }
    return audience;
  }

  /** Before the answer events come for other topics only, and older ones may follow. */
  #hasBegun({ missing }, topic, isOfHistory) {
    return !missing.has(topic) && (!isOfHistory || this.#entries.get(topic)?.phase === 'held');
  }

  #audiencesChanged() {
    this.#audiences.clear();
    this.#readers.clear();
  }

  #join(topic, subscription) {
    let entry = this.#entries.get(topic);
    if (entry?.subscriptions.size === 0) {
      // Whoever was leaving is done: the topic stays for the newcomer.
      entry.leave.resolve();
      entry.leave = deferred();
    }
    if (!entry) {
      entry = {
        topic,
        subscriptions: new Set(),
        phase: 'idle',
        alone: false,
        again: false,
        former: null,
        refusals: 0,
        timer: null,
        leave: deferred(),
      };
      this.#entries.set(topic, entry);
    }
    entry.subscriptions.add(subscription);
    if (entry.phase === 'held') {
      this.#joinHeld(entry, subscription);
    }
    this.#touch(entry);
  }

  /** Joins a topic that the server has subscribed already. */
  #joinHeld(entry, subscription) {
    const { topic, subscriptions, former } = entry;
    const other = [...subscriptions].find(({ missing }) => !missing.has(topic));
    const places = other?.places ?? former;
    if (subscription.from === undefined || !places.has(topic)) {
      subscription.places.copy(places, topic);
      this.#established(subscription, topic);
    } else if (isPattern(topic) && other) {
      // To ask for it again would lose what comes meanwhile on topics without history.
      const error = new CarillonError(
        'already_subscribed',
        `another subscription has ${topic} already: this one can't begin elsewhere in its histories`,
      );
      this.#drop(subscription, entry, error);
    } else {
      entry.again = true;
    }
  }

  #established(subscription, topic) {
    subscription.missing.delete(topic);
    this.#audiencesChanged();
    if (subscription.missing.size === 0 && !subscription.established) {
      subscription.established = true;
      subscription.resolve();
    }
  }

  /** Ends a subscription; resolves once the server has forgotten what nobody else wants. */
  async #release(subscription) {
    subscription.active = false;
    this.#subscriptions.delete(subscription);
    this.#audiencesChanged();
    const entries = [...subscription.topics.keys()].flatMap(
      (topic) => this.#entries.get(topic) ?? [],
    );
    subscription.topics.clear();
    const forgotten = entries.map((entry) => {
      entry.subscriptions.delete(subscription);
      entry.former = subscription.places;
      this.#touch(entry);
      return entry.subscriptions.size === 0 ? entry.leave.promise : undefined;
    });
    await Promise.all(forgotten);
  }

  #touch(entry) {
    this.#changed.add(entry);
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#reconcile();
      });
    }
  }

  #become(entry, phase) {
    entry.phase = phase;
    this.#audiencesChanged();
    this.#touch(entry);
  }

  /** Brings what the server knows of the changed topics closer to what the application wants. */
  #reconcile() {
    const wanted = [];
    const unwanted = [];
    for (const entry of this.#changed) {
      const { phase, subscriptions, again } = entry;
      if (subscriptions.size === 0 && (phase === 'idle' || phase === 'later')) {
        this.#forget(entry);
      } else if (this.#request && phase === 'idle') {
        wanted.push(entry);
      } else if (this.#request && phase === 'held' && (subscriptions.size === 0 || again)) {
        unwanted.push(entry);
      }
    }
    this.#changed.clear();
    groups(unwanted).forEach((entries) => this.#leave(entries));
    this.#commands(wanted).forEach((command) => this.#ask(command));
    if (
      this.#whenAsked &&
      ![...this.#entries.values()].some(({ phase }) => phase === 'asking' || phase === 'idle')
    ) {
      this.#whenAsked();
      this.#whenAsked = null;
    }
  }

  #forget(entry) {
    clearTimeout(entry.timer);
    entry.leave.resolve();
    if (this.#entries.get(entry.topic) === entry) {
      this.#entries.delete(entry.topic);
    }
  }

  /** What is to be asked together, each with the places that it begins at. */
  #commands(wanted) {
    const commands = [];
    let room = null;
    for (const entry of wanted) {
      const { from, ...asked } = placesOf(entry);
      const places = Object.keys(from).length;
      if (!room || entry.alone || room.asked.length === TOPICS_PER_COMMAND || room.left < places) {
        room = { asked: [], from: {}, left: MAX_FROM };
        commands.push(room);
      }
      room.asked.push({ entry, subscriptions: [...entry.subscriptions], ...asked });
      room.left = entry.alone ? -1 : room.left - places;
      for (const [topic, place] of Object.entries(from)) {
        putEarlier(room, topic, place);
      }
    }
    commands.forEach(grantWishes);
    return commands;
  }

  async #ask({ asked, from }) {
    const request = this.#request;
    const entries = asked.map(({ entry }) => entry);
    entries.forEach((entry) => {
      entry.phase = 'asking';
      entry.again = false;
    });
    const command = { type: 'subscribe', topics: entries.map(({ topic }) => topic) };
    const places = Object.keys(from).length;
    // While events flow, others may be ahead of any place by the time the server begins there.
    const replayed = this.#replays.ask(
      this.#whenAsked ? asked.flatMap(({ replays }) => replays) : Object.keys(from),
    );
    try {
      await request(places > 0 ? { ...command, from } : command, (answer) => {
        this.#replays.answer(replayed);
        if (this.#request === request) {
          this.#note(asked, answer, from);
        }
      });
    } catch (error) {
      this.#replays.answer(replayed);
      if (this.#request === request) {
        this.#refused(entries, error, places);
      }
    }
  }

  /** At once, because what comes next may be an event that begins there. */
  #note(asked, answer, from) {
    const told = new Map((answer.topics ?? []).map((topic) => [topic.topic, topic]));
    for (const { entry, complete, subscriptions } of asked) {
      const topic = told.get(entry.topic) ?? { topic: entry.topic };
      const there = subscriptions.filter((subscription) => entry.subscriptions.has(subscription));
      subscriptions.forEach(({ places }) => places.told(topic, from));
      this.#tellRecovery(entry, topic, there, complete, from[entry.topic]);
      entry.alone = false;
      entry.refusals = 0;
      this.#become(entry, 'held');
      there.forEach((subscription) => this.#established(subscription, entry.topic));
      // Those that came after the question was asked.
      for (const subscription of [...entry.subscriptions]) {
        if (!subscriptions.includes(subscription)) {
          this.#joinHeld(entry, subscription);
        }
      }
    }
  }

  #tellRecovery({ topic }, { recovered }, subscriptions, complete, place) {
    // A place in a history that is no more can't be gone on from.
    const isDoubtful = !complete || (recovered === undefined && place?.epoch !== undefined);
    if (recovered === undefined && !isDoubtful) {
      return;
    }
    // Who has just joined a topic hears of it alone: the others were hardly away.
    const joined = subscriptions.filter(({ missing }) => missing.has(topic));
    const hear = joined.length > 0 && complete ? joined : subscriptions;
    const told = hear.map(({ onRecovery, from, missing }) => {
      // What is left is all that such a wish is for; only others can have lost something.
      const hasAll = missing.has(topic) && from !== undefined && from.epoch === undefined;
      const all = !isDoubtful && (hasAll || recovered !== false);
      return { onRecovery, recovery: { topic, recovered: all } };
    });
    const all = told.every(({ recovery }) => recovery.recovered);
    call(this.#options.onRecovery, [{ topic, recovered: all }], this.#report);
    told.forEach(({ onRecovery, recovery }) => call(onRecovery, [recovery], this.#report));
  }

  async #leave(entries) {
    const request = this.#request;
    entries.forEach((entry) => {
      entry.phase = 'leaving';
    });
    this.#audiencesChanged();
    // Refused only where the server does not know the topic any more.
    await request({ type: 'unsubscribe', topics: entries.map(({ topic }) => topic) }).catch(
      () => {},
    );
    if (this.#request === request) {
      entries.forEach((entry) => this.#become(entry, 'idle'));
    }
  }

  #refused(entries, error, places) {
    if (entries.length === 1 && error.code === 'limit_exceeded' && places > 1) {
      // More places than this server takes: the topic begins live, and that is told.
      const [entry] = entries;
      entry.subscriptions.forEach((subscription) => subscription.places.giveUp(entry.topic));
      this.#become(entry, 'idle');
      return;
    }
    if (entries.length > 1 && !error.retryable) {
      // One bad topic fails the whole command; asked for one by one, only the bad one fails.
      for (const entry of entries) {
        entry.alone = true;
        this.#become(entry, 'idle');
      }
      return;
    }
    entries.forEach((entry) => this.#refusedAlone(entry, error));
  }

  #refusedAlone(entry, error) {
    const { reconnect, publish, random } = this.#options;
    const refusals = entry.refusals++;
    for (const subscription of [...entry.subscriptions]) {
      const lasting = error.retryable && (subscription.established || refusals < publish.retries);
      if (!lasting) {
        this.#drop(subscription, entry, error);
      }
    }
    if (!error.retryable) {
      this.#become(entry, 'idle');
      return;
    }
    if (refusals === 0 && [...entry.subscriptions].some(({ established }) => established)) {
      this.#report(copyOf(error, { topic: entry.topic }));
    }
    this.#become(entry, 'later');
    const delayMs = jittered(refusals, reconnect.minMs, reconnect.maxMs, random);
    entry.timer = setTimeout(() => this.#become(entry, 'idle'), delayMs);
  }

  #drop(subscription, entry, error) {
    const failure = copyOf(error, { topic: entry.topic });
    if (!subscription.established) {
      subscription.reject(failure);
      this.#release(subscription);
      return;
    }
    subscription.topics.delete(entry.topic);
    entry.subscriptions.delete(subscription);
    this.#audiencesChanged();
    this.#report(failure);
  }
}

// ------------------------------------------------------------------------------------------------
// Places
// ------------------------------------------------------------------------------------------------

/**
 * Where one subscription is in the histories of its topics, so that it can go on there, takes no
 * event twice, and still takes one that comes late: an event behind newer ones of a topic that
 * conflates, or a dead letter that is brought back.
 */
class Places {
  #wish;
  #named;
  #replays;
  #byTopic = new Map();
  #patterns = new Map();

  /** Whether events came of histories that there was no room for. */
  #untracked = false;

  /**
   * @param wish where to begin in histories that there is no place in yet
   * @param named the topics and patterns of the subscription; places in these always have room
   * @param replays what was sent again for others, see `Replays`
   */
  constructor(wish, named, replays) {
    this.#wish = wish;
    this.#named = named;
    this.#replays = replays;
  }

  get(topic) {
    return this.#byTopic.get(topic)?.position;
  }

  /** The positions in a topic, or in all topics that a pattern takes. */
  known(topic) {
    const takes = compilePattern(topic);
    const names = isPattern(topic)
      ? [...this.#byTopic.keys()].filter((name) => takes(name.split('.')))
      : [topic];
    return names.map((name) => [name, this.get(name)]).filter(([, position]) => position);
  }

  isBehind(topic) {
    return this.#byTopic.get(topic).isBehind;
  }

  /** Where to begin in a topic or pattern that the server has not answered for yet. */
  wishFor(topic) {
    return this.#patterns.has(topic) || this.get(topic) ? undefined : this.#wish;
  }

  /** Whether a topic has a history, or a pattern may have some. */
  has(topic) {
    return this.#byTopic.has(topic) || this.pattern(topic).mayKeep;
  }

  /** What the server said of a pattern: whether it `mayKeep` histories, and told them all. */
  pattern(topic) {
    const { mayKeep = false, complete = true } = this.#patterns.get(topic) ?? {};
    return { mayKeep, complete: complete && !this.#untracked };
  }

  forget(topic) {
    this.#byTopic.delete(topic);
  }

  /** Gives up the histories of a pattern: they begin live, and nobody knows what is missing. */
  giveUp(topic) {
    const takes = compilePattern(topic);
    [...this.#byTopic.keys()]
      .filter((name) => takes(name.split('.')))
      .forEach((name) => this.forget(name));
    this.#patterns.set(topic, { mayKeep: true, complete: false });
  }

  /** Joins a topic or pattern that is subscribed already: the places are those of who has it. */
  copy(other, topic) {
    const takes = compilePattern(topic);
    for (const [name, place] of other.#byTopic) {
      if (!this.#byTopic.has(name) && takes(name.split('.'))) {
        this.#put(name, place.copy());
      }
    }
    if (other.#patterns.has(topic)) {
      this.#patterns.set(topic, other.#patterns.get(topic));
    }
    this.#untracked ||= other.#untracked;
  }

  /** Takes note of an event; answers whether it is new. */
  took({ topic, offset, epoch }) {
    if (offset === undefined) {
      return true;
    }
    const place = this.#byTopic.get(topic);
    if (epoch !== undefined && epoch !== place?.epoch) {
      this.#put(topic, new Place(epoch, offset));
      return true;
    }
    if (!place) {
      this.#untracked = true;
      return true;
    }
    return place.took(offset) || place.tookLate(offset, this.#replaysOf(topic));
  }

  #replaysOf(topic) {
    const { answered } = this.#replays;
    return { answered, since: (at) => this.#replays.concern(topic, at) };
  }

  /** Takes note of a gap; answers what of it is news to this subscription, if anything. */
  lost(gap) {
    const { topic, from, epoch } = gap;
    const place = this.#byTopic.get(topic);
    if (epoch !== undefined) {
      if (place?.epoch === epoch && place.last > 0) {
        // It is there already, and another subscription was not.
        return undefined;
      }
      this.#put(topic, new Place(epoch, 0));
      return gap;
    }
    return place && from !== undefined ? place.lost(gap, this.#replaysOf(topic)) : gap;
  }

  /** Takes the server's word on a topic or a pattern; `from` is what it was asked. */
  told({ topic, epoch, offset, positions, complete }, from) {
    if (epoch !== undefined) {
      this.#stands(topic, { epoch, offset }, from[topic], this.#wish);
    } else {
      this.#byTopic.delete(topic);
    }
    const isKnown = this.#patterns.has(topic);
    // Of a pattern that was there before, the histories that are new are wanted as a whole.
    const wish = isKnown ? (from[topic] === 'earliest' ? 'earliest' : undefined) : this.#wish;
    for (const [name, position] of Object.entries(positions ?? {})) {
      this.#stands(name, position, from[name] ?? from[topic], wish);
    }
    if (isPattern(topic)) {
      this.#patterns.set(topic, {
        mayKeep: positions !== undefined,
        complete: complete !== false,
      });
    }
  }

  #stands(topic, { epoch, offset: last }, asked, wish) {
    const place = this.#byTopic.get(topic);
    if (place) {
      const isShorter = asked !== undefined && last < place.last;
      if (place.epoch !== epoch || isShorter) {
        // A gap will say so.
        this.#put(topic, new Place(epoch, asked === undefined ? last : 0));
      }
    } else if (wish === undefined) {
      const before = asked === undefined ? last : 0;
      this.#put(topic, new Place(epoch, last, { before, since: this.#replays.answered }));
    } else {
      this.#put(topic, beginning(wish, asked, epoch, last));
    }
  }

  #put(topic, place) {
    if (this.#byTopic.size < MAX_PLACES || this.#byTopic.has(topic) || this.#named.has(topic)) {
      this.#byTopic.set(topic, place);
    } else {
      this.#untracked = true;
    }
  }
}

/** Where a subscription is that has just begun with a wish in a history that ends at `last`. */
function beginning(wish, asked, epoch, last) {
  if (wish === 'earliest') {
    return new Place(epoch, 0, { isFresh: last > 0, end: last });
  }
  if (wish.last !== undefined) {
    return new Place(epoch, Math.max(0, last - wish.last), { isFresh: last > 0, end: last });
  }
  if (wish.epoch === epoch && wish.offset <= last) {
    return new Place(epoch, wish.offset);
  }
  // Of another history all that is left comes, unless others know this one and read on.
  return new Place(epoch, asked === wish || asked === 'earliest' ? 0 : last);
}

/** A place in one history: up to `last`, but for what is missing. */
class Place {
  epoch;
  last;
  /** Up to here events are older than the subscription. */
  #before;
  /** How many replays were answered when it was last told that something is missing. */
  #since;
  /** Whether the first event may be any: what is before it was not asked for, or is gone. */
  #isFresh;
  /** Where the history ended when it was fresh. */
  #end;
  /** Still to come. */
  #open;
  /** Announced as lost. */
  #missed;

  constructor(epoch, last, { before = 0, since = 0, isFresh = false, end = 0 } = {}) {
    this.epoch = epoch;
    this.last = last;
    this.#before = before;
    this.#since = since;
    this.#isFresh = isFresh;
    this.#end = end;
  }

  /** Where to go on. */
  get position() {
    return { epoch: this.epoch, offset: (this.#open?.first ?? this.last + 1) - 1 };
  }

  /** Whether events come when it goes on that others had before the newest of theirs. */
  get isBehind() {
    return this.#isFresh || this.#open?.first !== undefined;
  }

  /** For one who is where the live events are, and has been nowhere before. */
  copy() {
    const last = this.#isFresh ? Math.max(this.last, this.#end) : this.last;
    return new Place(this.epoch, last, { before: last, since: this.#since });
  }

  took(offset) {
    if (offset > this.last) {
      this.#reach(offset);
      this.last = offset;
      return true;
    }
    return this.#open?.take(offset) ?? false;
  }

  /** Whether an event is a dead letter that is brought back, and not one that comes for others. */
  tookLate(offset, replays) {
    const isMissing = offset <= this.#before || this.#missed?.has(offset);
    if (!isMissing || replays.since(this.#since)) {
      return false;
    }
    this.#missed?.take(offset);
    return true;
  }

  #miss(from, to, replays) {
    if (replays.since(this.#since)) {
      this.#before = 0;
      this.#missed = undefined;
    }
    this.#since = replays.answered;
    this.#missed ??= new Ranges();
    this.#missed.add(from, to);
  }

  /** What lies between is still to come, but for what lies before the first event. */
  #reach(offset) {
    if (offset > this.last + 1 && !this.#isFresh) {
      this.#open ??= new Ranges();
      this.#open.add(this.last + 1, offset - 1);
    }
    this.#isFresh = false;
  }

  /** Takes note of a gap; answers what of it is news, if anything. */
  lost(gap, replays) {
    const { from, to } = gap;
    const isGone = gap.reason === 'history_lost';
    if (isGone && this.#isFresh) {
      // It asked for what is left, but what came since it was to get.
      this.#isFresh = false;
      this.last = Math.max(this.last, to);
      return clipped(gap, to > this.#end ? [[Math.max(from, this.#end + 1), to]] : []);
    }
    const ranges = this.#open?.cut(from, to) ?? [];
    if (to > this.last) {
      const first = Math.max(from, this.last + 1);
      this.#reach(first);
      this.last = to;
      ranges.push([first, to]);
    }
    ranges.forEach((range) => this.#miss(...range, replays));
    return isGone ? clipped(gap, ranges) : gap;
  }
}

/** What of a gap is within ranges: other subscriptions may have been further behind. */
function clipped(gap, ranges) {
  const count = ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  if (count === 0 || count === gap.to - gap.from + 1) {
    return count === 0 ? undefined : gap;
  }
  return { ...gap, from: ranges[0][0], to: ranges.at(-1)[1], count };
}

/** Offsets, as few ranges: past `MAX_RANGES` the oldest two become one. */
class Ranges {
  #ranges = [];

  get first() {
    return this.#ranges[0]?.[0];
  }

  add(from, to) {
    const apart = this.#ranges.filter(([a, b]) => b < from - 1 || a > to + 1);
    const joined = this.#ranges.filter(([a, b]) => b >= from - 1 && a <= to + 1).flat();
    apart.push([Math.min(from, ...joined), Math.max(to, ...joined)]);
    this.#ranges = apart.sort(([a], [b]) => a - b);
    if (this.#ranges.length > MAX_RANGES) {
      const [[first], [, last]] = this.#ranges.splice(0, 2);
      this.#ranges.unshift([first, last]);
    }
  }

  has(offset) {
    return this.#ranges.some(([a, b]) => a <= offset && offset <= b);
  }

  /** Removes an offset; answers whether it was there. */
  take(offset) {
    return this.cut(offset, offset).length > 0;
  }

  /** Removes what is from here to there; answers with it. */
  cut(from, to) {
    const removed = this.#ranges
      .filter(([a, b]) => a <= to && b >= from)
      .map(([a, b]) => [Math.max(a, from), Math.min(b, to)]);
    if (removed.length > 0) {
      this.#ranges = this.#ranges.flatMap(([a, b]) =>
        b < from || a > to
          ? [[a, b]]
          : [
              [a, Math.min(b, from - 1)],
              [Math.max(a, to + 1), b],
            ].filter(([first, last]) => first <= last),
      );
    }
    return removed;
  }
}

/**
 * What the server was asked to send again. A subscription that did not wish for it gets it too,
 * because a connection gets each event once, and has to pass over it.
 */
class Replays {
  #patterns = new Map();
  #dropped = 0;
  #count = 0;
  #asked = new Set();

  /** Up to here they have been answered. */
  get answered() {
    return Math.min(this.#count + 1, ...this.#asked) - 1;
  }

  /** Returns what is to be given back with the answer. */
  ask(topics) {
    return topics.map((topic) => {
      this.#add(topic);
      this.#asked.add(this.#count);
      return this.#count;
    });
  }

  answer(asked) {
    asked.forEach((at) => this.#asked.delete(at));
  }

  #add(topic) {
    this.#patterns.delete(topic);
    this.#patterns.set(topic, { takes: compilePattern(topic), at: ++this.#count });
    if (this.#patterns.size > MAX_REPLAYS) {
      const [oldest, { at }] = this.#patterns.entries().next().value;
      this.#patterns.delete(oldest);
      this.#dropped = at;
    }
  }

  /** Whether events of a topic come again after so many replays. */
  concern(topic, since) {
    const tokens = topic.split('.');
    return (
      since < this.#dropped ||
      [...this.#patterns.values()].some(({ takes, at }) => at > since && takes(tokens))
    );
  }
}

/**
 * Where to begin in the histories of a topic or pattern: where several subscriptions are, where the
 * first of them is; each passes over what it has. `complete` is false where something may be
 * missing that nobody will tell, `wishes` are of those who have no place yet, and `replays` are what
 * some had already.
 */
function placesOf({ topic, subscriptions }) {
  const places = [...subscriptions].map((subscription) => subscription.places);
  const wishes = places.flatMap((one) => one.wishFor(topic) ?? []);
  const replays = new Set(wishes.length > 0 || places.length > 1 ? [topic] : []);
  const from = new Map();
  let complete = true;
  const put = (name, place) => {
    complete &&= !areApart(from.get(name), place);
    from.set(name, earlier(name, from.get(name), place));
  };
  for (const one of places) {
    for (const [name, place] of one.known(topic)) {
      if (from.size < MAX_FROM - 1 || from.has(name)) {
        put(name, place);
        if (one.isBehind(name)) {
          replays.add(name);
        }
      } else {
        one.forget(name);
        complete = false;
      }
    }
  }
  wishes.forEach((wish) => put(topic, wish));
  const patterns = places.map((one) => one.pattern(topic)).filter(({ mayKeep }) => mayKeep);
  complete &&= patterns.every((pattern) => pattern.complete);
  if (complete && patterns.length > 0) {
    // Histories that nobody knew are new: all of their events were missed.
    put(topic, 'earliest');
  }
  return { from: Object.fromEntries(from), complete, wishes, replays: [...replays] };
}

/**
 * A topic's own place takes precedence over what is asked for its pattern, so whoever wishes for the
 * whole of a pattern wishes for each of its topics that somebody has a place in.
 */
function grantWishes({ asked, from }) {
  const names = Object.keys(from).filter((name) => !isPattern(name));
  for (const one of asked.filter(({ wishes }) => wishes.length > 0)) {
    const takes = compilePattern(one.entry.topic);
    const taken = isPattern(one.entry.topic) ? names : [];
    for (const name of taken.filter((topic) => takes(topic.split('.')))) {
      one.wishes.forEach((wish) => putEarlier({ asked, from }, name, wish));
    }
  }
}

/** Lets a command begin where one more wants to; where they don't fit nobody will tell what is lost. */
function putEarlier({ asked, from }, topic, place) {
  if (areApart(from[topic], place)) {
    asked
      .filter(({ entry }) => matches(entry.topic, topic))
      .forEach((one) => Object.assign(one, { complete: false }));
  }
  from[topic] = earlier(topic, from[topic], place);
}

/** Whether two places are in different lives of a history: which one ended the server knows. */
function areApart(a, b) {
  return a?.epoch !== undefined && b.epoch !== undefined && a.epoch !== b.epoch;
}

/** Which of two places in a history comes first, or one that comes before both. */
function earlier(topic, a, b) {
  if (a === undefined || areApart(a, b)) {
    return a === undefined ? b : 'earliest';
  }
  if (a === 'earliest' || b === 'earliest') {
    // Who has a place has to hear what is gone behind it.
    const { epoch } = a.epoch === undefined ? b : a;
    return epoch === undefined || isPattern(topic) ? 'earliest' : { epoch, offset: 0 };
  }
  if (a.last !== undefined && b.last !== undefined) {
    return { last: Math.max(a.last, b.last) };
  }
  if (a.last === undefined && b.last === undefined) {
    return a.offset <= b.offset ? a : b;
  }
  const [position, { last }] = a.last === undefined ? [a, b] : [b, a];
  return { ...position, offset: Math.max(0, position.offset - last) };
}

function isPattern(topic) {
  return /[*>]/.test(topic);
}

function checkFrom(from) {
  const isPosition =
    typeof from?.epoch === 'string' && Number.isSafeInteger(from.offset) && from.offset >= 0;
  const isLast = Number.isSafeInteger(from?.last) && from.last >= 1;
  if (from !== undefined && from !== 'earliest' && isPosition === isLast) {
    throw new TypeError("from is 'earliest', {last: 10} or {epoch: '…', offset: 30}");
  }
}

// ------------------------------------------------------------------------------------------------
// Publishes
// ------------------------------------------------------------------------------------------------

/**
 * Publishes that wait for their acknowledgement, bounded in events and in characters.
 *
 * Each carries its event ids from the first attempt on, so a repeat is stored and delivered once. An
 * attempt ends with an answer, after `timeoutMs`, or with its connection; then comes the next one,
 * `retries` times at most. After a broken connection they go out again in their old order.
 */
class Publishes {
  #options;
  #nextId;
  #random;
  #maxBackoffMs;
  #pending = new Map();
  #events = 0;
  #chars = 0;
  #send = null;

  constructor({ publish, reconnect, random }, nextId) {
    this.#options = publish;
    this.#maxBackoffMs = Math.max(publish.backoffMs, reconnect.maxMs);
    this.#random = random;
    this.#nextId = nextId;
  }

  /** Resolves to one answer an event, in order. */
  async add(events, asBatch) {
    const encoded = events.map(encodeEvent);
    const id = this.#nextId();
    const content = asBatch
      ? `"events":[${encoded.map(({ json }) => json).join(',')}]}`
      : encoded[0].json.slice(1);
    const text = `{"type":"publish","id":${id},${content}`;
    const { maxPending, maxPendingChars } = this.#options;
    if (this.#events + events.length > maxPending || this.#chars + text.length > maxPendingChars) {
      throw new CarillonError('overloaded', 'too many publishes wait for their acknowledgement', {
        retryable: true,
        events: origins(encoded),
      });
    }
    return new Promise((resolve, reject) => {
      const publish = {
        id,
        text,
        encoded,
        attempts: 0,
        phase: 'queued',
        timer: null,
        resolve,
        reject,
      };
      this.#pending.set(id, publish);
      this.#events += encoded.length;
      this.#chars += text.length;
      this.#attempt(publish);
    });
  }

  connected(send) {
    this.#send = send;
    for (const publish of this.#pending.values()) {
      if (publish.phase === 'queued') {
        this.#transmit(publish);
      }
    }
  }

  disconnected(closeCode) {
    this.#send = null;
    const sent = [...this.#pending.values()].filter(({ phase }) => phase === 'sent');
    let tooLarge;
    if (closeCode === CLOSE.tooLarge && sent.length > 0) {
      // The server cannot name the frame it refused to read, and sent again it would end every
      // following connection, too. It was the largest one.
      tooLarge = sent.reduce((a, b) => (b.text.length > a.text.length ? b : a));
      this.#finish(
        tooLarge,
        new CarillonError('too_large', 'the server takes no frame of this size'),
      );
    }
    for (const publish of sent) {
      if (publish !== tooLarge) {
        this.#failed(publish, brokenConnection());
      }
    }
  }

  answered({ id, events, eventId, offset, epoch }) {
    const publish = this.#pending.get(id);
    if (publish) {
      this.#remove(publish);
      publish.resolve(events ?? [present({ eventId, offset, epoch })]);
    }
  }

  refused(id, error) {
    const publish = this.#pending.get(id);
    if (publish) {
      this.#failed(publish, error);
    }
  }

  close(error) {
    this.#send = null;
    for (const publish of [...this.#pending.values()]) {
      this.#finish(publish, error);
    }
  }

  #attempt(publish) {
    publish.attempts++;
    publish.phase = 'queued';
    this.#expect(publish, 'there was no connection');
    if (this.#send) {
      this.#transmit(publish);
    }
  }

  #transmit(publish) {
    publish.phase = 'sent';
    this.#expect(publish, 'the server did not answer');
    this.#send(publish.text);
  }

  #expect(publish, otherwise) {
    const { timeoutMs } = this.#options;
    clearTimeout(publish.timer);
    publish.timer = setTimeout(() => {
      this.#failed(
        publish,
        new CarillonError('timeout', `${otherwise} for ${timeoutMs} ms`, { retryable: true }),
      );
    }, timeoutMs);
  }

  #failed(publish, error) {
    const { retries, backoffMs } = this.#options;
    clearTimeout(publish.timer);
    if (!error.retryable || publish.attempts > retries) {
      this.#finish(publish, error);
    } else if (error.code === 'connection_lost') {
      // Connecting again is what backs off here, and all of them keep their order.
      this.#attempt(publish);
    } else {
      const delayMs = jittered(publish.attempts - 1, backoffMs, this.#maxBackoffMs, this.#random);
      publish.phase = 'backoff';
      publish.timer = setTimeout(() => this.#attempt(publish), delayMs);
    }
  }

  #finish(publish, error) {
    this.#remove(publish);
    publish.reject(copyOf(error, { events: origins(publish.encoded) }));
  }

  #remove(publish) {
    clearTimeout(publish.timer);
    this.#pending.delete(publish.id);
    this.#events -= publish.encoded.length;
    this.#chars -= publish.text.length;
  }
}

// ------------------------------------------------------------------------------------------------
// Connection
// ------------------------------------------------------------------------------------------------

/**
 * One WebSocket, from its opening to its end. Tells `welcomed(frame)` once, `received(frame)` for
 * each frame that answers no command of `request`, and `ended({code, reason, error})` once, unless
 * the client itself left.
 */
class Connection {
  #socket;
  #options;
  #nextId;
  #listener;
  #commands = new Map();
  #welcomed = false;
  #heardAt = now();
  #asking = false;
  #timer;
  #refusal;
  #failure;

  constructor(socket, options, nextId, listener) {
    this.#socket = socket;
    this.#options = options;
    this.#nextId = nextId;
    this.#listener = listener;
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => {
      this.#detach();
      listener.ended({ code, reason, error: this.#errorFor(code) });
    };
    socket.onerror = (event) => this.#failed(event);
    this.#timer = setTimeout(
      () => this.abandon(CLOSE.idle, 'no welcome in time'),
      options.timeoutMs,
    );
  }

  send(text) {
    this.#socket.send(text);
  }

  /**
   * Sends a command; resolves to its answer, rejects on an error or a broken connection. `taken`
   * gets the answer before any later frame is looked at.
   */
  request(command, taken) {
    return new Promise((resolve, reject) => {
      const id = this.#nextId();
      // Each command is answered. Asking again would not tell what became of the first one; a new
      // connection does.
      const timer = setTimeout(() => {
        this.abandon(CLOSE.idle, `no answer to ${command.type}`);
      }, this.#options.timeoutMs);
      this.#commands.set(id, { resolve, reject, taken, timer });
      this.send(JSON.stringify({ ...command, id }));
    });
  }

  /** Ends the connection without telling the listener. */
  leave(code, reason) {
    this.#detach();
    this.#socket.close(code, reason);
  }

  /** Ends the connection and tells the listener at once: the other side may be gone. */
  abandon(code, reason, end = { code, reason }) {
    this.leave(code, reason);
    this.#listener.ended({ ...end, error: this.#errorFor(end.code) });
  }

  #detach() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    socket.onmessage = null;
    socket.onclose = null;
    // Some WebSockets throw an error that nobody listens to.
    socket.onerror = () => {};
    for (const { reject, timer } of this.#commands.values()) {
      clearTimeout(timer);
      reject(brokenConnection());
    }
    this.#commands.clear();
  }

  /** The close event says more, but the WebSockets of some Node versions forget to send it. */
  #failed({ message, error: cause }) {
    this.#failure = new CarillonError(
      this.#welcomed ? 'connection_lost' : 'unreachable',
      message || 'the connection failed',
      { retryable: true, cause },
    );
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.abandon(CLOSE.normal, 'failed', { code: CLOSE.abnormal, reason: '' });
    }, CLOSE_EVENT_MS);
  }

  /** A final close code says more than the way in which the connection broke after it. */
  #errorFor(closeCode) {
    return this.#refusal ?? (isFinal(closeCode) ? undefined : this.#failure);
  }

  #receive(data) {
    this.#hear();
    const frame = decodeFrame(data);
    if (!frame) {
      this.abandon(CLOSE.badFrame, 'bad frame', {
        code: CLOSE.protocolError,
        reason: 'the server sent a bad frame',
      });
      return;
    }
    if (frame.type === 'error' && (frame.id === undefined || frame.id === null)) {
      // The reason for the close that comes next.
      this.#refusal = errorOf(frame);
      return;
    }
    if (frame.type === 'welcome' && !this.#welcomed) {
      this.#welcomed = true;
      clearTimeout(this.#timer);
      this.#watch();
      this.#listener.welcomed(frame);
      return;
    }
    const command = this.#commands.get(frame.id);
    if (!command) {
      this.#listener.received(frame);
      return;
    }
    this.#commands.delete(frame.id);
    clearTimeout(command.timer);
    if (frame.type === 'error') {
      command.reject(errorOf(frame));
    } else {
      command.taken?.(frame);
      command.resolve(frame);
    }
  }

  /** Browsers hide the server's pings, so silence is answered by a question of our own. */
  #watch() {
    const quietInMs = this.#heardAt + this.#options.idleMs - now();
    this.#timer = setTimeout(() => {
      if (now() - this.#heardAt < this.#options.idleMs) {
        this.#watch();
      } else {
        this.#ask();
      }
    }, quietInMs);
  }

  #ask() {
    this.#asking = true;
    this.send(JSON.stringify({ type: 'ping', id: this.#nextId() }));
    this.#timer = setTimeout(() => this.abandon(CLOSE.idle, 'no pong'), this.#options.timeoutMs);
  }

  /** Whatever comes proves that the other side is there, a pong or an event. */
  #hear() {
    this.#heardAt = now();
    if (this.#asking) {
      this.#asking = false;
      clearTimeout(this.#timer);
      this.#watch();
    }
  }
}

// ------------------------------------------------------------------------------------------------
// Values
// ------------------------------------------------------------------------------------------------

export class CarillonError extends Error {
  constructor(code, message, { retryable = false, topic, events, closeCode, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CarillonError';
    this.code = code;
    this.retryable = retryable;
    Object.assign(this, present({ topic, events, closeCode }));
  }
}

/** Whether a pattern (or a plain topic) takes a topic: `*` is one token, a last `>` one or more. */
export function matches(pattern, topic) {
  return compilePattern(pattern)(topic.split('.'));
}

function compilePattern(pattern) {
  const wanted = pattern.split('.');
  const open = wanted.at(-1) === '>';
  if (open) {
    wanted.pop();
  }
  return (tokens) =>
    (open ? tokens.length > wanted.length : tokens.length === wanted.length) &&
    wanted.every((token, i) => token === '*' || token === tokens[i]);
}

/** Full jitter above a floor: clients that lost the same server must not come back together. */
function jittered(attempt, minMs, maxMs, random) {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** (attempt + 2));
  return Math.round(minMs + random() * (ceilingMs - minMs));
}

function isFinal(closeCode) {
  return closeCode >= 4400 && closeCode <= 4499;
}

function finalError(closeCode, reason, error) {
  return error
    ? copyOf(error, { closeCode, retryable: false })
    : new CarillonError(
        FINAL_CODES[closeCode] ?? 'closed',
        `the server closed the connection: ${reason || closeCode}`,
        { closeCode },
      );
}

function brokenConnection() {
  return new CarillonError('connection_lost', 'the connection broke', { retryable: true });
}

function errorOf({ code, message, retryable }) {
  return new CarillonError(code, message ?? code, { retryable: retryable === true });
}

function copyOf(error, more) {
  return new CarillonError(error.code, error.message, { ...error, cause: error.cause, ...more });
}

/** The frame as an object, bytes decoded; undefined when no server should have sent it. */
function decodeFrame(data) {
  try {
    const frame = JSON.parse(data);
    if (
      typeof frame.type !== 'string' ||
      (frame.type === 'event' && typeof frame.topic !== 'string')
    ) {
      return undefined;
    }
    return decodeData(frame);
  } catch {
    return undefined;
  }
}

function decodeData(frame) {
  if (frame.dataBase64 !== undefined) {
    frame.data = fromBase64(frame.dataBase64);
    delete frame.dataBase64;
  }
  return frame;
}

function withoutType({ type, ...rest }) {
  return rest;
}

/** An event as the server wants it, with an id so that it may be sent again. */
function encodeEvent({ topic, data, key, eventId = newEventId() }) {
  const head = JSON.stringify(present({ topic, key, eventId })).slice(0, -1);
  return { origin: { topic, eventId }, json: `${head},${encodeData(topic, data)}}` };
}

function encodeData(topic, data) {
  if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) {
    return `"dataBase64":"${toBase64(data)}"`;
  }
  let json;
  try {
    json = JSON.stringify(data);
  } catch (cause) {
    throw new CarillonError('bad_request', `data is not JSON: ${cause.message}`, { topic, cause });
  }
  if (json === undefined) {
    throw new CarillonError('bad_request', 'data is not JSON; an event without data has null', {
      topic,
    });
  }
  return `"data":${json}`;
}

function origins(encoded) {
  return encoded.map(({ origin }) => origin);
}

function newEventId() {
  // Browsers offer randomUUID to secure origins only, random bytes to all.
  return (
    crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join('')
  );
}

function hex(byte) {
  return byte.toString(16).padStart(2, '0');
}

function toBase64(data) {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  let binary = '';
  for (const byte of bytes) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary);
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function webSocketUrl(url) {
  const address = new URL(url, globalThis.location?.href);
  const protocol = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' }[
    address.protocol
  ];
  if (!protocol) {
    throw new TypeError(`a Carillon address is http, https, ws or wss, not ${url}`);
  }
  address.protocol = protocol;
  address.hash = '';
  if (!address.pathname.endsWith('/v1/ws')) {
    address.pathname = `${address.pathname.replace(/\/+$/, '')}/v1/ws`;
  }
  return address.href;
}

function withDefaults(given) {
  const options = {
    ...DEFAULTS,
    ...present(given),
    reconnect: { ...RECONNECT_DEFAULTS, ...present(given.reconnect ?? {}) },
    publish: { ...PUBLISH_DEFAULTS, ...present(given.publish ?? {}) },
  };
  const { reconnect, publish } = options;
  checkNumbers('', options, ['timeoutMs', 'idleMs', 'maxTopics']);
  checkNumbers('reconnect.', reconnect, Object.keys(RECONNECT_DEFAULTS));
  checkNumbers('publish.', publish, Object.keys(PUBLISH_DEFAULTS));
  if (reconnect.maxMs < reconnect.minMs) {
    throw new RangeError(
      `reconnect.maxMs ${reconnect.maxMs} is less than reconnect.minMs ${reconnect.minMs}`,
    );
  }
  return options;
}

function checkNumbers(group, options, names) {
  for (const name of names) {
    const value = options[name];
    const least = name === 'retries' || name === 'stableMs' ? 0 : 1;
    if (typeof value !== 'number' || !(value >= least && value <= MAX_OPTION)) {
      throw new RangeError(`${group}${name} is ${value}, not from ${least} to ${MAX_OPTION}`);
    }
  }
}

/** Fetches JSON; every way in which that fails is a `CarillonError`. */
async function getJson(url, secret, timeoutMs) {
  const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  let answer;
  let body;
  try {
    answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    body = await answer.text();
  } catch (cause) {
    throw cause.name === 'TimeoutError'
      ? new CarillonError('timeout', `no answer for ${timeoutMs} ms`, { retryable: true, cause })
      : new CarillonError(
          'unreachable',
          `cannot connect: ${cause.cause?.message ?? cause.message}`,
          {
            retryable: true,
            cause,
          },
        );
  }
  const json = parseJson(body) ?? {};
  if (answer.ok && Array.isArray(json.events)) {
    return json;
  }
  const { code = 'internal', detail = `the answer was ${answer.status}` } = json;
  const retryable = json.retryable ?? answer.status >= 500;
  throw new CarillonError(code, detail, { retryable });
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checkPage(after, limit) {
  if (!(Number.isSafeInteger(after) && after >= 0)) {
    throw new RangeError(`after is ${after}, not an offset from 0 on`);
  }
  if (!(limit === Infinity || Number.isSafeInteger(limit)) || limit < 1) {
    throw new RangeError(`limit is ${limit}, not a number of events from 1 on`);
  }
}

/** Without the properties that are undefined, so that they hide no default. */
function present(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function groups(entries) {
  const result = [];
  for (let i = 0; i < entries.length; i += TOPICS_PER_COMMAND) {
    result.push(entries.slice(i, i + TOPICS_PER_COMMAND));
  }
  return result;
}

function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Calls a function of the application; what it throws must not end the connection. */
function call(handler, args, report) {
  const failed = (cause) => {
    report(
      new CarillonError('handler_failed', `a handler failed: ${cause?.message ?? cause}`, {
        cause,
      }),
    );
  };
  try {
    const result = handler?.(...args);
    if (typeof result?.then === 'function') {
      result.then(undefined, failed);
    }
  } catch (cause) {
    failed(cause);
  }
}

function rethrow(error) {
  queueMicrotask(() => {
    throw error;
  });
}

function now() {
  return performance.now();
}

// ------------------------------------------------------------------------------------------------
// NodeWebSocket
// ------------------------------------------------------------------------------------------------

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

// The longest message taken from a server: far above what one sends, far below what ends a process.
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

// How long the other side may take to end its half of a closed connection.
const CLOSE_TIMEOUT_MS = 2_000;

// A server that pings without reading gets no more pongs than this keeps waiting.
const MAX_WAITING_PONG_BYTES = 64 * 1024;

/** A WebSocket class for Node, made of modules that only Node has. */
async function nodeWebSocket() {
  const [http, https, nodeCrypto] = await Promise.all(
    ['node:http', 'node:https', 'node:crypto'].map(
      (name) => import(/* @vite-ignore */ /* webpackIgnore: true */ name),
    ),
  );
  return class extends NodeWebSocket {
    constructor(url) {
      super(url, { http, https, crypto: nodeCrypto });
    }
  };
}

/**
 * The part of the WebSocket interface that a connection uses, over RFC 6455: text only, no
 * extensions, no subprotocols. A broken rule of the RFC ends it with a close code for the server
 * and with 1006 for the application, as in browsers.
 */
class NodeWebSocket {
  onmessage = null;
  onclose = null;
  onerror = null;
  #crypto;
  #request;
  #socket = null;
  #reader = new FrameReader(MAX_MESSAGE_BYTES);
  #closeSent = false;
  #closed = { code: CLOSE.abnormal, reason: '', wasClean: false };
  #timer;

  constructor(url, { http, https, crypto: nodeCrypto }) {
    this.#crypto = nodeCrypto;
    const address = new URL(url);
    const secure = address.protocol === 'wss:';
    address.protocol = secure ? 'https:' : 'http:';
    const key = nodeCrypto.randomBytes(16).toString('base64');
    this.#request = (secure ? https : http).request(address, {
      agent: false,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': key,
      },
    });
    this.#request.on('upgrade', (response, socket, head) => {
      const refusal = this.#refusalOf(response, key);
      if (refusal) {
        socket.destroy();
        this.#fail(refusal);
      } else {
        this.#open(socket, head);
      }
    });
    this.#request.on('response', ({ statusCode }) => {
      this.#request.destroy();
      this.#fail(`the server answered ${statusCode} in place of a WebSocket`);
    });
    this.#request.on('error', (error) => this.#fail(error.message || error.code, error));
    this.#request.end();
  }

  send(text) {
    if (this.#socket && !this.#closeSent) {
      this.#write(OPCODE.text, Buffer.from(text));
    }
  }

  close(code = CLOSE.normal, reason = '') {
    if (this.#socket) {
      this.#sendClose(code, reason);
    } else {
      this.#request.destroy();
      this.#fail('closed before it was open');
    }
  }

  #refusalOf({ headers }, key) {
    const accept = this.#crypto
      .createHash('sha1')
      .update(key + WEBSOCKET_GUID)
      .digest('base64');
    if (
      headers.upgrade?.toLowerCase() !== 'websocket' ||
      headers['sec-websocket-accept'] !== accept
    ) {
      return 'the server did not accept the WebSocket';
    }
    if (headers['sec-websocket-extensions'] || headers['sec-websocket-protocol']) {
      return 'the server chose an extension or a subprotocol that was not offered';
    }
    return undefined;
  }

  #open(socket, head) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(0);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (cause) => this.onerror?.({ message: cause.message, error: cause }));
    socket.on('close', () => this.#finish());
    this.#read(head);
  }

  #read(chunk) {
    try {
      for (const { opcode, payload } of this.#reader.read(chunk)) {
        this.#take(opcode, payload);
        if (this.#closed.wasClean) {
          return;
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) {
        throw error;
      }
      this.onerror?.({ message: error.message, error });
      this.#sendClose(error.closeCode, error.message);
      this.#socket.removeAllListeners('data');
      this.#socket.destroySoon();
    }
  }

  #take(opcode, payload) {
    switch (opcode) {
      case OPCODE.text:
        this.onmessage?.({ data: payload });
        break;
      case OPCODE.ping:
        if (this.#socket.writableLength <= MAX_WAITING_PONG_BYTES && !this.#closeSent) {
          this.#write(OPCODE.pong, payload);
        }
        break;
      case OPCODE.close:
        this.#closed = { ...payload, wasClean: true };
        this.#sendClose(payload.code === CLOSE.none ? CLOSE.normal : payload.code, '');
        this.#socket.end();
        break;
      default:
        // A pong that nobody asked for.
        break;
    }
  }

  #sendClose(code, reason) {
    if (!this.#closeSent) {
      const payload = Buffer.alloc(2);
      payload.writeUInt16BE(code);
      this.#write(OPCODE.close, Buffer.concat([payload, Buffer.from(reason)]).subarray(0, 125));
      this.#closeSent = true;
      this.#timer = setTimeout(() => this.#socket.destroy(), CLOSE_TIMEOUT_MS);
    }
  }

  #write(opcode, payload) {
    this.#socket.write(encodeFrame(opcode, payload, this.#crypto.randomBytes(4)));
  }

  #fail(message, error) {
    this.onerror?.({ message, error });
    this.#finish();
  }

  #finish() {
    clearTimeout(this.#timer);
    const { onclose } = this;
    this.onclose = null;
    onclose?.(this.#closed);
  }
}

class ProtocolViolation extends Error {
  constructor(closeCode, message) {
    super(message);
    this.closeCode = closeCode;
  }
}

/** One client frame: final, masked as the RFC demands of clients. */
function encodeFrame(opcode, payload, mask) {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(2 + extended + 4 + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) {
    frame.writeUInt16BE(length, 2);
  } else if (extended === 8) {
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  const start = 2 + extended + 4;
  mask.copy(frame, 2 + extended);
  for (let i = 0; i < length; i++) {
    frame[start + i] = payload[i] ^ mask[i & 3];
  }
  return frame;
}

/** Turns a server's bytes into whole messages and control frames; holds one message at most. */
class FrameReader {
  #maxBytes;
  #chunks = [];
  #size = 0;
  #needed = 2;
  #fragments = null;
  #fragmentBytes = 0;
  #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(maxBytes) {
    this.#maxBytes = maxBytes;
  }

  /** Yields `{opcode, payload}`: a string for text, `{code, reason}` for close, else bytes. */
  *read(chunk) {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= this.#needed) {
      // Joined once enough is there, not for each chunk of a long frame.
      const bytes =
        this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks, this.#size);
      const frame = this.#parse(bytes);
      const rest = frame ? bytes.subarray(frame.end) : bytes;
      this.#chunks = [rest];
      this.#size = rest.length;
      if (frame) {
        this.#needed = 2;
        yield* this.#accept(frame);
      }
    }
  }

  /** The frame at the start of the bytes; undefined, with `#needed` set, while it is incomplete. */
  #parse(bytes) {
    const final = (bytes[0] & 0x80) !== 0;
    const opcode = bytes[0] & 0x0f;
    const control = opcode >= OPCODE.close;
    const short = bytes[1] & 0x7f;
    if ((bytes[0] & 0x70) !== 0 || (bytes[1] & 0x80) !== 0) {
      throw new ProtocolViolation(CLOSE.protocolError, 'a reserved bit or a masked frame');
    }
    if (opcode > OPCODE.pong || (opcode > OPCODE.binary && !control)) {
      throw new ProtocolViolation(CLOSE.protocolError, 'an unknown opcode');
    }
    if (control && (!final || short > 125)) {
      throw new ProtocolViolation(CLOSE.protocolError, 'a long or fragmented control frame');
    }
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < start) {
      this.#needed = start;
      return undefined;
    }
    const length =
      start === 2 ? short : start === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (!control && length + this.#fragmentBytes > this.#maxBytes) {
      throw new ProtocolViolation(CLOSE.tooLarge, `a message of more than ${this.#maxBytes} bytes`);
    }
    const end = start + length;
    this.#needed = end;
    return bytes.length < end
      ? undefined
      : { final, opcode, payload: bytes.subarray(start, end), end };
  }

  *#accept({ final, opcode, payload }) {
    if (opcode === OPCODE.close) {
      yield { opcode, payload: this.#closeOf(payload) };
    } else if (opcode === OPCODE.ping || opcode === OPCODE.pong) {
      yield { opcode, payload };
    } else {
      this.#append(opcode, payload);
      if (final) {
        const message = Buffer.concat(this.#fragments, this.#fragmentBytes);
        this.#fragments = null;
        this.#fragmentBytes = 0;
        yield { opcode: OPCODE.text, payload: this.#text(message) };
      }
    }
  }

  #append(opcode, payload) {
    if (opcode === OPCODE.binary) {
      throw new ProtocolViolation(CLOSE.unsupported, 'a binary message');
    }
    if ((opcode === OPCODE.continuation) !== (this.#fragments !== null)) {
      throw new ProtocolViolation(CLOSE.protocolError, 'a fragment out of order');
    }
    this.#fragments ??= [];
    // Empty fragments carry nothing, and nothing would bound how many there are.
    if (payload.length > 0) {
      this.#fragments.push(payload);
      this.#fragmentBytes += payload.length;
    }
  }

  #closeOf(payload) {
    if (payload.length === 0) {
      return { code: CLOSE.none, reason: '' };
    }
    const code = payload.length === 1 ? 0 : payload.readUInt16BE(0);
    const known =
      (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
      (code >= 3000 && code <= 4999);
    if (!known) {
      throw new ProtocolViolation(CLOSE.protocolError, `a close frame with code ${code}`);
    }
    return { code, reason: this.#text(payload.subarray(2)) };
  }

  #text(bytes) {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw new ProtocolViolation(CLOSE.invalidText, 'text that is not UTF-8');
    }
  }
}
