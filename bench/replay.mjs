// What reading a history costs a node, beside live fan-out: N subscribers read the same EVENTS events from the earliest on,
// all at once; prints server CPU per delivery. Node 20 or newer. Used by bench/history.
//   node bench/replay.mjs PORT PID [SUBSCRIBERS] [EVENTS]
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';

const [port, pid, subscribers = 200, events = 5000] = process.argv.slice(2).map(Number);
const topic = 'kept.replay';
const ticksPerSecond = 100;

function cpuSeconds() {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function frame(text) {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

/** Opens a WebSocket, sends one command, and resolves once `last` has come. */
function read(command, last) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        'GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      );
      socket.write(frame(JSON.stringify(command)));
    });
    let tail = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      tail = Buffer.concat([tail.subarray(-last.length), chunk]);
      if (tail.includes(last)) {
        socket.destroy();
        resolve();
      }
    });
  });
}

const data = 'x'.repeat(126);
for (let sent = 0; sent < events; sent += 1000) {
  const batch = Array.from({ length: 1000 }, () => ({ topic, data }));
  await fetch(`http://127.0.0.1:${port}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(batch),
  });
}
const page = await (await fetch(`http://127.0.0.1:${port}/v1/topics/${topic}/events?limit=1`)).json();
const subscribe = { type: 'subscribe', topics: [topic], from: { [topic]: { epoch: page.epoch, offset: page.last - events } } };
const last = Buffer.from(`"offset":${page.last},`);
for (let round = 0; round < 4; round++) {
  const begun = performance.now();
  const before = cpuSeconds();
  await Promise.all(Array.from({ length: subscribers }, () => read(subscribe, last)));
  const cpu = cpuSeconds() - before;
  const seconds = (performance.now() - begun) / 1000;
  const deliveries = subscribers * events;
  console.log(
    `replayed ${deliveries} events in ${seconds.toFixed(2)} s; server cpu ${((cpu * 1e6) / deliveries).toFixed(3)} us a delivery`,
  );
}
