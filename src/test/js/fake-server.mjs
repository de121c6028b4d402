/**
 * A server that does what a test tells it: plain node:http, frames written by hand, so that it can
 * also break the rules. Nothing happens on its own; a test answers each command itself.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const DEADLINE_MS = 10_000;

// A test may put its own timers in place of the global ones.
const { setTimeout, clearTimeout } = globalThis;

/** Rejects when the promise is not settled in time, and says what did not happen. */
export function within(promise, what, ms = DEADLINE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Things that happen, to be awaited one after the other. */
export class Happenings {
  #what;
  #arrived = [];
  #waiting = [];

  constructor(what) {
    this.#what = what;
  }

  push(thing) {
    const resolve = this.#waiting.shift();
    if (resolve) {
      resolve(thing);
    } else {
      this.#arrived.push(thing);
    }
  }

  next() {
    return this.#arrived.length > 0
      ? Promise.resolve(this.#arrived.shift())
      : within(new Promise((resolve) => this.#waiting.push(resolve)), this.#what);
  }

  /** Those that came and were not awaited. */
  get unread() {
    return [...this.#arrived];
  }
}

export class FakeServer {
  #http;
  #sockets = new Set();
  connections = new Happenings('a connection');
  /** What refuses a handshake: a function from a request to an HTTP status, or undefined. */
  refuse = () => undefined;
  handshakeHeaders = [];
  /** What answers requests that are no handshake. */
  answer = (request, response) => response.writeHead(404).end();

  static async start(port = 0) {
    const server = new FakeServer();
    await server.#listen(port);
    return server;
  }

  async #listen(port) {
    this.#http = createServer((request, response) => this.answer(request, response));
    this.#http.on('upgrade', (request, socket) => this.#upgrade(request, socket));
    await new Promise((resolve, reject) => {
      this.#http.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    this.port = this.#http.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
  }

  #upgrade(request, socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {});
    const status = this.refuse(request);
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      [
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Accept: ${accept}`,
        ...this.handshakeHeaders,
        '\r\n',
      ].join('\r\n'),
    );
    this.connections.push(new FakeConnection(request, socket));
  }

  /** The next connection, welcomed. */
  async welcomed(subscriber = 's-1') {
    const connection = await this.connections.next();
    connection.send({ type: 'welcome', subscriber, node: 'n-1', queue: { capacity: 256 } });
    return connection;
  }

  /** Ends every connection without a close frame and stops listening. */
  async stop() {
    this.#sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

export class FakeConnection {
  #socket;
  #bytes = Buffer.alloc(0);
  frames = new Happenings('a frame of the client');
  controls = new Happenings('a control frame of the client');
  /** Whether a close frame of the client is left without an answer, and the socket open. */
  keepOpen = false;
  ended;

  constructor(request, socket) {
    this.#socket = socket;
    const address = new URL(request.url, 'http://fake');
    this.path = address.pathname;
    this.query = Object.fromEntries(address.searchParams);
    this.headers = request.headers;
    this.ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('end', () => socket.end());
  }

  /** The next command, which has to be of the given type. */
  async next(type) {
    const frame = await this.frames.next();
    if (frame.type !== type) {
      throw new Error(`awaited ${type}, got ${JSON.stringify(frame)}`);
    }
    return frame;
  }

  send(frame) {
    this.sendFrame(0x81, JSON.stringify(frame));
  }

  /** One frame as it is: the first byte holds final bit and opcode. */
  sendFrame(firstByte, payload = '') {
    this.sendBytes(encode(firstByte, Buffer.from(payload)));
  }

  sendBytes(bytes) {
    this.#socket.write(bytes);
  }

  /** Answers the next subscribe and returns its topics. */
  async subscribed() {
    const { id, topics } = await this.next('subscribe');
    this.send({ type: 'subscribed', id, topics: topics.map((topic) => ({ topic })) });
    return topics;
  }

  async unsubscribed() {
    const { id, topics } = await this.next('unsubscribe');
    this.send({ type: 'unsubscribed', id });
    return topics;
  }

  /** Answers the next publish and returns its frame. */
  async published(more = {}) {
    const frame = await this.next('publish');
    this.send({ type: 'published', id: frame.id, eventId: frame.eventId, ...more });
    return frame;
  }

  /** Refuses the next command and returns its frame. */
  async refused(type, code, retryable) {
    const frame = await this.next(type);
    this.send({ type: 'error', id: frame.id, code, message: `no: ${code}`, retryable });
    return frame;
  }

  event(topic, data, more = {}) {
    this.send({ type: 'event', topic, id: 'e-1', time: '2026-11-23T17:00:00.123Z', data, ...more });
  }

  close(code, reason = '') {
    const payload = Buffer.alloc(code === undefined ? 0 : 2);
    if (code !== undefined) {
      payload.writeUInt16BE(code);
    }
    this.sendFrame(0x88, Buffer.concat([payload, Buffer.from(reason)]));
    this.#socket.end();
  }

  /** Stops reading, so that what the client sends piles up. */
  pause() {
    this.#socket.pause();
  }

  resume() {
    this.#socket.resume();
  }

  /** Writes and resolves once the bytes have left. */
  drained(bytes) {
    return within(new Promise((resolve) => this.#socket.write(bytes, resolve)), 'room for bytes');
  }

  /** Breaks the connection without a close frame. */
  destroy() {
    this.#socket.destroy();
  }

  #read(chunk) {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (let frame = this.#take(); frame; frame = this.#take()) {
      const { opcode, payload } = frame;
      if (opcode === 1) {
        this.frames.push(JSON.parse(payload.toString()));
      } else {
        this.controls.push({ opcode, payload });
        if (opcode === 8 && !this.keepOpen) {
          this.#socket.end();
        }
      }
    }
  }

  #take() {
    const bytes = this.#bytes;
    if (bytes.length < 2) {
      return undefined;
    }
    const short = bytes[1] & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = 2 + extended + 4;
    if (bytes.length < start) {
      return undefined;
    }
    if ((bytes[1] & 0x80) === 0) {
      throw new Error('a client has to mask its frames');
    }
    const length =
      extended === 2
        ? bytes.readUInt16BE(2)
        : extended === 8
          ? Number(bytes.readBigUInt64BE(2))
          : short;
    if (bytes.length < start + length) {
      return undefined;
    }
    const mask = bytes.subarray(start - 4, start);
    const payload = Buffer.from(bytes.subarray(start, start + length));
    for (let i = 0; i < length; i++) {
      payload[i] ^= mask[i & 3];
    }
    this.#bytes = bytes.subarray(start + length);
    return { opcode: bytes[0] & 0x0f, payload };
  }
}

/** A frame as a server writes it, unmasked. */
export function encode(firstByte, payload) {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = firstByte;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) {
    header.writeUInt16BE(length, 2);
  } else if (header.length === 10) {
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, payload]);
}
