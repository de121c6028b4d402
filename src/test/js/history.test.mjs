import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Happenings } from './fake-server.mjs';
import { fixture, sentNothingElse, until } from './fixture.mjs';

const TIME = '2026-11-23T17:00:00.000Z';
const event = (topic, offset, more = {}) => ({
  type: 'event',
  topic,
  id: `${topic}-${offset}`,
  time: TIME,
  offset,
  data: offset,
  ...more,
});
const gap = (topic, from, to, reason, more = {}) => ({
  type: 'gap',
  topic,
  count: to - from + 1,
  from,
  to,
  reason,
  ...more,
});

/** Answers the next subscribe with these topics; returns what was asked. */
async function answer(connection, topics, more = {}) {
  const asked = await connection.next('subscribe');
  connection.send({ type: 'subscribed', id: asked.id, topics, ...more });
  return asked;
}

/** What comes over one more subscription of an open client. */
function listening({ client }, topics, options = {}) {
  const events = new Happenings('an event');
  const gaps = new Happenings('a gap');
  const recoveries = new Happenings('a recovery');
  const subscribing = client.subscribe(topics, (got) => events.push(got), {
    onGap: (got) => gaps.push(got),
    onRecovery: (got) => recoveries.push(got),
    ...options,
  });
  return { events, gaps, recoveries, subscribing };
}

async function offsets(events, count) {
  const found = [];
  while (found.length < count) {
    found.push((await events.next()).offset);
  }
  return found;
}

