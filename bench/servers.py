"""The servers that are compared: how each is started on loopback, spoken to and ended."""

import collections
import os
import pathlib
import re
import resource
import select
import shutil
import subprocess
import threading
import time

import programs
from programs import HERE, WORK, fail, java

START_SECONDS = 30
CLOSE_SECONDS = 30

# The bytes that Carillon's subscribers get, for servers that pass on what they are given.
EVENT = (
    '{"type":"event","topic":"bench.%T","id":"0192f0a1-0000-7000-8000-000000000000",'
    '"time":"2026-11-23T17:00:00.123Z","data":%P}'
)
# What the own little servers of peers/ take, and the line that they and Carillon begin with.
SPACE_SEPARATED = ["--subscribe", "subscribe bench.%T", "--publish", f"bench.%T {EVENT}"]
LISTENING = r"listening on http://[^:\s]+:(\d+)"


class Pinning:
    """The server on one core and the generator on the other, so that neither takes the other's time."""

    def __init__(self):
        cores = sorted(os.sched_getaffinity(0))
        self.apart = len(cores) > 1 and shutil.which("taskset") is not None
        self.server = cores[0]
        self.generator = cores[-1]

    def on(self, core, command):
        return ["taskset", "-c", str(core), *command] if self.apart else command


PINNING = Pinning()


class Server:
    """A running server: its name, process id, port and the arguments of fanbench and of pubbench for it."""

    def __init__(self, name, command, listening, generator, publisher=(), environment=None):
        self.name = name
        self.generator = generator
        self.publisher = publisher
        self.said = b""
        self._reader = None
        WORK.mkdir(parents=True, exist_ok=True)
        self._log = open(WORK / f"{name}.log", "wb")
        self._process = subprocess.Popen(
            PINNING.on(PINNING.server, [str(part) for part in command]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=WORK,
            env={**os.environ, **(environment or {})},
        )
        self.pid = self._process.pid
        self.port = self._wait_for(re.compile(listening))

    def _wait_for(self, listening):
        """Reads the server's output up to the line that names its port."""
        end = time.monotonic() + START_SECONDS
        output = b""
        while time.monotonic() < end:
            if select.select([self._process.stdout], [], [], 0.2)[0]:
                read = os.read(self._process.stdout.fileno(), 65536)
                self._log.write(read)
                output += read
                found = listening.search(output.decode(errors="replace"))
                if found:
                    os.set_blocking(self._process.stdout.fileno(), False)
                    return int(found.group(1))
                if not read:
                    break
        self.stop()
        fail(f"{self.name} did not start:\n{output.decode(errors='replace')}")

    def keep_output(self):
        """From now on everything the server says is taken at once: a full pipe would make it wait."""
        os.set_blocking(self._process.stdout.fileno(), True)
        self._reader = threading.Thread(target=self._read_on, daemon=True)
        self._reader.start()

    def _read_on(self):
        while read := os.read(self._process.stdout.fileno(), 65536):
            self._log.write(read)
            self.said += read

    def is_alive(self):
        return self._process.poll() is None

    def resident_bytes(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def wait_for_close(self, files):
        """Until the server has noticed that its clients are gone, and has no more files open than so many."""
        end = time.monotonic() + CLOSE_SECONDS
        while self.open_files() > files and time.monotonic() < end:
            time.sleep(0.1)

    def stop(self):
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._reader:
            self._reader.join(15)
        else:
            self._log.write(self._process.stdout.read() or b"")
        self._log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def carillon(java_options=(), topic="bench.%T", settings=(), program=None):
    sets = [part for setting in settings for part in ("--set", setting)]
    return Server(
        "Carillon",
        [program or java(), *java_options, "-jar", programs.jar(), "serve", "--port", "0", *sets],
        LISTENING,
        [
            *("--path", "/v1/ws"),
            *("--subscribe", '{"type":"subscribe","id":1,"topics":["%s"]}' % topic),
            *("--publish", '{"type":"publish","topic":"%s","data":%%P}' % topic),
        ],
        [
            *("--path", "/v1/ws"),
            *("--publish", '{"type":"publish","id":%N,"topic":"bench","data":%P}'),
            *("--answer", '"type":"published","id":%N,'),
        ],
    )


def uwebsockets():
    return Server(
        "uWebSockets", [programs.bun(), HERE / "peers" / "uws.js", "0"], LISTENING, SPACE_SEPARATED
    )


def nats():
    connect = r'CONNECT {"verbose":%s,"pedantic":false}\n'
    return Server(
        "NATS",
        [programs.nats_server(), "-c", HERE / "peers" / "nats.conf"],
        r"websocket clients on ws://[^:\s]+:(\d+)",
        [
            *("--path", "/", "--binary"),
            *("--subscribe", connect % "false", "--subscribe", r"SUB bench.%T %T\n"),
            *("--hello", connect % "false"),
            *("--publish", r"PUB bench.%T %L\n%P\n"),
        ],
        [
            *("--path", "/", "--binary"),
            *("--hello", connect % "true"),
            *("--publish", r"PUB bench %L\n%P\n"),
            *("--answer", "+OK"),
        ],
    )


def ws():
    return on_node("ws", "ws.js", SPACE_SEPARATED)


def socket_io():
    return on_node(
        "Socket.IO",
        "socketio.js",
        [
            *("--path", "/socket.io/?EIO=4&transport=websocket"),
            *("--subscribe", '40{"topic":"bench.%T"}'),
            *("--hello", "40"),
            *("--publish", '42["publish","bench.%%T",%s]' % EVENT),
        ],
    )


def on_node(name, script, generator):
    return Server(
        name,
        [programs.on_path("node"), HERE / "peers" / script, "0"],
        LISTENING,
        generator,
        environment={"NODE_PATH": str(programs.node_packages())},
    )


def jcmd(server, command):
    """What a server's JVM answers."""
    program = pathlib.Path(java()).resolve().parent / "jcmd"
    return subprocess.run([program, str(server.pid), command], capture_output=True, text=True, check=True).stdout


def live_bytes_by_class(server):
    """All live objects: the histogram collects garbage first."""
    histogram = jcmd(server, "GC.class_histogram")
    rows = re.findall(r"^\s*\d+:\s+\d+\s+(\d+)\s+(\S+)", histogram, re.MULTILINE)
    sizes = collections.Counter()
    for size, name in rows:
        sizes[name] += int(size)
    return sizes


def allow_many_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
