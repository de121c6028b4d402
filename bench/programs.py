"""The programs that benchmarks need: found on this machine, compiled here, or installed below target/."""

import dataclasses
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
WORK = ROOT / "target" / "bench"
JAR = ROOT / "target" / "carillon.jar"
JDKS = pathlib.Path("/usr/lib/jvm")
NEWER_JDK = 21  # the first with a generational ZGC
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wno-format-nonliteral"]


def fail(text):
    sys.exit(f"bench: {text}")


def on_path(*names, why=""):
    """The first of the programs that is on the PATH."""
    return next(filter(None, map(shutil.which, names)), None) or fail(f"no {names[0]} on the PATH{why}")


def java():
    home = os.environ.get("JAVA_HOME")
    return f"{home}/bin/java" if home else on_path("java")


@dataclasses.dataclass(frozen=True)
class Java:
    version: int
    program: pathlib.Path


def newer_java():
    """The newest JDK that is installed beside the one in use; None where it is too old."""
    found = []
    for home in JDKS.glob("*/release"):
        version = re.search(r'^JAVA_VERSION="(\d+)', home.read_text(), re.MULTILINE)
        if version and int(version.group(1)) >= NEWER_JDK:
            found.append(Java(int(version.group(1)), home.parent / "bin" / "java"))
    return max(found, key=lambda java: java.version, default=None)


def maven(*arguments):
    """Builds the working tree without its tests."""
    if subprocess.run(["mvn", "-q", "-Dmaven.test.skip=true", *arguments], cwd=ROOT).returncode != 0:
        fail("the working tree does not build")


@functools.cache  # Looked at once: a start that is measured must not wait for it.
def jar():
    """The server, built if it is older than one of its sources."""
    sources = [ROOT / "pom.xml", *(ROOT / "src" / "main").rglob("*")]
    if not JAR.exists() or JAR.stat().st_mtime < max(path.stat().st_mtime for path in sources):
        print(f"building {JAR.relative_to(ROOT)}", file=sys.stderr, flush=True)
        maven("package")
    return JAR


def compiled(name, *others):
    """A program of this folder in C, compiled if it is older than one of its sources; others are its further ones."""
    program = WORK / name
    sources = [HERE / f"{source}.c" for source in (name, *others)]
    changed = max(path.stat().st_mtime for path in [*sources, *HERE.glob("*.h")])
    if not program.exists() or program.stat().st_mtime < changed:
        WORK.mkdir(parents=True, exist_ok=True)
        subprocess.run([on_path("cc", "gcc"), "-O2", *WARNINGS, "-o", program, *sources], check=True)
    return program


def fanbench():
    """The load generator of deliveries."""
    return compiled("fanbench", "client")


def pubbench():
    """The load generator of acknowledged publishes."""
    return compiled("pubbench", "client")


def stalls():
    """What says how often the machine holds up a program that does nothing."""
    return compiled("stalls")


def node_packages():
    """The folder with what peers/package-lock.json pins."""
    folder = WORK / "peers"
    pinned = HERE / "peers" / "package-lock.json"
    installed = folder / "installed.json"  # a copy of what is pinned, once it is there as a whole
    if not installed.exists() or installed.read_bytes() != pinned.read_bytes():
        npm = on_path("npm", why=": it installs the peers that run on Node and Bun")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "peers" / name, folder)
        run = subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
        if run.returncode != 0:
            fail(f"npm could not install the peers:\n{run.stdout}{run.stderr}")
        shutil.copy(pinned, installed)
    return folder / "node_modules"


def bun():
    return node_packages() / "bun" / "bin" / "bun.exe"


def nats_server():
    """That of this machine, else Debian's, unpacked below target/."""
    found = shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    folder = WORK / "nats"
    unpacked = folder / "usr" / "sbin" / "nats-server"
    if found or unpacked.exists():
        return found or unpacked
    fetch = on_path("apt-get", why=", and no nats-server, which it fetches")
    folder.mkdir(parents=True, exist_ok=True)
    run = subprocess.run([fetch, "download", "nats-server"], cwd=folder, capture_output=True, text=True)
    packages = sorted(folder.glob("nats-server_*.deb"))
    if run.returncode != 0 or not packages:
        fail(f"apt-get could not fetch nats-server (an `apt-get update` may help):\n{run.stdout}{run.stderr}")
    subprocess.run([on_path("dpkg-deb"), "--extract", packages[-1], folder], check=True)
    return unpacked
