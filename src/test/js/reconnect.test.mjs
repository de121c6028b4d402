import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CarillonClient } from '../../main/resources/dev/carillon/gateway/client.js';
import { FakeServer, Happenings } from './fake-server.mjs';
import { fixture, sentNothingElse, until } from './fixture.mjs';

describe('connect', () => {
  const its = fixture();

  test('is open after the welcome and says who it is', async () => {
    const { client, states } = its.client();
    assert.equal(client.state, 'connecting');
    assert.equal(client.subscriber, undefined);
    await its.server.welcomed('s-7');
    assert.deepEqual(await states.next(), { state: 'open', subscriber: 's-7', node: 'n-1' });
    assert.deepEqual([client.state, client.subscriber, client.node], ['open', 's-7', 'n-1']);
  });

  for (const [address, path] of [
    ['http://HOST', '/v1/ws'],
    ['ws://HOST/', '/v1/ws'],
    ['http://HOST/behind/proxy/', '/behind/proxy/v1/ws'],
    ['http://HOST/v1/ws#top', '/v1/ws'],
  ]) {
    test(`${address} leads to ${path}`, async () => {
      its.client({}, address.replace('HOST', `127.0.0.1:${its.server.port}`));
      assert.equal((await its.server.connections.next()).path, path);
    });
  }

  test('asks for nothing by default', async () => {
    its.client();
    assert.deepEqual((await its.server.connections.next()).query, {});
  });

  test('asks for its id and shows its token', async () => {
    its.client({ subscriber: 'browser 1', takeover: true, token: 'a+b' });
    const { query } = await its.server.connections.next();
    assert.deepEqual(query, { subscriber: 'browser 1', takeover: 'true', token: 'a+b' });
  });

  test('takes its own id over when it reconnects, not before', async () => {
    its.client({ subscriber: 'me' });
    const first = await its.server.welcomed('me');
    assert.deepEqual(first.query, { subscriber: 'me' });
    first.destroy();
    const { query } = await its.server.connections.next();
    assert.deepEqual(query, { subscriber: 'me', takeover: 'true' });
  });

  test('asks for the token before each connection', async () => {
    let asked = 0;
    its.client({ token: async () => `t-${++asked}` });
    const first = await its.server.welcomed();
    assert.equal(first.query.token, 't-1');
    first.destroy();
    assert.equal((await its.server.connections.next()).query.token, 't-2');
  });

  test('tries again when the token cannot be had', async () => {
    const tokens = [Promise.reject(new Error('no token today')), 'secret'];
    const { states } = its.client({ token: () => tokens.shift() });
    const { error } = await until(states, 'waiting');
    assert.match(error.message, /no token today/);
    assert.equal((await its.server.connections.next()).query.token, 'secret');
  });

  test('gives up a connection without a welcome, and tries again', async () => {
    const { states } = its.client({ timeoutMs: 300 });
    const silent = await its.server.connections.next();
    const { code, reason } = await until(states, 'waiting');
    assert.deepEqual([code, reason], [4308, 'no welcome in time']);
    await silent.ended;
    await its.server.welcomed();
    await until(states, 'open');
  });

  test('refuses addresses and options that make no sense', () => {
    assert.throws(() => new CarillonClient('ftp://host'), TypeError);
    assert.throws(() => new CarillonClient('no address'), TypeError);
    for (const options of [
      { timeoutMs: 0 },
      { idleMs: Number.NaN },
      { reconnect: { minMs: 0 } },
      { reconnect: { minMs: 10, maxMs: 5 } },
      { publish: { maxPending: 0 } },
      { publish: { retries: -1 } },
      { publish: { timeoutMs: '5' } },
      { idleMs: 2 ** 31 },
    ]) {
      assert.throws(() => new CarillonClient('http://127.0.0.1:1', options), RangeError);
    }
  });
});

