import { afterEach, beforeEach } from 'node:test';
import { CarillonClient } from '../../main/resources/dev/carillon/gateway/client.js';
import { FakeServer, Happenings } from './fake-server.mjs';

/** Delays short enough for tests, and equal in each run. */
export const QUICK = {
  random: () => 0,
  reconnect: { minMs: 5, maxMs: 40, stableMs: 60_000 },
  publish: { backoffMs: 5 },
};

/** A fake server for each test, and clients that end with it. */
export function fixture() {
  const clients = [];
  const its = {
    server: undefined,

    /** A client, what it says, and (`errors`, `states`, `gaps`) a way to wait for that. */
    client(options = {}, url = its.server.url) {
      const errors = new Happenings('an error');
      const states = new Happenings('a change of state');
      const gaps = new Happenings('a gap');
      const client = new CarillonClient(url, {
        ...QUICK,
        onError: (error) => errors.push(error),
        onState: (state, detail) => states.push({ state, ...detail }),
        onGap: (gap) => gaps.push(gap),
        ...options,
        reconnect: { ...QUICK.reconnect, ...options.reconnect },
        publish: { ...QUICK.publish, ...options.publish },
      });
      clients.push(client);
      return { client, errors, states, gaps };
    },

    /** A client whose first connection is open, and that connection. */
    async open(options) {
      const made = its.client(options);
      const connection = await its.server.welcomed();
      await until(made.states, 'open');
      return { ...made, connection };
    },

    /** An open client with one subscription, and (`events`) what comes over it. */
    async subscribed(topics, options) {
      const opened = await its.open(options);
      const events = new Happenings('an event');
      const [subscription] = await Promise.all([
        opened.client.subscribe(topics, (event) => events.push(event)),
        opened.connection.subscribed(),
      ]);
      return { ...opened, events, subscription };
    },
  };
  beforeEach(async () => {
    its.server = await FakeServer.start();
  });
  afterEach(async () => {
    clients.splice(0).forEach((client) => client.close());
    await its.server.stop();
  });
  return its;
}

/** Waits for a state and returns what was told with it. */
export async function until(states, wanted) {
  for (;;) {
    const change = await states.next();
    if (change.state === wanted) {
      return change;
    }
  }
}

/** Passes when the client has sent nothing that was not awaited: its next frame is this publish. */
export async function sentNothingElse({ client, connection }) {
  const publishing = client.publish('sent.last', null);
  await connection.published();
  await publishing;
}
