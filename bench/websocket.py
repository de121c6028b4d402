"""A WebSocket of the client's side, as much of it as a measurement needs."""

import json
import os
import socket
import struct

import servers

ANSWER_SECONDS = 120


class WebSocket:
    def __init__(self, port, query=""):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.command = ""
        self._read = b""
        self.socket.sendall(
            f"GET /v1/ws{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = self._until(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            servers.fail(f"the server refused a WebSocket: {head!r}")

    def _more(self):
        read = self.socket.recv(1 << 18)
        if not read:
            servers.fail("the server closed a connection")
        self._read += read

    def _until(self, end):
        while end not in self._read:
            self._more()
        head, self._read = self._read.split(end, 1)
        return head

    def _take(self, count):
        while len(self._read) < count:
            self._more()
        taken, self._read = self._read[:count], self._read[count:]
        return taken

    def send(self, text, opcode=1):
        """The mask is random, as the protocol wants it, and the same for all of a frame."""
        payload = text.encode() if isinstance(text, str) else text
        mask = os.urandom(4)
        whole = (mask * (len(payload) // 4 + 1))[: len(payload)]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(whole, "big")).to_bytes(len(payload), "big")
        size = len(payload)
        length = (
            struct.pack("!B", 0x80 | size)
            if size < 126
            else struct.pack("!BH", 0x80 | 126, size) if size < 65536 else struct.pack("!BQ", 0x80 | 127, size)
        )
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def receive(self):
        """The next text frame, as JSON."""
        while True:
            head = self._take(2)
            size = head[1]
            if size >= 126:
                size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
            payload = self._take(size)
            opcode = head[0] & 0xF
            if opcode == 1:
                return json.loads(payload)
            if opcode == 9:
                self.send(payload, opcode=10)
            elif opcode == 8:
                servers.fail(f"the server closed a connection: {payload!r}")

    def receive_answer(self):
        """The next frame that answers a command."""
        while True:
            frame = self.receive()
            if "id" in frame and frame["type"] != "event":
                return frame

    def close(self):
        self.socket.close()
