import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Happenings } from './fake-server.mjs';
import { fixture, until } from './fixture.mjs';

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

/** Answers the next subscribe with these topics; returns what was asked. */
async function answer(connection, topics, more = {}) {
  const asked = await connection.next('subscribe');
  connection.send({ type: 'subscribed', id: asked.id, topics, ...more });
  return asked;
}

describe('history', () => {
  const its = fixture();

  async function subscribed(topic, told, options = {}) {
    const recoveries = new Happenings('a recovery');
    const opened = await its.open({ onRecovery: (recovery) => recoveries.push(recovery) });
    const events = new Happenings('an event');
    const subscribing = opened.client.subscribe(topic, (got) => events.push(got), options);
    const asked = await answer(opened.connection, [{ topic, ...told }]);
    await subscribing;
    return { ...opened, events, recoveries, asked };
  }

  async function comesBack({ connection, states }) {
    connection.destroy();
    await until(states, 'waiting');
    return its.server.welcomed();
  }

  test('begins where it is told to', async () => {
    const { asked } = await subscribed('chat', { epoch: 'a', offset: 9 }, { from: { last: 3 } });
    assert.deepEqual(asked.from, { chat: { last: 3 } });
  });

  test('refuses a place that is none', async () => {
    const { client } = await its.open();
    await assert.rejects(client.subscribe('chat', () => {}, { from: 'first' }), TypeError);
  });

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

  test('goes on behind a gap', async () => {
    const made = await subscribed('chat', { epoch: 'a', offset: 41 });
    made.connection.send({
      type: 'gap', topic: 'chat', count: 3, from: 42, to: 44, reason: 'queue_full',
    });
    await made.gaps.next();
    const second = await comesBack(made);
    const asked = await answer(second, [{ topic: 'chat', epoch: 'a', offset: 44 }]);
    assert.deepEqual(asked.from, { chat: { epoch: 'a', offset: 44 } });
  });

  test('follows a history that begins anew', async () => {
    const made = await subscribed('chat', { epoch: 'a', offset: 41 });
    made.connection.send({
      type: 'gap', topic: 'chat', count: null, epoch: 'b', reason: 'history_lost',
    });
    made.connection.send(event('chat', 1, { epoch: 'b' }));
    assert.equal((await made.events.next()).offset, 1);
    const second = await comesBack(made);
    const asked = await answer(second, [{ topic: 'chat', epoch: 'b', offset: 1 }]);
    assert.deepEqual(asked.from, { chat: { epoch: 'b', offset: 1 } });
  });

  test('goes on in every history of a pattern, in new ones from their first event', async () => {
    const made = await subscribed('o.>', {
      positions: { 'o.a': { epoch: 'a', offset: 5 } },
      complete: true,
    });
    made.connection.send(event('o.new', 1, { epoch: 'a' }));
    await made.events.next();
    const second = await comesBack(made);
    const asked = await answer(second, [{ topic: 'o.>', positions: {}, complete: true }]);
    assert.deepEqual(asked.from, {
      'o.>': 'earliest',
      'o.a': { epoch: 'a', offset: 5 },
      'o.new': { epoch: 'a', offset: 1 },
    });
  });

  test('says that something may be missing where a pattern has too many histories', async () => {
    const made = await subscribed('o.>', { positions: {}, complete: false });
    const second = await comesBack(made);
    const asked = await answer(second, [{ topic: 'o.>', positions: {}, complete: false }]);
    assert.equal(asked.from, undefined);
    assert.deepEqual(await made.recoveries.next(), { topic: 'o.>', recovered: false });
  });
});
