// uWebSockets' native publish (C++) as Bun ships it: close to what a machine can do. The path is /ws.
// A client sends `subscribe TOPIC`, or `TOPIC MESSAGE`, which goes to all who subscribed to the topic.
const server = Bun.serve({
  port: Number(process.argv[2]),
  hostname: "127.0.0.1",
  fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("WebSocket only")),
  websocket: {
    perMessageDeflate: false,
    maxPayloadLength: 1 << 20,
    backpressureLimit: 64 << 20,
    idleTimeout: 900,
    message: (socket, message) => {
      const space = message.indexOf(" ");
      const first = message.slice(0, space);
      const rest = message.slice(space + 1);
      if (first === "subscribe") socket.subscribe(rest);
      else server.publish(first, rest);
    },
  },
});
console.log(`listening on http://127.0.0.1:${server.port}`);
