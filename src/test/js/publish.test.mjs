import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fixture, until } from './fixture.mjs';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

describe('publish', () => {
  const its = fixture();

  test('resolves to the answer of the server', async () => {
    const { client, connection } = await its.open();
    const publishing = client.publish(
      'orders.created',
      { total: 17 },
      { key: 'o-17', eventId: 'mine' },
    );
    const { id, ...frame } = await connection.published({ offset: 42, epoch: 'x' });
    assert.deepEqual(frame, {
      type: 'publish',
      topic: 'orders.created',
      key: 'o-17',
      eventId: 'mine',
      data: { total: 17 },
    });
    assert.ok(id !== undefined);
    assert.deepEqual(await publishing, { eventId: 'mine', offset: 42, epoch: 'x' });
  });

  test('gives an event an id of its own', async () => {
    const { client, connection } = await its.open();
    const publishing = client.publish('a', null);
    const { eventId, data } = await connection.published();
    assert.match(eventId, UUID);
    assert.equal(data, null);
    assert.deepEqual(await publishing, { eventId });
  });

  test('sends bytes as base64', async () => {
    const { client, connection } = await its.open();
    const bytes = new Uint8Array([9, 0, 255, 128, 9]);
    for (const data of [
      bytes.subarray(1, 4),
      bytes.slice(1, 4).buffer,
      new DataView(bytes.buffer, 1, 3),
    ]) {
      const publishing = client.publish('images', data);
      const frame = await connection.published();
      assert.equal(frame.dataBase64, 'AP+A');
      assert.ok(!('data' in frame));
      await publishing;
    }
  });

  test('a batch is one command, answered in order', async () => {
    const { client, connection } = await its.open();
    const publishing = client.publishBatch([
      { topic: 'a', data: 1, eventId: 'e-1' },
      { topic: 'b', data: new Uint8Array([1]), key: 'k' },
    ]);
    const { id, events } = await connection.next('publish');
    assert.deepEqual(events[0], { topic: 'a', data: 1, eventId: 'e-1' });
    assert.match(events[1].eventId, UUID);
    assert.deepEqual(
      { ...events[1], eventId: '' },
      { topic: 'b', dataBase64: 'AQ==', key: 'k', eventId: '' },
    );
    const answers = [{ eventId: 'e-1', offset: 1, epoch: 'x' }, { eventId: events[1].eventId }];
    connection.send({ type: 'published', id, events: answers });
    assert.deepEqual(await publishing, answers);
    assert.deepEqual(await client.publishBatch([]), []);
  });

  test('sends what the data was at the time of the call', async () => {
    const { client, server } = { ...its.client(), server: its.server };
    const data = { total: 17 };
    const publishing = client.publish('a', data);
    data.total = 18;
    const connection = await server.welcomed();
    assert.deepEqual((await connection.published()).data, { total: 17 });
    await publishing;
  });

  test('rejects data that is not JSON', async () => {
    const { client, errors } = await its.open();
    const circular = {};
    circular.self = circular;
    for (const data of [undefined, () => {}, 1n, circular]) {
      await assert.rejects(client.publish('a', data), { code: 'bad_request', retryable: false });
      assert.equal((await errors.next()).code, 'bad_request');
    }
    await assert.rejects(client.publishBatch('a'), { code: 'bad_request' });
  });

  test('a refusal that cannot be repaired rejects at once and reaches onError', async () => {
    const { client, connection, errors } = await its.open();
    const refused = assert.rejects(client.publish('a', 1, { eventId: 'e-1' }), {
      name: 'CarillonError',
      code: 'forbidden',
      message: 'no: forbidden',
      retryable: false,
      events: [{ topic: 'a', eventId: 'e-1' }],
    });
    await connection.refused('publish', 'forbidden', false);
    await refused;
    assert.equal((await errors.next()).code, 'forbidden');
  });

  test('a retryable refusal is tried again with the same event id', async () => {
    const { client, connection, errors } = await its.open();
    const publishing = client.publish('a', 1);
    const first = await connection.refused('publish', 'overloaded', true);
    const second = await connection.refused('publish', 'store_unavailable', true);
    const third = await connection.published();
    await publishing;
    assert.deepEqual([second, third], [first, first]);
    assert.deepEqual(errors.unread, []);
  });

  test('gives up after the last retry', async () => {
    const { client, connection, errors } = await its.open({ publish: { retries: 2 } });
    const refused = assert.rejects(client.publish('a', 1), { code: 'overloaded', retryable: true });
    for (let attempt = 0; attempt < 3; attempt++) {
      await connection.refused('publish', 'overloaded', true);
    }
    await refused;
    assert.equal((await errors.next()).code, 'overloaded');
  });

  for (const [jitter, expected] of [
    [1, [4_000, 8_000, 16_000, 20_000, 20_000]],
    [0.5, [2_500, 4_500, 8_500, 10_500, 10_500]],
    [0, [1_000, 1_000, 1_000, 1_000, 1_000]],
  ]) {
    test(`delays before retries grow to a bound, with jitter ${jitter}`, async (t) => {
      const { setTimeout } = globalThis;
      const delays = [];
      const { client, connection } = await its.open({
        random: () => jitter,
        reconnect: { maxMs: 20_000 },
        publish: { backoffMs: 1_000, retries: 5, timeoutMs: 60_000 },
      });
      t.mock.method(globalThis, 'setTimeout', (call, ms) => {
        if (ms < 60_000) {
          delays.push(ms);
        }
        return setTimeout(call, ms < 60_000 ? 1 : ms);
      });
      const refused = assert.rejects(client.publish('a', 1), { code: 'overloaded' });
      for (let attempt = 0; attempt < 6; attempt++) {
        await connection.refused('publish', 'overloaded', true);
      }
      await refused;
      assert.deepEqual(delays, expected);
    });
  }

  test('an attempt without an answer is tried again with the same event id', async () => {
    const { client, connection } = await its.open({ publish: { timeoutMs: 20 } });
    const publishing = client.publish('a', 1);
    const first = await connection.next('publish');
    const second = await connection.published();
    assert.deepEqual(second, first);
    await publishing;
  });

  test('takes an answer that comes late', async () => {
    const { client, connection } = await its.open({
      publish: { timeoutMs: 20, backoffMs: 60_000, retries: 1 },
      reconnect: { maxMs: 60_000 },
    });
    const publishing = client.publish('a', 1);
    const { id, eventId } = await connection.next('publish');
    // Past the time limit, as a second event that waits as long proves.
    await assert.rejects(
      its
        .client({ publish: { timeoutMs: 25, retries: 0 } }, 'ws://127.0.0.1:1')
        .client.publish('b', 1),
    );
    connection.send({ type: 'published', id, eventId });
    assert.deepEqual(await publishing, { eventId });
  });

  test('gives up after the last attempt without an answer', async () => {
    const { client, connection, errors } = await its.open({
      publish: { timeoutMs: 10, retries: 1 },
    });
    const refused = assert.rejects(client.publish('a', 1), { code: 'timeout', retryable: true });
    await connection.next('publish');
    await connection.next('publish');
    await refused;
    assert.equal((await errors.next()).code, 'timeout');
  });

  test('without a connection it waits for one, a bounded time', async () => {
    const { client } = its.client({ publish: { timeoutMs: 20, retries: 0 } });
    await its.server.connections.next();
    await assert.rejects(client.publish('a', 1), { code: 'timeout', message: /no connection/ });
  });

  test('what waits when the connection breaks is sent again in order, with the same ids', async () => {
    const { client, connection } = await its.open();
    const publishing = [1, 2, 3].map((data) => client.publish('a', data));
    const first = [];
    for (let i = 0; i < 3; i++) {
      first.push(await connection.next('publish'));
    }
    connection.destroy();
    const next = await its.server.welcomed();
    const second = [await next.published(), await next.published(), await next.published()];
    assert.deepEqual(second, first);
    assert.deepEqual(
      (await Promise.all(publishing)).map(({ eventId }) => eventId),
      first.map(({ eventId }) => eventId),
    );
  });

  test('gives up when each attempt breaks the connection', async () => {
    const { client, connection } = await its.open({ publish: { retries: 1 } });
    const refused = assert.rejects(client.publish('a', 1), {
      code: 'connection_lost',
      retryable: true,
    });
    await connection.next('publish');
    connection.destroy();
    const next = await its.server.welcomed();
    await next.next('publish');
    next.destroy();
    await refused;
  });

  test('what is published while reconnecting comes after what waited, and after subscribing', async () => {
    const { client, connection, states } = await its.subscribed('a');
    const publishing = [client.publish('a', 1)];
    await connection.next('publish');
    connection.destroy();
    await until(states, 'waiting');
    publishing.push(client.publish('a', 2));
    const next = await its.server.welcomed();
    assert.deepEqual(await next.subscribed(), ['a']);
    assert.equal((await next.published()).data, 1);
    assert.equal((await next.published()).data, 2);
    await Promise.all(publishing);
  });

  test('what waited goes out before what onState publishes', async () => {
    const { client } = its.client({
      onState: (state) => {
        if (state === 'open') {
          client.publish('a', 'newer').catch(() => {});
        }
      },
    });
    const publishing = client.publish('a', 'older');
    const connection = await its.server.welcomed();
    assert.equal((await connection.published()).data, 'older');
    assert.equal((await connection.published()).data, 'newer');
    await publishing;
  });

  test('takes as many as may wait, and no more', async () => {
    const { client, connection, errors } = await its.open({ publish: { maxPending: 3 } });
    const publishing = [
      client.publish('a', 1),
      client.publishBatch([1, 2].map((data) => ({ topic: 'a', data }))),
    ];
    await assert.rejects(client.publish('a', 3), { code: 'overloaded', retryable: true });
    assert.equal((await errors.next()).code, 'overloaded');
    await connection.published();
    await publishing[0];
    const room = client.publish('a', 4);
    const { id } = await connection.next('publish');
    connection.send({ type: 'published', id, events: [{ eventId: 'x' }, { eventId: 'y' }] });
    await connection.published();
    await Promise.all([...publishing, room]);
  });

  test('takes as many characters as may wait, and no more', async () => {
    const { client, connection } = await its.open({ publish: { maxPendingChars: 1_000 } });
    const publishing = client.publish('a', 'x'.repeat(500));
    await assert.rejects(client.publish('a', 'x'.repeat(500)), { code: 'overloaded' });
    await connection.published();
    await publishing;
    const again = client.publish('a', 'x'.repeat(500));
    await connection.published();
    await again;
  });

  test('a frame that is too large for the server fails alone', async () => {
    const { client, connection } = await its.open();
    const small = client.publish('a', 'small');
    const large = assert.rejects(client.publish('a', 'x'.repeat(2_000)), { code: 'too_large' });
    await connection.next('publish');
    await connection.next('publish');
    connection.close(1009);
    await large;
    const next = await its.server.welcomed();
    assert.equal((await next.published()).data, 'small');
    await small;
  });

  test('ends with the client', async () => {
    const { client, connection, errors } = await its.open();
    const ended = assert.rejects(client.publish('a', 1), { code: 'closed' });
    await connection.next('publish');
    client.close();
    await ended;
    await assert.rejects(client.publish('a', 1), { code: 'closed' });
    await assert.rejects(client.publishBatch([]), { code: 'closed' });
    assert.equal((await errors.next()).code, 'closed');
  });

  test('makes event ids where randomUUID is missing, too', async (t) => {
    t.mock.method(globalThis.crypto, 'randomUUID').mock.restore();
    Object.defineProperty(globalThis.crypto, 'randomUUID', {
      value: undefined,
      configurable: true,
    });
    t.after(() => delete globalThis.crypto.randomUUID);
    const { client, connection } = await its.open();
    const publishing = [client.publish('a', 1), client.publish('a', 2)];
    const ids = [(await connection.published()).eventId, (await connection.published()).eventId];
    ids.forEach((id) => assert.match(id, /^[0-9a-f]{32}$/));
    assert.notEqual(ids[0], ids[1]);
    await Promise.all(publishing);
  });
});
