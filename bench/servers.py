"""The servers that are compared: how each is built, started on loopback, spoken to and ended."""

import collections
import os
import pathlib
import re
import resource
import select
import shutil
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = ROOT / "target" / "bench"
JAR = ROOT / "target" / "carillon.jar"
START_SECONDS = 30

# The bytes that Carillon's subscribers get, for servers that pass on what they are given.
EVENT = (
    '{"type":"event","topic":"bench","id":"0192f0a1-0000-7000-8000-000000000000",'
    '"time":"2026-11-23T17:00:00.123Z","data":%P}'
)


def fail(text):
    sys.exit(f"bench: {text}")


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
    """A running server: its name, process id, port and the generator's arguments."""

    def __init__(self, name, command, listening, generator, environment=None):
        self.name = name
        self.generator = generator
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


def carillon(java_options=(), topic="bench"):
    if not JAR.exists():
        fail(f"no {JAR.relative_to(ROOT)}: run `mvn -q -DskipTests package` first")
    return Server(
        "carillon",
        [java(), *java_options, "-jar", JAR, "serve", "--port", "0"],
        r"listening on http://[^:\s]+:(\d+)",
        [
            *("--path", "/v1/ws"),
            *("--subscribe", '{"type":"subscribe","id":1,"topics":["%s"]}' % topic),
            *("--publish", '{"type":"publish","topic":"bench","data":%P}'),
        ],
    )


def uwebsockets():
    return Server(
        "uWebSockets",
        [bun(), HERE / "peers" / "uws.js", "0"],
        r"listening on http://[^:\s]+:(\d+)",
        ["--subscribe", "subscribe", "--publish", EVENT],
    )


def nats():
    if shutil.which("nats-server") is None:
        fail("no nats-server on the PATH (Debian's package has that name)")
    return Server(
        "NATS",
        ["nats-server", "-c", HERE / "peers" / "nats.conf"],
        r"websocket clients on ws://[^:\s]+:(\d+)",
        [
            *("--path", "/", "--binary"),
            *("--subscribe", r'CONNECT {"verbose":false,"pedantic":false}\nSUB bench 1\n'),
            *("--hello", r'CONNECT {"verbose":false,"pedantic":false}\n'),
            *("--publish", r"PUB bench %L\n%P\n"),
        ],
    )


PEERS = {"uws": uwebsockets, "nats": nats}


def java():
    home = os.environ.get("JAVA_HOME")
    return f"{home}/bin/java" if home else shutil.which("java") or fail("no java on the PATH")


def live_bytes_by_class(server):
    """All live objects: the histogram collects garbage first."""
    jcmd = pathlib.Path(java()).resolve().parent / "jcmd"
    histogram = subprocess.run(
        [jcmd, str(server.pid), "GC.class_histogram"], capture_output=True, text=True, check=True
    ).stdout
    rows = re.findall(r"^\s*\d+:\s+\d+\s+(\d+)\s+(\S+)", histogram, re.MULTILINE)
    sizes = collections.Counter()
    for size, name in rows:
        sizes[name] += int(size)
    return sizes


def bun():
    """Bun of the version that peers/package-lock.json pins, installed below target/."""
    folder = WORK / "peers"
    program = folder / "node_modules" / "bun" / "bin" / "bun.exe"
    if not program.exists():
        if shutil.which("npm") is None:
            fail("no npm on the PATH: it installs Bun, which holds uWebSockets")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "peers" / name, folder / name)
        run = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True
        )
        if run.returncode != 0 or not program.exists():
            fail(f"npm could not install Bun:\n{run.stdout}{run.stderr}")
    return program


def compiled(name):
    """A program of this folder in C, compiled if it is older than its source."""
    source = HERE / f"{name}.c"
    program = WORK / name
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        WORK.mkdir(parents=True, exist_ok=True)
        compiler = shutil.which("cc") or shutil.which("gcc") or fail("no C compiler on the PATH")
        warnings = ["-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wno-format-nonliteral"]
        subprocess.run([compiler, "-O2", *warnings, "-o", program, source], check=True)
    return program


def fanbench():
    """The load generator."""
    return compiled("fanbench")


def allow_many_files():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
