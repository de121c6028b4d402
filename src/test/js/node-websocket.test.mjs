import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { before, describe, test } from 'node:test';
import { encode, Happenings, within } from './fake-server.mjs';
import { fixture, until } from './fixture.mjs';

const TEXT = 0x81;
const PING = 0x89;
const PONG = 0x8a;

const event = (data) => JSON.stringify({ type: 'event', topic: 'a', id: 'e', time: 't', data });

describe('the WebSocket built in for Node 20', () => {
  const its = fixture();

  before(() => {
    globalThis.WebSocket = undefined;
  });

  test('answers a ping with its payload', async () => {
    const { connection } = await its.open();
    connection.sendFrame(PONG, 'nobody asked');
    for (const payload of ['', 'hello', 'x'.repeat(125)]) {
      connection.sendFrame(PING, payload);
      const pong = await connection.controls.next();
      assert.deepEqual([pong.opcode, pong.payload.toString()], [10, payload]);
    }
  });

  test('joins fragments, with control frames in between', async () => {
    const { connection, events } = await its.subscribed('a');
    const text = Buffer.from(event('grüße 🎉'));
    // Also in the middle of a character.
    for (let cut = 0; cut <= text.length; cut++) {
      connection.sendFrame(0x01, text.subarray(0, cut));
      connection.sendFrame(PING, 'between');
      connection.sendFrame(0x00, '');
      connection.sendFrame(0x80, text.subarray(cut));
      assert.equal((await events.next()).data, 'grüße 🎉');
      assert.equal((await connection.controls.next()).payload.toString(), 'between');
    }
  });

  test('takes frames byte by byte and many at once', async () => {
    const { connection, events } = await its.subscribed('a');
    const frame = encode(TEXT, Buffer.from(event('x'.repeat(200))));
    for (const byte of frame) {
      connection.sendBytes(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    assert.equal((await events.next()).data.length, 200);
    connection.sendBytes(Buffer.concat(Array.from({ length: 1_000 }, () => frame)));
    for (let i = 0; i < 1_000; i++) {
      await events.next();
    }
    assert.deepEqual(events.unread, []);
  });

  for (const size of [0, 60, 100, 125, 126, 65_000, 65_535, 65_536, 300_000]) {
    test(`carries ${size} characters both ways`, async () => {
      const { client, connection, events } = await its.subscribed('a');
      const data = 'x'.repeat(size);
      const publishing = client.publish('a', data);
      assert.equal((await connection.published()).data, data);
      await publishing;
      connection.event('a', data);
      assert.equal((await events.next()).data, data);
    });
  }

  const header = (first, second, ...rest) => Buffer.of(first, second, ...rest);
  for (const [rule, bytes, code] of [
    ['a masked frame', header(TEXT, 0x80, 1, 2, 3, 4), 1002],
    ['a reserved bit', encode(0xc1, Buffer.from('{}')), 1002],
    ['an unknown data opcode', encode(0x83, Buffer.alloc(0)), 1002],
    ['an unknown control opcode', encode(0x8b, Buffer.alloc(0)), 1002],
    ['a fragmented ping', encode(0x09, Buffer.alloc(0)), 1002],
    ['a ping of 126 bytes', encode(PING, Buffer.alloc(126)), 1002],
    ['a continuation of nothing', encode(0x80, Buffer.alloc(0)), 1002],
    [
      'a message within a message',
      Buffer.concat([encode(0x01, Buffer.from('{')), encode(TEXT, Buffer.from('{}'))]),
      1002,
    ],
    ['a close frame of one byte', encode(0x88, Buffer.of(3)), 1002],
    ['a close code that may not be sent', encode(0x88, Buffer.of(1006 >> 8, 1006 & 0xff)), 1002],
    ['a close code of nobody', encode(0x88, Buffer.of(2999 >> 8, 2999 & 0xff)), 1002],
    ['a close reason that is not UTF-8', encode(0x88, Buffer.of(3, 232, 0xff)), 1007],
    ['a binary message', encode(0x82, Buffer.from('{}')), 1003],
    ['text that is not UTF-8', encode(TEXT, Buffer.from([0x22, 0xc3, 0x28, 0x22])), 1007],
    ['text that ends within a character', encode(TEXT, Buffer.from([0x22, 0xf0, 0x9f])), 1007],
    ['a surrogate', encode(TEXT, Buffer.from([0xed, 0xa0, 0x80])), 1007],
    ['a frame of 17 MiB', header(TEXT, 127, 0, 0, 0, 0, 0x01, 0x10, 0, 0), 1009],
    ['a frame of 2^63 bytes', header(TEXT, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255), 1009],
  ]) {
    test(`${rule} ends the connection with ${code}, and the client comes back`, async () => {
      const { connection, states } = await its.open();
      connection.sendBytes(bytes);
      const close = await connection.controls.next();
      assert.deepEqual([close.opcode, close.payload.readUInt16BE(0)], [8, code]);
      const waiting = await until(states, 'waiting');
      assert.equal(waiting.code, 1006);
      assert.equal(waiting.error.code, 'connection_lost');
      await its.server.welcomed();
      await until(states, 'open');
    });
  }

  test('a message of many fragments is bounded as a whole', async () => {
    const { connection } = await its.open();
    const mebibyte = Buffer.alloc(1024 * 1024, 'x');
    connection.sendFrame(0x01, mebibyte);
    for (let i = 1; i < 16; i++) {
      connection.sendFrame(0x00, mebibyte);
    }
    connection.sendFrame(PING, 'so far');
    assert.equal((await connection.controls.next()).payload.toString(), 'so far');
    connection.sendFrame(0x00, 'x');
    assert.equal((await connection.controls.next()).payload.readUInt16BE(0), 1009);
  });

  test('a server that pings and does not read gets a bounded number of pongs', async () => {
    const { connection } = await its.open();
    connection.pause();
    const pings = 120_000;
    const burst = Buffer.concat(
      Array.from({ length: 1_000 }, () => encode(PING, Buffer.alloc(125))),
    );
    for (let i = 0; i < pings / 1_000; i++) {
      await connection.drained(burst);
    }
    connection.resume();
    let pongs = 0;
    for (;;) {
      // Asked again until there is room for an answer: it is the last one then.
      connection.sendFrame(PING, 'last');
      const { payload } = await connection.controls.next();
      if (payload.toString() === 'last') {
        break;
      }
      pongs++;
    }
    assert.ok(pongs < pings, `${pongs} pongs`);
  });

  test('echoes a close frame and ends', async () => {
    const { connection, states } = await its.open();
    connection.sendFrame(
      0x88,
      Buffer.concat([Buffer.of(4313 >> 8, 4313 & 0xff), Buffer.from('voll 🎉')]),
    );
    const echo = await connection.controls.next();
    assert.deepEqual([echo.opcode, echo.payload.readUInt16BE(0)], [8, 4313]);
    const { code, reason } = await until(states, 'waiting');
    assert.deepEqual([code, reason], [4313, 'voll 🎉']);
    await connection.ended;
  });

  test('says what it wants, and nothing more', async () => {
    its.client();
    const { headers } = await its.server.connections.next();
    assert.equal(headers.host, `127.0.0.1:${its.server.port}`);
    assert.equal(headers['sec-websocket-version'], '13');
    assert.equal(Buffer.from(headers['sec-websocket-key'], 'base64').length, 16);
    assert.ok(!('sec-websocket-extensions' in headers));
    assert.ok(!('sec-websocket-protocol' in headers));
  });

  for (const [what, header] of [
    ['a wrong Sec-WebSocket-Accept', 'Sec-WebSocket-Accept: nonsense'],
    ['an extension that was not offered', 'Sec-WebSocket-Extensions: permessage-deflate'],
    ['a subprotocol that was not offered', 'Sec-WebSocket-Protocol: chat'],
  ]) {
    test(`refuses ${what}`, async () => {
      its.server.handshakeHeaders = [header];
      const { states } = its.client();
      const { code, error } = await until(states, 'waiting');
      assert.equal(code, 1006);
      assert.match(error.message, /the server (did not accept|chose)/);
    });
  }

  test('names the status of a refused handshake', async () => {
    its.server.refuse = () => 403;
    const { states } = its.client();
    assert.match((await until(states, 'waiting')).error.message, /403/);
  });

  test('https and wss mean TLS', async () => {
    const greetings = new Happenings('a TLS greeting');
    const tcp = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        greetings.push(bytes[0]);
        socket.destroy();
      });
    });
    await new Promise((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    try {
      for (const scheme of ['https', 'wss']) {
        const { client } = its.client({}, `${scheme}://127.0.0.1:${tcp.address().port}`);
        assert.equal(await greetings.next(), 0x16);
        client.close();
      }
    } finally {
      tcp.close();
    }
  });

  test('does not wait for a server that never ends a closed connection', async () => {
    const { client, connection } = await its.open();
    connection.keepOpen = true;
    client.close();
    await within(connection.ended, 'the end of the connection');
  });
});

