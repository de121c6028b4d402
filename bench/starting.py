"""How long a node takes from the start of its process to the line that says it listens."""

import subprocess
import time

import programs
import servers

ARCHIVE = programs.WORK / "carillon.jsa"


def archive(java_options=()):
    """Makes an archive of classes, as an operator does; the option to start from it."""
    programs.WORK.mkdir(parents=True, exist_ok=True)
    command = [programs.java(), *java_options, "-jar", programs.jar(), "archive", ARCHIVE]
    made = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if made.returncode != 0:
        programs.fail(f"no archive of classes: {made.stderr.strip()}")
    return f"-XX:SharedArchiveFile={ARCHIVE}"


def start_seconds(java_options=()):
    start = time.monotonic()
    with servers.carillon(java_options):
        return time.monotonic() - start


def starts(rounds, java_options=()):
    """Seconds of each; one more before them warms the disk cache."""
    start_seconds(java_options)
    return [start_seconds(java_options) for _ in range(rounds)]
