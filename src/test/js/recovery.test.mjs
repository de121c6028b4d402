import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CarillonClient, matches } from '../../main/resources/dev/carillon/gateway/client.js';
import { ModelServer } from './model-server.mjs';

const TOPICS = ['a.x', 'a.y', 'b.x'];
const WANTED = ['a.x', 'a.y', 'b.x', 'a.>', '*.x', ['a.x', 'b.x'], ['a.>', 'a.y']];
const STEPS = 150;
const SEEDS = Number(process.env.SEEDS ?? 300);

/** The same numbers for the same seed (mulberry32). */
function numbers(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound) => Math.floor(next() * bound);
  return { below, oneOf: (things) => things[below(things.length)], chance: (p) => next() < p };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Waits, a turn at a time, for what needs nothing but time. */
async function eventually(condition, what) {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, what);
    await turn();
  }
}

/** One subscription and the books of what it heard, by topic. */
class Reader {
  #heard = new Map();
  /** Whether it was told that something may be missing that nobody can name. */
  #doubts = false;
  refused = false;
  /** The ends of the histories when it was established. */
  established = null;

  constructor(topics, from) {
    this.topics = [topics].flat();
    this.from = from;
  }

  wants(topic) {
    return this.topics.some((wanted) => matches(wanted, topic));
  }

  async subscribe(client, server) {
    try {
      this.subscription = await client.subscribe(this.topics, (event) => this.#event(event), {
        from: this.from,
        onGap: (gap) => this.#gap(gap),
        onRecovery: ({ recovered }) => {
          this.#doubts ||= !recovered;
        },
      });
      this.established = new Map([...server.histories].map(([name, now]) => [name, { ...now }]));
    } catch (error) {
      assert.equal(error.code, 'already_subscribed');
      this.refused = true;
    }
  }

  #books(topic) {
    if (!this.#heard.has(topic)) {
      this.#heard.set(topic, []);
    }
    return this.#heard.get(topic);
  }

  #event({ topic, offset, data }) {
    const [name, epoch, number] = data.split(' ');
    assert.deepEqual([name, Number(number)], [topic, offset]);
    this.#books(topic).push({ epoch, from: offset, to: offset, isEvent: true });
  }

  #gap({ topic, from, to }) {
    if (from !== undefined) {
      this.#books(topic).push({ from, to, isEvent: false });
    }
  }

  /** Each event came once, in order, and nothing is missing but what gaps say. */
  check(server) {
    for (const [topic, history] of server.histories) {
      if (this.wants(topic)) {
        this.#checkTopic(topic, history);
      }
    }
  }

  #checkTopic(topic, { epoch, first, last }) {
    const books = this.#books(topic);
    const events = books.filter(({ isEvent }) => isEvent);
    events.slice(1).forEach((event, i) => {
      const { epoch: before, to } = events[i];
      assert.ok(event.epoch !== before || event.from > to, `${topic} ${event.from} behind ${to}`);
    });
    const lives = events.map((event) => event.epoch).filter((one, i, all) => one !== all[i - 1]);
    assert.equal(new Set(lives).size, lives.length, `${topic} went back: ${lives}`);
    // Of the life that is there now nothing may be missing from where the subscription began.
    const then = this.established.get(topic);
    const wholly = then.epoch !== epoch || (this.from === 'earliest' && first === 1);
    const start = wholly ? 1 : then.last + 1;
    const begun = books.findIndex((entry) => entry.epoch === epoch);
    const life = books.filter(
      (entry, i) => !entry.isEvent || (i >= begun && entry.epoch === epoch),
    );
    for (let offset = start; offset <= last; offset++) {
      const covered = life.some(({ from, to }) => from <= offset && offset <= to);
      const gone = offset < first && (then.epoch !== epoch || this.#doubts);
      assert.ok(covered || gone, `${topic} ${epoch} ${offset} is missing`);
    }
  }
}

/** Lets things happen in an order that the seed decides, then lets everything arrive. */
async function live(seed, { trims }) {
  const { below, oneOf, chance } = numbers(seed);
  const server = new ModelServer(TOPICS);
  const readers = [];
  const errors = [];
  const client = new CarillonClient('http://model', {
    WebSocket: server.WebSocket,
    random: () => 0,
    reconnect: { minMs: 1, maxMs: 1 },
    onError: (error) => errors.push(error),
  });
  const connected = () => eventually(() => server.connections.length === 1, 'a connection');
  const subscribe = () => {
    const history = server.histories.get(oneOf(TOPICS));
    const reader = new Reader(
      oneOf(WANTED),
      oneOf([
        undefined,
        undefined,
        'earliest',
        { last: 1 + below(4) },
        { epoch: history.epoch, offset: below(history.last + 2) },
      ]),
    );
    readers.push(reader);
    reader.subscribe(client, server);
  };
  const steps = {
    publish: () => server.publish(oneOf(TOPICS), () => chance(0.1)),
    deliver: () => server.connections[0].deliver(1 + below(4)),
    obey: () => server.connections[0].commands.length > 0 && server.connections[0].obey(),
    announce: () => server.connections[0].announce(oneOf(TOPICS)),
    break: () => chance(0.3) && server.break(server.connections[0]),
    subscribe: () => readers.length < 6 && chance(0.4) && subscribe(),
    unsubscribe: () => {
      const [leaver] = readers.filter(({ subscription }) => subscription);
      if (leaver && chance(0.1)) {
        readers.splice(readers.indexOf(leaver), 1);
        leaver.subscription.unsubscribe();
      }
    },
    purge: () => chance(0.1) && server.purge(oneOf(TOPICS)),
    trim: () => trims && chance(0.3) && server.trim(oneOf(TOPICS), 1 + below(3)),
  };
  const names = ['publish', 'publish', 'publish', 'deliver', 'deliver', 'obey', 'obey'].concat(
    Object.keys(steps),
  );
  try {
    for (let step = 0; step < STEPS; step++) {
      await connected();
      steps[oneOf(names)]();
      await turn();
    }
    await eventually(() => {
      const [connection] = server.connections;
      TOPICS.forEach((topic) => connection?.announce(topic));
      connection?.deliver(Infinity);
      while (connection?.commands.length > 0) {
        connection.obey();
      }
      return (
        client.state === 'open' &&
        connection.frames.length === 0 &&
        readers.every(({ established, refused }) => established || refused)
      );
    }, 'rest');
    // Whoever began anew at the very end has its answers on the way.
    for (let i = 0; i < 3; i++) {
      await turn();
      const [connection] = server.connections;
      while (connection.commands.length > 0) {
        connection.obey();
      }
      connection.deliver(Infinity);
    }
    assert.deepEqual(errors, []);
    readers.filter(({ refused }) => !refused).forEach((reader) => reader.check(server));
  } finally {
    client.close();
  }
}

describe('whatever happens, each event of a history comes once, in order, or in a gap', () => {
  for (const trims of [false, true]) {
    test(trims ? 'while the oldest are forgotten' : 'while all are kept', async () => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        try {
          await live(seed, { trims });
        } catch (error) {
          error.message = `seed ${seed}: ${error.message}`;
          throw error;
        }
      }
    });
  }
});