describe('reconnect', () => {
  const its = fixture();

  test('subscribes everything again before it is open', async () => {
    const { client, connection, states, events } = await its.subscribed(['orders.>', 'chat.lobby']);
    connection.destroy();
    const waiting = await until(states, 'waiting');
    assert.deepEqual([waiting.code, client.state], [1006, 'waiting']);
    await until(states, 'connecting');
    const next = await its.server.welcomed();
    const { id, topics } = await next.next('subscribe');
    assert.deepEqual(topics, ['orders.>', 'chat.lobby']);
    assert.equal(client.state, 'connecting');
    next.send({ type: 'subscribed', id, topics: topics.map((topic) => ({ topic })) });
    await until(states, 'open');
    next.event('orders.created', 'after');
    assert.equal((await events.next()).data, 'after');
  });

  test('does not subscribe again what was ended, even while there was no connection', async () => {
    const { client, connection, states, subscription } = await its.subscribed('a');
    connection.destroy();
    await until(states, 'waiting');
    await subscription.unsubscribe();
    const next = await its.server.welcomed();
    await until(states, 'open');
    await sentNothingElse({ client, connection: next });
  });

  test('subscribes what was asked for without a connection, or not answered before it broke', async () => {
    const { client, connection, states } = await its.open();
    const asked = client.subscribe('asked', () => {});
    await connection.next('subscribe');
    connection.destroy();
    await until(states, 'waiting');
    const wanted = client.subscribe('wanted', () => {});
    const next = await its.server.welcomed();
    assert.deepEqual(await next.subscribed(), ['asked', 'wanted']);
    await Promise.all([asked, wanted]);
  });

  test('a topic that is refused now is reported and ends alone', async () => {
    const { connection, states, errors, events } = await its.subscribed(['secret', 'chat.lobby']);
    connection.event('secret', 0);
    assert.equal((await events.next()).data, 0);
    connection.destroy();
    await until(states, 'waiting');
    const next = await its.server.welcomed();
    await next.refused('subscribe', 'forbidden', false);
    await next.refused('subscribe', 'forbidden', false);
    assert.deepEqual(await next.subscribed(), ['chat.lobby']);
    const error = await errors.next();
    assert.deepEqual([error.code, error.topic], ['forbidden', 'secret']);
    await until(states, 'open');
    next.event('secret', 1);
    next.event('chat.lobby', 2);
    assert.equal((await events.next()).data, 2);
  });

  test('a topic that is refused for now is asked for until it is granted, and holds up nothing', async () => {
    const { client, connection, states, errors } = await its.subscribed(['busy'], {
      publish: { retries: 0 },
    });
    connection.destroy();
    await until(states, 'waiting');
    const next = await its.server.welcomed();
    await next.refused('subscribe', 'overloaded', true);
    await until(states, 'open');
    const error = await errors.next();
    assert.deepEqual([error.code, error.topic], ['overloaded', 'busy']);
    await next.refused('subscribe', 'overloaded', true);
    assert.deepEqual(await next.subscribed(), ['busy']);
    await sentNothingElse({ client, connection: next });
    assert.deepEqual(errors.unread, []);

    next.destroy();
    const third = await its.server.welcomed();
    await third.refused('subscribe', 'overloaded', true);
    assert.equal((await errors.next()).topic, 'busy');
    await third.subscribed();
  });

  test('survives a restart of the server on the same port', async () => {
    const { client, states } = await its.subscribed('a');
    await its.server.stop();
    await until(states, 'waiting');
    const publishing = client.publish('a', 1);
    // At least one attempt meets a closed port.
    assert.match(
      (await until(states, 'waiting')).error.message,
      /ECONNREFUSED|Received network error/,
    );
    its.server = await FakeServer.start(its.server.port);
    const next = await its.server.welcomed();
    await next.subscribed();
    await next.published();
    await publishing;
  });

  test('a refused handshake is tried again', async () => {
    its.server.refuse = () => 503;
    const { states } = its.client();
    const { code, error } = await until(states, 'waiting');
    assert.deepEqual([code, error.code, error.retryable], [1006, 'unreachable', true]);
    its.server.refuse = () => undefined;
    await its.server.welcomed();
    await until(states, 'open');
  });

  for (const [jitter, expected] of [
    [0, [10, 10, 10, 10, 10]],
    [1, [40, 80, 100, 100, 100]],
  ]) {
    test(`delays grow to a bound, with jitter ${jitter}`, async () => {
      its.server.refuse = () => 503;
      const { states } = its.client({
        random: () => jitter,
        reconnect: { minMs: 10, maxMs: 100 },
      });
      const delays = [];
      while (delays.length < expected.length) {
        delays.push((await until(states, 'waiting')).delayMs);
      }
      assert.deepEqual(delays, expected);
    });
  }

  for (const [stableMs, expected] of [
    [0, [20, 20, 20]],
    [60_000, [20, 40, 40]],
  ]) {
    test(`delays ${stableMs === 0 ? '' : 'do not '}start anew after ${stableMs} ms of connection`, async () => {
      const { states } = its.client({
        random: () => 1,
        reconnect: { minMs: 5, maxMs: 40, stableMs },
      });
      const delays = [];
      while (delays.length < expected.length) {
        const connection = await its.server.welcomed();
        await until(states, 'open');
        connection.destroy();
        delays.push((await until(states, 'waiting')).delayMs);
      }
      assert.deepEqual(delays, expected);
    });
  }

  test('a bad frame costs the connection, not the client', async () => {
    for (const bad of ['no json', '17', 'null', '[]', '{}', '{"type":"event"}']) {
      const { client, connection, states } = await its.subscribed('a');
      connection.sendFrame(0x81, bad);
      const { code, reason } = await until(states, 'waiting');
      assert.deepEqual([code, reason], [1002, 'the server sent a bad frame']);
      assert.equal((await connection.controls.next()).payload.readUInt16BE(0), 4400);
      const next = await its.server.welcomed();
      await next.subscribed();
      client.close();
      await next.ended;
    }
  });

  test('frames of unknown types are ignored', async () => {
    const { connection, events } = await its.subscribed('a');
    connection.send({ type: 'news', from: 'the future' });
    connection.event('a', 1);
    assert.equal((await events.next()).data, 1);
  });
});

