/**
 * Histories and the connections that read them, in memory and one step at a time: nothing happens
 * between two calls, so that a test can try every order in which things may happen.
 */
import { matches } from '../../main/resources/dev/carillon/gateway/client.js';

const isPattern = (topic) => /[*>]/.test(topic);

export class ModelServer {
  histories = new Map();
  connections = [];
  #epochs = 0;

  constructor(topics) {
    topics.forEach((topic) => this.#begin(topic));
  }

  /** A WebSocket as the client wants it, that leads here. */
  get WebSocket() {
    const server = this;
    return class {
      constructor() {
        server.connections.push(new ModelConnection(server, this));
        this.connection = server.connections.at(-1);
      }

      send(text) {
        this.connection.commands.push(JSON.parse(text));
      }

      close() {
        server.#forget(this.connection);
      }
    };
  }

  #begin(topic) {
    this.histories.set(topic, { epoch: `e${++this.#epochs}`, first: 1, last: 0 });
  }

  /** The histories of a topic or pattern, as they are. */
  matching(topic) {
    return [...this.histories].filter(([name]) => matches(topic, name));
  }

  /** Stores an event; a connection that `drops` has no room for it. */
  publish(topic, drops) {
    const history = this.histories.get(topic);
    history.last++;
    this.connections.forEach((connection) => connection.live(topic, history.last, drops()));
  }

  /** Forgets the oldest events. */
  trim(topic, events) {
    const history = this.histories.get(topic);
    history.first = Math.min(history.last + 1, history.first + events);
  }

  purge(topic) {
    this.#begin(topic);
    this.connections.forEach((connection) => connection.begunAnew(topic));
  }

  break(connection) {
    this.#forget(connection);
    connection.socket.onclose?.({ code: 1006, reason: '' });
  }

  #forget(connection) {
    this.connections = this.connections.filter((other) => other !== connection);
  }
}

/** What one client is sent, in order: `deliver` is the only way in which it arrives. */
class ModelConnection {
  commands = [];
  frames = [{ type: 'welcome', subscriber: 's', node: 'n' }];
  #topics = new Set();
  #lost = new Map();
  #server;

  constructor(server, socket) {
    this.#server = server;
    this.socket = socket;
  }

  /** Hands over what waits, up to a number of frames, in one piece. */
  deliver(count) {
    for (const frame of this.frames.splice(0, count)) {
      this.socket.onmessage?.({ data: JSON.stringify(frame) });
    }
  }

  /** Carries out the oldest command. */
  obey() {
    const { type, id, topics, from = {} } = this.commands.shift();
    if (type === 'subscribe') {
      const starts = new Map();
      const answer = topics.map((topic) => this.#subscribe(topic, from, starts));
      this.frames.push({ type: 'subscribed', id, topics: answer });
      starts.forEach((start, topic) => this.#read(topic, start));
    } else {
      topics.forEach((topic) => this.#topics.delete(topic));
      this.frames.push({ type: 'unsubscribed', id });
    }
  }

  #subscribe(topic, from, starts) {
    this.#topics.add(topic);
    const positions = {};
    let recovered = topic in from ? true : undefined;
    for (const [name, { epoch, first, last }] of this.#server.matching(topic)) {
      positions[name] = { epoch, offset: last };
      const wish = from[name] ?? from[topic];
      if (wish !== undefined) {
        const start = begin(wish, epoch, first, last);
        const other = starts.get(name);
        if (!other || start.after < other.after || start.gap) {
          starts.set(name, start);
        }
        recovered = (recovered ?? true) && !start.gap;
      }
    }
    return isPattern(topic)
      ? { topic, positions, complete: true, recovered }
      : { topic, ...positions[topic], recovered };
  }

  #read(topic, { after, gap }) {
    if (gap) {
      this.frames.push({ type: 'gap', topic, reason: 'history_lost', ...gap });
    }
    const { last } = this.#server.histories.get(topic);
    for (let offset = after + 1; offset <= last; offset++) {
      this.#event(topic, offset);
    }
  }

  #event(topic, offset) {
    const { epoch } = this.#server.histories.get(topic);
    this.frames.push({
      type: 'event',
      topic,
      offset,
      ...(offset === 1 && { epoch }),
      data: `${topic} ${epoch} ${offset}`,
    });
  }

  #wants(topic) {
    return [...this.#topics].some((wanted) => matches(wanted, topic));
  }

  live(topic, offset, drops) {
    if (this.#wants(topic) && drops) {
      this.#lost.set(topic, { from: offset, ...this.#lost.get(topic), to: offset });
    } else if (this.#wants(topic)) {
      this.announce(topic);
      this.#event(topic, offset);
    }
  }

  /** Says what was dropped, before anything newer. */
  announce(topic) {
    const lost = this.#lost.get(topic);
    if (lost) {
      this.#lost.delete(topic);
      const count = lost.to - lost.from + 1;
      this.frames.push({ type: 'gap', topic, reason: 'queue_full', ...lost, count });
    }
  }

  begunAnew(topic) {
    this.announce(topic);
    if (this.#wants(topic)) {
      const { epoch } = this.#server.histories.get(topic);
      this.frames.push({ type: 'gap', topic, count: null, reason: 'history_lost', epoch });
    }
  }
}

/** Where reading begins, and what is announced before it. */
function begin(wish, epoch, first, last) {
  if (wish === 'earliest') {
    return { after: first - 1 };
  }
  if (wish.last !== undefined) {
    return { after: Math.max(first - 1, last - wish.last) };
  }
  if (wish.epoch !== epoch || wish.offset > last) {
    return { after: first - 1, gap: { count: null, epoch } };
  }
  return wish.offset < first - 1
    ? {
        after: first - 1,
        gap: { from: wish.offset + 1, to: first - 1, count: first - 1 - wish.offset },
      }
    : { after: wish.offset };
}
