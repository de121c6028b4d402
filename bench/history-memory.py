"""Writes a gigabyte of history through a node with a heap of 256 MiB, reads all of it back, and prints what the node
took: its memory should stay flat. Used by bench/history."""

import json
import re
import subprocess
import sys
import time
import urllib.request

folder = sys.argv[1]
EVENT_BYTES = 50_000
BATCH = 20
TOTAL = 1 << 30

rules = [{"match": "bench.>", "history": {"events": 1_000_000_000}}]
log = open(f"{folder}/node.log", "w", encoding="utf-8")
node = subprocess.Popen(
    ["java", "-Xmx256m", "-jar", "target/carillon.jar", "serve", "--port", "0",
     "--set", "topics=" + json.dumps(rules), "--set", f"store.path={folder}/memory-{time.time_ns()}.db"],
    stdout=subprocess.PIPE, stderr=log, text=True)
try:
    url = re.search(r"http://\S+", node.stdout.readline()).group(0)

    def resident_mib():
        with open(f"/proc/{node.pid}/status", encoding="utf-8") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) // 1024

    def call(path, body=None):
        request = urllib.request.Request(url + path, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    event = {"topic": "bench.a", "data": "x" * EVENT_BYTES}
    body = json.dumps([event] * BATCH).encode()
    events = TOTAL // EVENT_BYTES // BATCH * BATCH
    begun = time.monotonic()
    for written in range(0, events, BATCH):
        call("/v1/events", body)
        if written % (events // 8 // BATCH * BATCH) == 0:
            print(f"written {written * EVENT_BYTES >> 20} MiB, resident {resident_mib()} MiB", flush=True)
    print(f"wrote {events} events in {time.monotonic() - begun:.0f} s")

    begun = time.monotonic()
    after = 0
    while True:
        page = call(f"/v1/topics/bench.a/events?after={after}&limit=1000")["events"]
        if not page:
            break
        assert page[0]["offset"] == after + 1, "a hole"
        after = page[-1]["offset"]
    assert after == events, f"read {after} of {events}"
    print(f"read all in {time.monotonic() - begun:.0f} s, resident {resident_mib()} MiB")
finally:
    node.terminate()
    print("exit", node.wait(30))
