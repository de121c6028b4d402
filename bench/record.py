"""What was measured last: bench/recorded.json, each scenario with when and on what."""

import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

import programs

PATH = programs.HERE / "recorded.json"


def read():
    """Scenarios by name."""
    return json.loads(PATH.read_text())["scenarios"] if PATH.exists() else {}


def write(scenarios):
    PATH.write_text(json.dumps({"scenarios": scenarios}, indent=2, ensure_ascii=False) + "\n")


def entry(rows, details, measured):
    """One scenario of the record."""
    return {"measured": measured, "rows": rows, **({"details": details} if details else {})}


def measured_now(java_options):
    return {
        "date": datetime.date.today().isoformat(),
        "jdk": _jdk(),
        "kernel": f"{platform.system()} {platform.release()}",
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "javaOptions": list(java_options),
    }


def _jdk():
    said = subprocess.run([programs.java(), "-version"], capture_output=True, text=True, check=True).stderr
    return re.search(r'version "([^"]+)"', said).group(1)


def _cpu():
    found = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found.group(1) if found else platform.machine()