describe('close codes', () => {
  const its = fixture();

  for (const code of [
    undefined,
    1000,
    1001,
    1008,
    1011,
    1012,
    3000,
    4000,
    4300,
    4308,
    4313,
    4329,
    4399,
    4500,
  ]) {
    test(`after ${code ?? 'a close without code'} the client comes back`, async () => {
      const { connection, states } = await its.open();
      connection.close(code, code ? 'because' : '');
      const waiting = await until(states, 'waiting');
      assert.equal(waiting.code, code ?? 1005);
      assert.equal(waiting.reason, code ? 'because' : '');
      await its.server.welcomed();
      await until(states, 'open');
    });
  }

  for (const [code, error] of [
    [4400, 'bad_request'],
    [4401, 'unauthorized'],
    [4403, 'forbidden'],
    [4409, 'subscriber_exists'],
    [4499, 'closed'],
  ]) {
    test(`${code} is final: ${error}`, async () => {
      const { client, connection, states, errors } = await its.open();
      const expected = { code: error, closeCode: code, retryable: false };
      const rejected = [
        assert.rejects(client.publish('a', 1), expected),
        assert.rejects(
          client.subscribe('b', () => {}),
          expected,
        ),
      ];
      await connection.next('publish');
      await connection.next('subscribe');
      connection.close(code, 'go');
      const closed = await states.next();
      assert.deepEqual([closed.state, closed.code, closed.reason], ['closed', code, 'go']);
      assert.equal(closed.error.code, error);
      assert.equal((await errors.next()).closeCode, code);
      await Promise.all(rejected);
      assert.equal(client.state, 'closed');
      await assert.rejects(
        client.subscribe('b', () => {}),
        { code: 'closed' },
      );
      await assert.rejects(client.publish('b', 1), { code: 'closed' });
    });
  }

  test('an error without id says why the server closes', async () => {
    const { client, errors } = its.client();
    const subscribing = assert.rejects(
      client.subscribe('a', () => {}),
      { code: 'unauthorized', message: 'token expired' },
    );
    const connection = await its.server.connections.next();
    connection.send({
      type: 'error',
      code: 'unauthorized',
      message: 'token expired',
      retryable: false,
    });
    connection.close(4401);
    const { code, message, closeCode } = await errors.next();
    assert.deepEqual([code, message, closeCode], ['unauthorized', 'token expired', 4401]);
    await subscribing;
  });

  test('the application closes with 1000, and nothing is called afterwards', async () => {
    const { client, connection, events, states } = await its.subscribed('a');
    client.close();
    client.close();
    connection.event('a', 1);
    const { opcode, payload } = await connection.controls.next();
    assert.deepEqual([opcode, payload.readUInt16BE(0)], [8, 1000]);
    await connection.ended;
    assert.equal((await states.next()).state, 'closed');
    assert.deepEqual([states.unread, events.unread], [[], []]);
  });

  test('the application may close before there is a connection, and while there is none', async () => {
    const early = its.client().client;
    early.close();
    assert.equal(early.state, 'closed');
    const { client, connection, states } = await its.open();
    connection.destroy();
    await until(states, 'waiting');
    client.close();
    await until(states, 'closed');
    assert.deepEqual(its.server.connections.unread, []);
  });

  test('the application may close when a publish fails', async () => {
    const { client } = its.client({
      onState: undefined,
      onError: () => client.close(),
      publish: { retries: 0 },
    });
    const connection = await its.server.welcomed();
    const refused = assert.rejects(client.publish('a', 1), { code: 'connection_lost' });
    await connection.next('publish');
    connection.destroy();
    await refused;
    assert.equal(client.state, 'closed');
  });

  test('the application may close from within any of its functions', async () => {
    const closed = new Happenings('a state');
    for (const ending of ['open', 'waiting', 'connecting']) {
      const { client } = its.client({
        onState: (state) => {
          if (state === ending) {
            client.close();
          }
          closed.push(state);
        },
      });
      const connection = await its.server.welcomed();
      connection.close(1012);
      for (let state = await closed.next(); state !== ending; state = await closed.next()) {
        assert.notEqual(state, undefined);
      }
      assert.equal(client.state, 'closed');
      closed.unread.splice(0);
    }
  });
});

