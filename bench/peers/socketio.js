// Socket.IO on Node, one process. A client that connects with `{"topic":…}` as its auth is in that room; the event
// `publish`, with topic and message, goes to the room's others.
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const http = createServer();
const server = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
  serveClient: false,
  pingInterval: 3_600_000, // the load generator answers no pings
});

server.on("connection", (socket) => {
  if (socket.handshake.auth.topic) socket.join(socket.handshake.auth.topic);
  socket.on("publish", (topic, message) => socket.to(topic).emit("event", message));
});
http.listen(Number(process.argv[2]), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${http.address().port}`));