describe('a WebSocket of the application', () => {
  const its = fixture();
  const made = new Happenings('a WebSocket');

  class OwnWebSocket {
    sent = new Happenings('a frame');
    closed = new Happenings('a close');
    constructor(url) {
      this.url = url;
      made.push(this);
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close(code) {
      this.closed.push(code);
    }
  }

  test('is used in place of any other', async () => {
    const { client } = its.client({ WebSocket: OwnWebSocket }, 'https://example.test');
    const socket = await made.next();
    assert.equal(socket.url, 'wss://example.test/v1/ws');
    socket.onmessage({ data: '{"type":"welcome","subscriber":"s","node":"n"}' });
    const publishing = client.publish('a', 1);
    const { id, eventId } = await socket.sent.next();
    socket.onmessage({ data: JSON.stringify({ type: 'published', id, eventId }) });
    assert.deepEqual(await publishing, { eventId });
  });

  test('may forget its close event after an error', async () => {
    const { states } = its.client({ WebSocket: OwnWebSocket });
    const socket = await made.next();
    socket.onerror({ message: 'refused' });
    const { code, error } = await until(states, 'waiting');
    assert.deepEqual([code, error.code, error.message], [1006, 'unreachable', 'refused']);
    await socket.closed.next();
    await made.next();
  });

  test('may report an error before a final close', async () => {
    const { states } = its.client({ WebSocket: OwnWebSocket });
    const socket = await made.next();
    socket.onerror({ message: 'reset' });
    socket.onclose({ code: 4401, reason: 'who are you?' });
    const { state, error } = await states.next();
    assert.deepEqual([state, error.code, error.closeCode], ['closed', 'unauthorized', 4401]);
  });

  test('may throw when it is made', async () => {
    const { states } = its.client({
      WebSocket: class {
        constructor() {
          throw new Error('not allowed here');
        }
      },
    });
    assert.match((await until(states, 'waiting')).error.message, /not allowed here/);
  });
});