describe('history', () => {
  const its = fixture();

  async function subscribed(topic, told, options = {}) {
    const recoveries = new Happenings('a recovery');
    const opened = await its.open({ onRecovery: (recovery) => recoveries.push(recovery) });
    const { events, subscribing } = listening(opened, topic, options);
    const asked = await answer(opened.connection, [{ topic, ...told }]);
    return { ...opened, events, recoveries, asked, subscription: await subscribing };
  }

  async function comesBack({ connection, states }) {
    connection.destroy();
    await until(states, 'waiting');
    return its.server.welcomed();
  }

  /** Breaks the connection and returns where the client goes on. */
  async function goesOnAt(made) {
    const { from } = await (await comesBack(made)).next('subscribe');
    return from;
  }

  test('begins where it is told to', async () => {
    const { asked } = await subscribed('chat', { epoch: 'a', offset: 9 }, { from: { last: 3 } });
    assert.deepEqual(asked.from, { chat: { last: 3 } });
  });

  for (const from of [
    'first',
    { last: 0 },
    { last: '3' },
    { offset: 3 },
    { epoch: 'a', offset: -1 },
    { epoch: 'a', offset: 1, last: 1 },
    null,
  ]) {
    test(`refuses ${JSON.stringify(from)}, which is no place`, async () => {
      const { client } = await its.open();
      await assert.rejects(
        client.subscribe('chat', () => {}, { from }),
        TypeError,
      );
    });
  }

  test('goes on behind the last event it saw, and passes over what it has', async () => {
    const made = await subscribed('chat', { epoch: 'a', offset: 41 });
    made.connection.send(event('chat', 42));
    assert.equal((await made.events.next()).offset, 42);
    const second = await comesBack(made);
    const asked = await answer(
      second,
      [{ topic: 'chat', epoch: 'a', offset: 44, recovered: true }],
      { recovered: true },
    );
    assert.deepEqual(asked.from, { chat: { epoch: 'a', offset: 42 } });
    assert.deepEqual(await made.recoveries.next(), { topic: 'chat', recovered: true });
    second.send(event('chat', 42));
    second.send(event('chat', 43));
    assert.equal((await made.events.next()).offset, 43);
  });

  test('knows its place before it looks at the event that follows the answer', async () => {
    const { client, connection, states } = await its.open();
    const { events, subscribing } = listening({ client }, 'chat', { from: { last: 1 } });
    const { id } = await connection.next('subscribe');
    const text = [
      { type: 'subscribed', id, topics: [{ topic: 'chat', epoch: 'a', offset: 7 }] },
      event('chat', 7),
      event('chat', 8),
    ].map((frame) => Buffer.from(JSON.stringify(frame)));
    // In one piece, as a busy server sends it.
    connection.sendBytes(
      Buffer.concat(text.flatMap((json) => [Buffer.from([0x81, json.length]), json])),
    );
    await subscribing;
    assert.deepEqual(await offsets(events, 2), [7, 8]);
    assert.deepEqual(await goesOnAt({ connection, states }), { chat: { epoch: 'a', offset: 8 } });
  });

  test('remembers a place in every topic that it asked for by name', async () => {
    const topics = Array.from({ length: 250 }, (_, i) => `t.${i}`);
    const opened = await its.open();
    const { subscribing } = listening(opened, topics);
    const all = async (connection) => {
      const from = {};
      for (let left = topics.length; left > 0;) {
        const { id, topics: some, ...asked } = await connection.next('subscribe');
        const told = some.map((topic) => ({ topic, epoch: 'a', offset: 5, recovered: true }));
        connection.send({ type: 'subscribed', id, topics: told });
        Object.assign(from, asked.from);
        left -= some.length;
      }
      return from;
    };
    await Promise.all([all(opened.connection), subscribing]);
    const from = await all(await comesBack(opened));
    assert.equal(Object.keys(from).length, topics.length);
    assert.deepEqual(from['t.249'], { epoch: 'a', offset: 5 });
  });

  test('never sends more places in one command than a server takes', async () => {
    const names = Array.from({ length: 3 }, (_, i) => `p${i}.>`);
    const told = names.map((topic, i) => ({
      topic,
      complete: true,
      positions: Object.fromEntries(
        Array.from({ length: 400 }, (_, j) => [`p${i}.${j}`, { epoch: 'a', offset: j }]),
      ),
    }));
    const opened = await its.open();
    const { subscribing } = listening(opened, names);
    await Promise.all([answer(opened.connection, told), subscribing]);
    const second = await comesBack(opened);
    const first = await second.next('subscribe');
    const other = await second.next('subscribe');
    assert.deepEqual(first.topics, ['p0.>', 'p1.>']);
    assert.deepEqual(other.topics, ['p2.>']);
    assert.equal(Object.keys(first.from).length, 802);
    assert.equal(Object.keys(other.from).length, 401);
  });

  describe('before the first event', () => {
    test('goes on behind the end of an empty history, whatever was wished', async () => {
      for (const from of ['earliest', { last: 3 }]) {
        const made = await subscribed('chat', { epoch: 'a', offset: 0 }, { from });
        assert.deepEqual(await goesOnAt(made), { chat: { epoch: 'a', offset: 0 } });
      }
    });

    test('goes on at the newest events as they were, not as they are', async () => {
      const made = await subscribed('chat', { epoch: 'a', offset: 41 }, { from: { last: 3 } });
      assert.deepEqual(await goesOnAt(made), { chat: { epoch: 'a', offset: 38 } });
    });

    test('hears of what is gone since it wished for what was left, and of nothing before', async () => {
      const made = await subscribed('chat', { epoch: 'a', offset: 41 }, { from: 'earliest' });
      const second = await comesBack(made);
      const asked = await answer(second, [
        { topic: 'chat', epoch: 'a', offset: 50, recovered: false },
      ]);
      assert.deepEqual(asked.from, { chat: { epoch: 'a', offset: 0 } });
      second.send(gap('chat', 1, 44, 'history_lost'));
      second.send(event('chat', 45));
      const { from, to, count } = await made.gaps.next();
      assert.deepEqual([from, to, count], [42, 44, 3]);
      assert.deepEqual(await offsets(made.events, 1), [45]);
    });

    test('goes on at the place it was given', async () => {
      const from = { epoch: 'a', offset: 30 };
      const made = await subscribed('chat', { epoch: 'a', offset: 41 }, { from });
      assert.deepEqual(await goesOnAt(made), { chat: from });
    });
  });

  test('waits for nothing that is older than the first event that is left', async () => {
    const made = await subscribed('chat', { epoch: 'a', offset: 41 }, { from: 'earliest' });
    made.connection.send(event('chat', 20));
    assert.equal((await made.events.next()).offset, 20);
    assert.deepEqual(await goesOnAt(made), { chat: { epoch: 'a', offset: 20 } });
  });

  test('goes on behind a gap', async () => {
    const made = await subscribed('chat', { epoch: 'a', offset: 41 });
    made.connection.send(gap('chat', 42, 44, 'queue_full'));
    await made.gaps.next();
    assert.deepEqual(await goesOnAt(made), { chat: { epoch: 'a', offset: 44 } });
  });

  test('takes a dead letter that is brought back, once', async () => {
    const made = await subscribed('chat', { epoch: 'a', offset: 41 });
    for (const frame of [
      gap('chat', 42, 44, 'queue_full'),
      event('chat', 45),
      event('chat', 43),
      event('chat', 43),
      event('chat', 45),
      event('chat', 46),
    ]) {
      made.connection.send(frame);
    }
    assert.deepEqual(await offsets(made.events, 3), [45, 43, 46]);
    assert.deepEqual(await goesOnAt(made), { chat: { epoch: 'a', offset: 46 } });
  });

  test('takes a dead letter that was lost before it subscribed', async () => {
    const made = await subscribed('chat', { epoch: 'a', offset: 41 });
    made.connection.send(event('chat', 40));
    made.connection.send(event('chat', 42));
    assert.deepEqual(await offsets(made.events, 2), [40, 42]);
    assert.deepEqual(await goesOnAt(made), { chat: { epoch: 'a', offset: 42 } });
  });

  test('takes what comes behind newer events, and asks again for what did not come', async () => {
    const made = await subscribed('ticker', { epoch: 'a', offset: 41 });
    made.connection.send(gap('ticker', 42, 42, 'conflated'));
    made.connection.send(event('ticker', 46));
    made.connection.send(event('ticker', 43));
    assert.deepEqual(await offsets(made.events, 2), [46, 43]);
    const second = await comesBack(made);
    const asked = await answer(second, [
      { topic: 'ticker', epoch: 'a', offset: 47, recovered: true },
    ]);
    assert.deepEqual(asked.from, { ticker: { epoch: 'a', offset: 43 } });
    [44, 45, 46, 47].forEach((offset) => second.send(event('ticker', offset)));
    assert.deepEqual(await offsets(made.events, 3), [44, 45, 47]);
  });

  test('follows a history that begins anew', async () => {
    const made = await subscribed('chat', { epoch: 'a', offset: 41 });
    made.connection.send({
      type: 'gap',
      topic: 'chat',
      count: null,
      epoch: 'b',
      reason: 'history_lost',
    });
    made.connection.send(event('chat', 1, { epoch: 'b' }));
    assert.equal((await made.events.next()).offset, 1);
    assert.deepEqual(await goesOnAt(made), { chat: { epoch: 'b', offset: 1 } });
  });

  for (const [what, epoch, last] of [
    ['another history than it knows', 'b', 41],
    ['a history that lost its end', 'a', 3],
  ]) {
    test(`takes all that is left of ${what}`, async () => {
      const made = await subscribed('chat', { epoch: 'a', offset: 41 });
      const second = await comesBack(made);
      await answer(second, [{ topic: 'chat', epoch, offset: last, recovered: false }]);
      assert.deepEqual(await made.recoveries.next(), { topic: 'chat', recovered: false });
      const lost = { topic: 'chat', count: null, epoch, reason: 'history_lost' };
      second.send({ type: 'gap', ...lost });
      second.send(event('chat', 1, { epoch }));
      second.send(event('chat', 2));
      assert.deepEqual(await made.gaps.next(), lost);
      assert.deepEqual(await offsets(made.events, 2), [1, 2]);
    });
  }

  test('says that something may be missing where a topic keeps no history any more', async () => {
    const made = await subscribed('chat', { epoch: 'a', offset: 41 });
    await answer(await comesBack(made), [{ topic: 'chat' }]);
    assert.deepEqual(await made.recoveries.next(), { topic: 'chat', recovered: false });
  });

  describe('of a pattern', () => {
    const told = { positions: { 'o.a': { epoch: 'a', offset: 5 } }, complete: true };

    test('goes on in every history, in new ones from their first event', async () => {
      const made = await subscribed('o.>', told);
      made.connection.send(event('o.new', 1, { epoch: 'a' }));
      await made.events.next();
      const second = await comesBack(made);
      const later = { ...told.positions, 'o.newer': { epoch: 'a', offset: 2 } };
      const asked = await answer(second, [
        { topic: 'o.>', positions: later, complete: true, recovered: true },
      ]);
      assert.deepEqual(asked.from, {
        'o.>': 'earliest',
        'o.a': { epoch: 'a', offset: 5 },
        'o.new': { epoch: 'a', offset: 1 },
      });
      assert.deepEqual(await made.recoveries.next(), { topic: 'o.>', recovered: true });
      second.send(event('o.newer', 1, { epoch: 'a' }));
      second.send(event('o.newer', 2));
      assert.deepEqual(await offsets(made.events, 2), [1, 2]);
    });

    test('begins where it is told to, and wants new histories as a whole', async () => {
      const made = await subscribed('o.>', told, { from: { last: 2 } });
      assert.deepEqual(made.asked.from, { 'o.>': { last: 2 } });
      const second = await comesBack(made);
      const asked = await answer(second, [
        {
          topic: 'o.>',
          positions: { 'o.a': { epoch: 'a', offset: 5 }, 'o.new': { epoch: 'a', offset: 9 } },
          complete: true,
          recovered: true,
        },
      ]);
      assert.deepEqual(asked.from, { 'o.>': 'earliest', 'o.a': { epoch: 'a', offset: 3 } });
      [1, 2, 3].forEach((offset) => second.send(event('o.new', offset)));
      assert.deepEqual(await offsets(made.events, 3), [1, 2, 3]);
    });

    test('says that something may be missing where it has too many', async () => {
      const made = await subscribed('o.>', { ...told, complete: false });
      const second = await comesBack(made);
      const asked = await answer(second, [{ topic: 'o.>', ...told, complete: false }]);
      assert.deepEqual(asked.from, { 'o.a': { epoch: 'a', offset: 5 } });
      assert.deepEqual(await made.recoveries.next(), { topic: 'o.>', recovered: false });
    });

    test('begins live, and says so, where the server takes fewer places', async () => {
      const made = await subscribed('o.>', told);
      const second = await comesBack(made);
      await second.refused('subscribe', 'limit_exceeded', false);
      const asked = await answer(second, [{ topic: 'o.>', ...told }]);
      assert.equal(asked.from, undefined);
      assert.deepEqual(await made.recoveries.next(), { topic: 'o.>', recovered: false });
      second.send(event('o.a', 6));
      assert.equal((await made.events.next()).offset, 6);
    });

    test('asks for nothing of the past where no topic of it keeps history', async () => {
      const made = await subscribed('o.>', {});
      assert.equal(await goesOnAt(made), undefined);
    });
  });

  describe('of two subscriptions', () => {
    test('goes on for the second one when the first one has left', async () => {
      const made = await subscribed('chat', { epoch: 'a', offset: 41 });
      const other = listening(made, 'chat');
      await other.subscribing;
      made.connection.send(event('chat', 42));
      await other.events.next();
      await made.subscription.unsubscribe();
      assert.deepEqual(await goesOnAt(made), { chat: { epoch: 'a', offset: 42 } });
    });

    test('goes on for one that takes a topic over at once', async () => {
      const made = await subscribed('chat', { epoch: 'a', offset: 41 });
      made.subscription.unsubscribe();
      await listening(made, 'chat').subscribing;
      await sentNothingElse(made);
      assert.deepEqual(await goesOnAt(made), { chat: { epoch: 'a', offset: 41 } });
    });

    test('the second one begins where it wishes, and the first one sees nothing twice', async () => {
      const made = await subscribed('chat', { epoch: 'a', offset: 41 });
      const other = listening(made, 'chat', { from: { last: 2 } });
      const { id } = await made.connection.next('unsubscribe');
      made.connection.send(event('chat', 42));
      made.connection.send({ type: 'unsubscribed', id });
      const asked = await answer(made.connection, [
        { topic: 'chat', epoch: 'a', offset: 43, recovered: true },
      ]);
      // What came in between comes again.
      assert.deepEqual(asked.from, { chat: { epoch: 'a', offset: 39 } });
      await other.subscribing;
      assert.deepEqual(await other.recoveries.next(), { topic: 'chat', recovered: true });
      [40, 41, 42, 43, 44].forEach((offset) => made.connection.send(event('chat', offset)));
      assert.deepEqual(await offsets(other.events, 3), [42, 43, 44]);
      assert.deepEqual(await offsets(made.events, 3), [42, 43, 44]);
    });

    test('the second one joins a topic without history, wherever it wishes to begin', async () => {
      const made = await subscribed('chat', {});
      await listening(made, 'chat', { from: 'earliest' }).subscribing;
      await sentNothingElse(made);
    });

    test('the second one is refused another place in the same pattern', async () => {
      const made = await subscribed('o.>', { positions: {}, complete: true });
      const other = listening(made, ['o.>', 'more'], { from: 'earliest' });
      await assert.rejects(other.subscribing, { code: 'already_subscribed', topic: 'o.>' });
      made.connection.send(event('o.a', 1, { epoch: 'a' }));
      assert.equal((await made.events.next()).offset, 1);
      assert.deepEqual(other.events.unread, []);
      await sentNothingElse(made);
    });

    test('a topic is read from its begin although a pattern of another one is live', async () => {
      const made = await subscribed('o.>', {
        positions: { 'o.a': { epoch: 'a', offset: 2 } },
        complete: true,
      });
      const other = listening(made, 'o.a', { from: 'earliest' });
      const { id } = await made.connection.next('subscribe');
      made.connection.send(event('o.a', 3));
      made.connection.send({
        type: 'subscribed',
        id,
        topics: [{ topic: 'o.a', epoch: 'a', offset: 3, recovered: true }],
      });
      [1, 2, 3, 4].forEach((offset) => made.connection.send(event('o.a', offset)));
      assert.deepEqual(await offsets(other.events, 4), [1, 2, 3, 4]);
      assert.deepEqual(await offsets(made.events, 2), [3, 4]);
    });

    test('each hears of the part of a gap that it lost', async () => {
      const { client, connection, states } = await its.open();
      const first = listening({ client }, 'chat', { from: { epoch: 'a', offset: 10 } });
      const second = listening({ client }, 'chat');
      await answer(connection, [{ topic: 'chat', epoch: 'a', offset: 41, recovered: false }]);
      await Promise.all([first.subscribing, second.subscribing]);
      connection.send(gap('chat', 11, 20, 'history_lost'));
      connection.send(event('chat', 21));
      assert.equal((await first.gaps.next()).count, 10);
      assert.equal((await first.events.next()).offset, 21);
      assert.deepEqual([second.gaps.unread, second.events.unread], [[], []]);

      const again = await comesBack({ connection, states });
      const asked = await answer(again, [
        { topic: 'chat', epoch: 'a', offset: 90, recovered: false },
      ]);
      assert.deepEqual(asked.from, { chat: { epoch: 'a', offset: 21 } });
      again.send(gap('chat', 22, 80, 'history_lost'));
      again.send(event('chat', 81));
      const { from, to, count } = await second.gaps.next();
      assert.deepEqual([from, to, count], [42, 80, 39]);
      assert.equal((await first.gaps.next()).from, 22);
      assert.deepEqual(await offsets(second.events, 1), [81]);
    });
  });
});