describe('goaway', () => {
  const its = fixture();

  test('stays on the old connection, then comes back after the given time', async () => {
    const { client, connection, states, events } = await its.subscribed('a');
    connection.send({ type: 'goaway', reason: 'draining', reconnectAfterMs: 500 });
    connection.event('a', 'still');
    assert.equal((await events.next()).data, 'still');
    assert.equal(client.state, 'open');
    await sentNothingElse({ client, connection });
    const waiting = await until(states, 'waiting');
    assert.deepEqual([waiting.code, waiting.reason], [1001, 'draining']);
    // A timer of whole milliseconds may be up a fraction of one before the clock says so.
    assert.ok(waiting.delayMs < 1, `${waiting.delayMs} ms`);
    assert.equal((await connection.controls.next()).payload.readUInt16BE(0), 1000);
    const next = await its.server.welcomed();
    assert.deepEqual(await next.subscribed(), ['a']);
    await until(states, 'open');
  });

  for (const code of [1000, 1001, 1012]) {
    test(`waits the rest of the time when the server closes with ${code} before it is up`, async () => {
      const { connection, states } = await its.open({ reconnect: { minMs: 1, maxMs: 2 } });
      connection.send({ type: 'goaway', reason: 'draining', reconnectAfterMs: 400 });
      connection.close(code);
      const { delayMs } = await until(states, 'waiting');
      assert.ok(delayMs > 100 && delayMs <= 400, `${delayMs} ms`);
      await its.server.welcomed();
      await until(states, 'open');
    });
  }

  test('may come before everything is subscribed again', async () => {
    const { connection, states } = await its.subscribed('a');
    connection.close(1012);
    const draining = await its.server.welcomed();
    await draining.next('subscribe');
    draining.send({ type: 'goaway', reason: 'draining', reconnectAfterMs: 1 });
    const next = await its.server.welcomed();
    await next.subscribed();
    await until(states, 'open');
  });

  test('a final close code is final even then', async () => {
    const { connection, states } = await its.open();
    connection.send({ type: 'goaway', reason: 'draining', reconnectAfterMs: 5_000 });
    connection.close(4409);
    await until(states, 'closed');
  });

  test('without a time it comes back after a jittered one', async () => {
    const { connection, states } = await its.open();
    connection.send({ type: 'goaway', reason: 'draining' });
    await until(states, 'waiting');
    await its.server.welcomed();
    await until(states, 'open');
  });

  test('a later break of the connection is an ordinary one again', async () => {
    const { connection, states } = await its.open();
    connection.send({ type: 'goaway', reason: 'draining', reconnectAfterMs: 3_000 });
    connection.send({ type: 'goaway', reason: 'draining', reconnectAfterMs: 1 });
    await until(states, 'waiting');
    const next = await its.server.welcomed();
    await until(states, 'open');
    next.close(1012);
    assert.equal((await until(states, 'waiting')).delayMs, 5);
  });
});

describe('liveness', () => {
  const its = fixture();

  test('asks when nothing came for a while, and stays when there is an answer', async () => {
    const { client, connection } = await its.open({ idleMs: 20 });
    for (let i = 0; i < 3; i++) {
      const { id } = await connection.next('ping');
      assert.ok(id !== undefined);
      connection.send({ type: 'pong', id });
    }
    assert.equal(client.state, 'open');
  });

  test('reconnects when there is no answer', async () => {
    const { connection, states } = await its.subscribed('a', { idleMs: 20, timeoutMs: 300 });
    await connection.next('ping');
    const { code, reason } = await until(states, 'waiting');
    assert.deepEqual([code, reason], [4308, 'no pong']);
    assert.equal((await connection.controls.next()).payload.readUInt16BE(0), 4308);
    const next = await its.server.welcomed();
    await next.subscribed();
  });

  test('takes an event for an answer', async () => {
    const { client, connection, events } = await its.subscribed('a', {
      idleMs: 20,
    });
    for (let i = 0; i < 3; i++) {
      await connection.next('ping');
      connection.event('a', i);
      assert.equal((await events.next()).data, i);
    }
    assert.equal(client.state, 'open');
  });
});
