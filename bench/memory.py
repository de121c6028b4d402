"""What an idle connection with one subscription costs in memory.

Two figures for Carillon, because a JVM's process size alone says little about either:
  heap    live bytes after a full collection (jcmd GC.class_histogram), so garbage and free heap don't count
  native  growth of the resident size; the heap's pages are all touched at the start (-Xms = -Xmx,
          AlwaysPreTouch), so what grows lies outside the heap: Netty's buffers, malloc, threads. What malloc
          keeps although it is free, mostly the compilers' of the JVM, is given back before each look
For a native server the second is all there is. Memory that the kernel keeps for the sockets is in neither.
"""

import collections
import subprocess
import time

import programs
import servers

HOLD_SECONDS = 300
SETTLE_SECONDS = 8  # every five a JVM frees what its compilers needed
SHOWN_CLASSES = 15
# As many as let the JVM compile what a connection runs: its code is no connection's memory.
WARM_UP_CONNECTIONS = 3000
WARM_UPS = 3


def heap_options(size="256m"):
    """Those of a JVM whose heap must not grow while its process is measured."""
    return [f"-Xms{size}", f"-Xmx{size}", "-XX:+AlwaysPreTouch"]


class Connections:
    """Idle connections to a server, held until the end of the block."""

    def __init__(self, server, count, more=()):
        command = [
            *(programs.fanbench(), "--port", server.port, "--server", server.pid),
            *("--subscribers", count, "--hold", HOLD_SECONDS),
            *server.generator,
            *more,
        ]
        self._process = subprocess.Popen(
            servers.PINNING.on(servers.PINNING.generator, [str(part) for part in command]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if not self._process.stdout.readline().startswith("connected"):
            servers.fail(f"the generator could not connect to {server.name}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(30)


def live(server, is_java):
    return servers.live_bytes_by_class(server) if is_java else collections.Counter()


def measure(server, is_java):
    time.sleep(SETTLE_SECONDS)
    heap = live(server, is_java)
    if is_java:
        servers.jcmd(server, "System.trim_native_heap")
    return heap, server.resident_bytes()


def cost(server, count, is_java, more=()):
    """Bytes a connection, on the heap and outside it; more are further arguments of the generator."""
    files = server.open_files()
    for _ in range(WARM_UPS):
        with Connections(server, WARM_UP_CONNECTIONS, more):
            pass  # classes, code and pools that the first connections bring
        server.wait_for_close(files)
    heap_before, native_before = measure(server, is_java)
    with Connections(server, count, more):
        heap, native = measure(server, is_java)
    server.wait_for_close(files)
    heap_after = live(server, is_java)
    growth = {name: (heap[name] - heap_before[name]) / count for name in heap}
    return {
        "server": server.name,
        "connections": count,
        "heapBytesPerConnection": round((heap.total() - heap_before.total()) / count, 1),
        "nativeBytesPerConnection": round((native - native_before) / count, 1),
        "heapBytesLeftAfterClose": heap_after.total() - heap_before.total(),
        "classes": {
            name: round(growth[name], 1)
            for name in sorted(growth, key=growth.get, reverse=True)[:SHOWN_CLASSES]
        },
    }
