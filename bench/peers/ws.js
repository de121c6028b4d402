// The `ws` package on Node, one process. The path is /ws; a client sends the same as to uws.js.
const { WebSocketServer } = require("ws");

const subscribers = new Map(); // by topic
const server = new WebSocketServer({ port: Number(process.argv[2]), host: "127.0.0.1", path: "/ws", perMessageDeflate: false });

server.on("connection", (socket) => {
  socket.on("message", (data) => {
    const message = data.toString();
    const space = message.indexOf(" ");
    const first = message.slice(0, space);
    const rest = message.slice(space + 1);
    if (first !== "subscribe") {
      for (const subscriber of subscribers.get(first) ?? []) subscriber.send(rest);
      return;
    }
    if (!subscribers.has(rest)) subscribers.set(rest, new Set());
    subscribers.get(rest).add(socket);
    socket.on("close", () => subscribers.get(rest).delete(socket));
  });
});
server.on("listening", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
