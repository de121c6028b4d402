import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matches } from '../../main/resources/dev/carillon/gateway/client.js';
import { Happenings } from './fake-server.mjs';
import { fixture, sentNothingElse, until } from './fixture.mjs';

describe('subscribe', () => {
  const its = fixture();

  test('resolves once the server has answered, and events come', async () => {
    const { connection, events, subscription } = await its.subscribed(['orders.>', 'chat.lobby']);
    assert.deepEqual(subscription.topics, ['orders.>', 'chat.lobby']);
    connection.event('orders.created', { total: 17 }, { offset: 42, epoch: 'x', key: 'o-17' });
    assert.deepEqual(await events.next(), {
      topic: 'orders.created',
      id: 'e-1',
      time: '2026-11-23T17:00:00.123Z',
      offset: 42,
      epoch: 'x',
      key: 'o-17',
      data: { total: 17 },
    });
  });

  test('calls each handler whose pattern matches, once an event', async () => {
    const { client, connection, events } = await its.subscribed(['orders.>', 'orders.*']);
    const others = new Happenings('an event');
    const last = new Happenings('an event');
    const both = [
      client.subscribe('*.created', (event) => others.push(event.data)),
      client.subscribe('chat.>', (event) => last.push(event.data)),
    ];
    assert.deepEqual(await connection.subscribed(), ['*.created', 'chat.>']);
    await Promise.all(both);
    connection.event('orders.created', 1);
    connection.event('orders.paid', 2);
    connection.event('orders.created', 3);
    connection.event('chat.lobby', 4);
    assert.equal(await last.next(), 4);
    assert.deepEqual(others.unread, [1, 3]);
    assert.deepEqual(
      events.unread.map(({ data }) => data),
      [1, 2, 3],
    );
  });

  test('asks the server once for a topic that two subscriptions want', async () => {
    const { client, connection, events, subscription } = await its.subscribed('chat.lobby');
    const others = new Happenings('an event');
    const second = await client.subscribe('chat.lobby', (event) => others.push(event.data));
    connection.event('chat.lobby', 'hello');
    assert.equal(await others.next(), 'hello');
    await events.next();

    await subscription.unsubscribe();
    connection.event('chat.lobby', 'still here');
    assert.equal(await others.next(), 'still here');
    assert.deepEqual(events.unread, []);

    const done = second.unsubscribe();
    assert.deepEqual(await connection.unsubscribed(), ['chat.lobby']);
    await done;
    await sentNothingElse({ client, connection });
  });

  test('a topic that is left and wanted again is subscribed again', async () => {
    const { client, connection, subscription } = await its.subscribed('chat.lobby');
    const left = subscription.unsubscribe();
    const { id } = await connection.next('unsubscribe');
    const again = client.subscribe('chat.lobby', () => {});
    await left;
    connection.send({ type: 'unsubscribed', id });
    assert.deepEqual(await connection.subscribed(), ['chat.lobby']);
    await again;
  });

  test('a topic that is left and wanted again at once stays', async () => {
    const { client, connection, subscription } = await its.subscribed('chat.lobby');
    const left = subscription.unsubscribe();
    await client.subscribe('chat.lobby', () => {});
    await left;
    await sentNothingElse({ client, connection });
  });

  test('rejects with the error of the server, for the bad topic only', async () => {
    const { client, connection } = await its.open();
    const bad = client.subscribe('a..b', () => {});
    const good = client.subscribe('chat.lobby', () => {});
    await connection.refused('subscribe', 'topic_invalid', false);
    await connection.refused('subscribe', 'topic_invalid', false);
    await connection.subscribed();
    await assert.rejects(bad, { code: 'topic_invalid', topic: 'a..b', retryable: false });
    assert.deepEqual((await good).topics, ['chat.lobby']);
  });

  test('of a subscription with a bad topic nothing stays', async () => {
    const { client, connection } = await its.open();
    const refused = assert.rejects(
      client.subscribe(['bad', 'good'], () => {}),
      { topic: 'bad' },
    );
    await connection.refused('subscribe', 'forbidden', false);
    await connection.refused('subscribe', 'forbidden', false);
    await connection.subscribed();
    assert.deepEqual(await connection.unsubscribed(), ['good']);
    await refused;
  });

  test('asks again after a retryable refusal, a bounded number of times', async () => {
    const { client, connection } = await its.open({ publish: { retries: 2 } });
    const first = client.subscribe('orders.>', () => {});
    await connection.refused('subscribe', 'overloaded', true);
    await connection.refused('subscribe', 'overloaded', true);
    await connection.subscribed();
    await first;

    const refused = assert.rejects(
      client.subscribe('chat.>', () => {}),
      { code: 'overloaded' },
    );
    for (let attempt = 0; attempt < 3; attempt++) {
      await connection.refused('subscribe', 'overloaded', true);
    }
    await refused;
  });

  test('without an answer the connection is not to be trusted', async () => {
    const { client, connection, states } = await its.open({ timeoutMs: 300 });
    const subscribing = client.subscribe('orders.>', () => {});
    await connection.next('subscribe');
    const { code, reason } = await until(states, 'waiting');
    assert.deepEqual([code, reason], [4308, 'no answer to subscribe']);
    const next = await its.server.welcomed();
    await next.subscribed();
    await subscribing;
  });

  test('sends many topics in commands of bounded size', async () => {
    const { client, connection } = await its.open();
    const topics = Array.from({ length: 250 }, (_, i) => `t.${i}`);
    const subscribing = client.subscribe(topics, () => {});
    const asked = [];
    while (asked.length < topics.length) {
      const command = await connection.subscribed();
      assert.ok(command.length <= 100);
      asked.push(...command);
    }
    await subscribing;
    assert.deepEqual(asked, topics);
  });

  test('refuses more topics than allowed, and calls that make no sense', async () => {
    const { client } = await its.subscribed(['a', 'b'], { maxTopics: 3 });
    await assert.rejects(
      client.subscribe(['c', 'd'], () => {}),
      { code: 'limit_exceeded' },
    );
    await assert.rejects(
      client.subscribe([], () => {}),
      TypeError,
    );
    await assert.rejects(
      client.subscribe([7], () => {}),
      TypeError,
    );
    await assert.rejects(client.subscribe('c'), TypeError);
  });

  test('tells gaps to the client and to the subscriptions they concern', async () => {
    const { client, connection, gaps } = await its.open();
    const orders = new Happenings('a gap');
    const chat = new Happenings('a gap');
    const subscribing = Promise.all([
      client.subscribe('orders.>', () => {}, { onGap: (gap) => orders.push(gap) }),
      client.subscribe('chat.*', () => {}, { onGap: (gap) => chat.push(gap) }),
    ]);
    await connection.subscribed();
    await subscribing;
    const gap = { topic: 'orders.created', count: 15, from: 43, to: 57, reason: 'queue_full' };
    connection.send({ type: 'gap', ...gap });
    connection.send({ type: 'gap', count: null, reason: 'cluster_loss' });
    const everywhere = { count: null, reason: 'cluster_loss' };
    assert.deepEqual(await chat.next(), everywhere);
    assert.deepEqual(orders.unread, [gap, everywhere]);
    assert.deepEqual(gaps.unread, [gap, everywhere]);
  });

  test('a handler that throws is reported and stops nobody else', async () => {
    const { client, connection, errors } = await its.open();
    const events = new Happenings('an event');
    const subscribing = Promise.all([
      client.subscribe('a', () => {
        throw new Error('thrown');
      }),
      client.subscribe('a', async () => {
        throw new Error('rejected');
      }),
      client.subscribe('a', (event) => events.push(event.data)),
    ]);
    await connection.subscribed();
    await subscribing;
    connection.event('a', 1);
    assert.equal(await events.next(), 1);
    const causes = [await errors.next(), await errors.next()].map(({ code, cause }) => [
      code,
      cause.message,
    ]);
    assert.deepEqual(causes, [
      ['handler_failed', 'thrown'],
      ['handler_failed', 'rejected'],
    ]);
    assert.equal(client.state, 'open');
  });

  test('a handler that ends another subscription ends it for the same event, too', async () => {
    const { client, connection } = await its.open();
    const called = new Happenings('a call');
    let second;
    const subscribing = Promise.all([
      client.subscribe('a', () => {
        called.push('first');
        second.unsubscribe();
      }),
      client.subscribe('a', () => called.push('second')),
      client.subscribe('a', () => called.push('third')),
    ]);
    await connection.subscribed();
    [, second] = await subscribing;
    connection.event('a', 1);
    assert.deepEqual([await called.next(), await called.next()], ['first', 'third']);
  });

  test('without onError a handler that throws is an uncaught error', async (t) => {
    const { client, connection } = await its.open({ onError: undefined });
    const subscribing = client.subscribe('a', () => {
      throw new Error('thrown');
    });
    await connection.subscribed();
    await subscribing;
    const uncaught = new Happenings('an uncaught error');
    t.mock.method(globalThis, 'queueMicrotask', (call) => uncaught.push(call));
    connection.event('a', 1);
    assert.throws(await uncaught.next(), { message: 'thrown' });
  });

  test('finds the right handlers among more topics than it remembers', async () => {
    const { client, connection } = await its.open();
    const even = new Happenings('an event');
    const all = new Happenings('an event');
    const subscribing = Promise.all([
      client.subscribe('even.*', (event) => even.push(event.data)),
      client.subscribe('>', (event) => all.push(event.data)),
    ]);
    await connection.subscribed();
    await subscribing;
    const numbers = Array.from({ length: 2_500 }, (_, i) => i);
    for (const i of numbers) {
      connection.event(`${i % 2 === 0 ? 'even' : 'odd'}.${i}`, i);
    }
    for (const i of numbers) {
      assert.equal(await all.next(), i);
    }
    assert.deepEqual(
      even.unread,
      numbers.filter((i) => i % 2 === 0),
    );
  });

  test('bytes come as a Uint8Array', async () => {
    const { connection, events } = await its.subscribed('images');
    connection.send({ type: 'event', topic: 'images', id: 'e', time: 't', dataBase64: 'AP+A' });
    const event = await events.next();
    assert.deepEqual(event.data, new Uint8Array([0, 255, 128]));
    assert.ok(!('dataBase64' in event));
  });
});

describe('matches', () => {
  for (const [pattern, topic, expected] of [
    ['a.b', 'a.b', true],
    ['a.b', 'a.b.c', false],
    ['a.b', 'a', false],
    ['*', 'a', true],
    ['*', 'a.b', false],
    ['a.*.c', 'a.b.c', true],
    ['a.*.c', 'a.c', false],
    ['a.*', 'a', false],
    ['>', 'a', true],
    ['>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['a.>', 'a.b', true],
    ['a.>', 'a.b.c', true],
    ['a.>', 'b.c', false],
    ['*.>', 'a', false],
    ['*.>', 'a.b', true],
    ['a.*.>', 'a.b.c.d', true],
  ]) {
    test(`${pattern} ${expected ? 'takes' : 'leaves'} ${topic}`, () => {
      assert.equal(matches(pattern, topic), expected);
    });
  }
});