describe('publish to histories', () => {
  const its = fixture();

  test('resolves to offset and epoch, of a batch to those of each event', async () => {
    const { client, connection } = await its.open();
    const one = client.publish('chat', 1, { eventId: 'e' });
    await connection.published({ offset: 42, epoch: 'a' });
    assert.deepEqual(await one, { eventId: 'e', offset: 42, epoch: 'a' });
    const many = client.publishBatch([
      { topic: 'chat', data: 2 },
      { topic: 'live', data: 3 },
    ]);
    const events = [{ eventId: 'x', offset: 43, epoch: 'a' }, { eventId: 'y' }];
    await connection.published({ events });
    assert.deepEqual(await many, events);
  });

  test('publishes again, under the same id, what could not be stored', async () => {
    const { client, connection } = await its.open();
    const publishing = client.publish('chat', 1);
    const first = await connection.refused('publish', 'store_unavailable', true);
    const again = await connection.published({ offset: 1, epoch: 'a' });
    assert.equal(again.eventId, first.eventId);
    assert.equal((await publishing).offset, 1);
  });
});

describe('pages of a history', () => {
  const its = fixture();
  const page = (events, last, epoch = 'a') => ({ topic: 'chat', epoch, first: 1, last, events });

  /** Answers each request with the next page; returns what was asked. */
  function serve(...pages) {
    const asked = [];
    its.server.answer = ({ url, headers }, response) => {
      asked.push({ url, authorization: headers.authorization });
      const { status = 200, body } = pages.shift();
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    return asked;
  }

  async function all(events) {
    const found = [];
    for await (const one of events) {
      found.push(one);
    }
    return found;
  }

  test('come one after the other, up to the newest event', async () => {
    const asked = serve(
      { body: page([event('chat', 31), event('chat', 32)], 33) },
      { body: page([event('chat', 33, { data: undefined, dataBase64: 'AQI=' })], 33) },
    );
    const { client } = await its.open({ token: 's3' });
    const events = await all(client.history('chat', { after: 30 }));
    assert.deepEqual(
      events.map(({ offset, epoch }) => [offset, epoch]),
      [
        [31, 'a'],
        [32, 'a'],
        [33, 'a'],
      ],
    );
    assert.deepEqual(events[2].data, new Uint8Array([1, 2]));
    assert.equal('type' in events[0], false);
    const url = '/v1/topics/chat/events';
    assert.deepEqual(asked, [
      { url: `${url}?after=30&limit=1000`, authorization: 'Bearer s3' },
      { url: `${url}?after=32&limit=1000`, authorization: 'Bearer s3' },
    ]);
  });

  test('end at the limit', async () => {
    const asked = serve({ body: page([event('chat', 1), event('chat', 2)], 9) });
    const { client } = await its.open();
    assert.equal((await all(client.history('chat', { limit: 2 }))).length, 2);
    assert.deepEqual(
      asked.map(({ url }) => url),
      ['/v1/topics/chat/events?after=0&limit=2'],
    );
  });

  test('are asked for only when they are wanted', async () => {
    const asked = serve({ body: page([event('chat', 1), event('chat', 2)], 9) });
    const { client } = await its.open();
    const events = client.history('chat');
    assert.equal(asked.length, 0);
    assert.equal((await events.next()).value.offset, 1);
    await events.return();
    assert.equal(asked.length, 1);
  });

  test('of an empty history are none', async () => {
    serve({ body: page([], 0) });
    const { client } = await its.open();
    assert.deepEqual(await all(client.history('chat')), []);
  });

  test('do not go on in another life of the history', async () => {
    serve({ body: page([event('chat', 1)], 2) }, { body: page([event('chat', 2)], 2, 'b') });
    const { client } = await its.open();
    await assert.rejects(all(client.history('chat')), { code: 'history_lost', topic: 'chat' });
  });

  for (const [what, answer, error] of [
    [
      'a problem',
      { status: 404, body: { code: 'bad_request', detail: 'keeps no history', retryable: false } },
      { code: 'bad_request', message: 'keeps no history', retryable: false },
    ],
    [
      'a problem that passes',
      { status: 503, body: { code: 'store_unavailable', detail: 'later', retryable: true } },
      { code: 'store_unavailable', retryable: true },
    ],
    [
      "a proxy's page",
      { status: 502, body: '<h1>Bad gateway</h1>' },
      { code: 'internal', message: 'the answer was 502', retryable: true },
    ],
    ['nonsense', { body: 'null' }, { code: 'internal', retryable: false }],
  ]) {
    test(`${what} is an error`, async () => {
      serve(answer);
      const { client } = await its.open();
      await assert.rejects(all(client.history('chat')), { name: 'CarillonError', ...error });
    });
  }

  test('an answer that does not come is an error', async () => {
    its.server.answer = () => {};
    const { client } = await its.open({ timeoutMs: 100 });
    await assert.rejects(all(client.history('chat')), { code: 'timeout', retryable: true });
  });

  test('a server that is not there is an error', async () => {
    const { client } = await its.open();
    await its.server.stop();
    await assert.rejects(all(client.history('chat')), { code: 'unreachable', retryable: true });
  });

  test('come from a client that is not closed only', async () => {
    const { client } = await its.open();
    client.close();
    await assert.rejects(all(client.history('chat')), { code: 'closed' });
  });

  for (const options of [{ after: -1 }, { after: '3' }, { limit: 0 }, { limit: 1.5 }]) {
    test(`of ${JSON.stringify(options)} make no sense`, async () => {
      const { client } = await its.open();
      await assert.rejects(all(client.history('chat', options)), RangeError);
    });
  }
});
