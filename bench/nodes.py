"""Nodes of a cluster as processes on loopback: started, watched and ended, whatever happens."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

import programs
import servers

START_SECONDS = 120
TICKS = os.sysconf("SC_CLK_TCK")


def free_ports(count):
    """Ports that nobody has just now; nodes must know each other's before they start."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def cpu_seconds(pid):
    """User and system time of all threads of a process."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Node:
    """A node in a process of its own; what it says goes to a file."""

    def __init__(self, name, java_options=(), settings=(), pinned=True):
        self.name = name
        self.log = programs.WORK / f"node-{name}.log"
        programs.WORK.mkdir(parents=True, exist_ok=True)
        sets = [part for setting in (f"node={name}", *settings) for part in ("--set", setting)]
        command = [programs.java(), *java_options, "-jar", programs.jar(), "serve", "--port", "0", *sets]
        command = [str(part) for part in command]
        self.started = time.monotonic()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                servers.PINNING.on(servers.PINNING.server, command) if pinned else command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=programs.WORK,
            )
        self.pid = self.process.pid
        self.port = None

    def said(self):
        return self.log.read_text(errors="replace")

    def wait_said(self, pattern, seconds=START_SECONDS):
        """The first match in what the node said."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = re.search(pattern, self.said())
            if found:
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        programs.fail(f"{self.name} did not say {pattern!r}:\n{self.said()[-2000:]}")

    def wait_listening(self):
        """Seconds from the start of the process."""
        self.port = int(self.wait_said(r"listening on http://[^:\s]+:(\d+)").group(1))
        return time.monotonic() - self.started

    def cpu(self):
        return cpu_seconds(self.pid)

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


class Cluster:
    """Nodes of one cluster, and others beside it; all end with it."""

    def __init__(self, names, java_options=(), pinned=True, settings=()):
        self._java_options = java_options
        self._pinned = pinned
        self._settings = settings
        self._ports = dict(zip(names, free_ports(len(names))))
        self.nodes = []

    def node(self, name):
        """Starts one of the named nodes."""
        members = ",".join(f'"127.0.0.1:{port}"' for port in self._ports.values())
        return self._start(
            name,
            [
                "cluster.enabled=true",
                f"cluster.port={self._ports[name]}",
                f"cluster.name=bench{os.getpid()}",
                f"cluster.members=[{members}]",
                *self._settings,
            ],
        )

    def alone(self, name):
        """Starts a node that is in no cluster."""
        return self._start(name, [])

    def _start(self, name, settings):
        node = Node(name, self._java_options, settings, self._pinned)
        self.nodes.append(node)
        return node

    def __enter__(self):
        # Who ends a measurement early ends its nodes too.
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.stop()
