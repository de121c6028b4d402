// uWebSockets' native publish (C++) as Bun ships it: close to what a machine can do.
// Whatever a client sends goes to every client; the path is /ws.
const server = Bun.serve({
  port: Number(process.argv[2]),
  hostname: "127.0.0.1",
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("WebSocket only")),
  websocket: {
    perMessageDeflate: false,
    maxPayloadLength: 1 << 20,
    backpressureLimit: 64 << 20,
    idleTimeout: 900,
    // The publisher is the one that never asks to subscribe: it gets nothing, as with the other servers.
    message: (socket, message) => {
      if (message === "subscribe") socket.subscribe("bench");
      else server.publish("bench", message);
    },
  },
});
console.log(`listening on http://127.0.0.1:${server.port}`);
