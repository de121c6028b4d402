"""Servers take turns on the same core under a load generator, and what each turn cost is compared."""

import dataclasses
import json
import statistics
import subprocess
import sys

import programs
import servers

RUN_SECONDS = 180
PER_DELIVERY = "serverCpuMicrosPerDelivery"
PER_CONNECTION = "connectCpuMicros"
PER_PUBLISH = "serverCpuMicrosPerPublish"
WARM_UP_TURNS = 2  # until a JVM has compiled what it runs


class Failed(Exception):
    """A run that something was lost in, repeated or out of order, or that broke off: its figures count for nothing."""


@dataclasses.dataclass(frozen=True)
class Scale:
    """How large runs are."""

    rounds: int = 3
    subscribers: int = 1000
    connections: int = 8000
    publishes: int = 100_000
    latency_seconds: int = 300
    share: float = 1.0  # of the events

    def events(self, count):
        return max(10, round(count * self.share))


@dataclasses.dataclass(frozen=True)
class Contender:
    """A server in one of the ways that it is loaded."""

    server: servers.Server
    name: str
    more: tuple = ()  # further arguments of the generator
    instead: tuple = ()  # arguments in place of the server's own
    share: float = 1.0  # of the events: slow servers need fewer for a turn as long


def generate(program, server, *arguments, seconds=RUN_SECONDS):
    """One run of a load generator on its core; its report."""
    command = [program, "--port", server.port, "--server", server.pid, *arguments]
    try:
        done = subprocess.run(
            servers.PINNING.on(servers.PINNING.generator, [str(part) for part in command]),
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as e:
        raise Failed(f"{server.name}: not done within {seconds} s") from e
    if done.returncode == 2:
        raise Failed(f"{server.name} lost, repeated or disordered something: {done.stdout.strip()}")
    if done.returncode != 0:
        raise Failed(f"{server.name}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def fan_out(contender, *arguments, seconds=RUN_SECONDS):
    """Events to subscribers."""
    own = contender.instead or contender.server.generator
    more = (*arguments, *contender.more)
    return generate(programs.fanbench(), contender.server, "--json", *own, *more, seconds=seconds)


def publishes(server, *arguments):
    """Publishes, each acknowledged before its publisher's next one."""
    return generate(programs.pubbench(), server, *server.publisher, *arguments)


def stalls(seconds):
    """What the machine takes from programs that only read the clock, on the server's core and the generator's."""
    command = [str(programs.stalls()), str(seconds)]
    cores = {servers.PINNING.server, servers.PINNING.generator}
    looks = [subprocess.Popen(servers.PINNING.on(core, command), stdout=subprocess.PIPE) for core in cores]
    return [json.loads(look.communicate(timeout=seconds + RUN_SECONDS)[0]) for look in looks]


def say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


def take(case, contenders, scale, run, figure, warm_ups=WARM_UP_TURNS):
    """The reports of all turns that count, by contender; those before them are thrown away."""
    reports = {contender.name: [] for contender in contenders}
    for turn in range(1 - warm_ups, scale.rounds + 1):
        for contender in contenders:
            report = run(contender)
            if turn > 0:
                reports[contender.name].append(report)
            shown = "warm-up" if turn < 1 else f"turn {turn} "
            say(f"{case}, {shown} {contender.name:24} {report[figure]:9.3f} µs")
    return reports


def summary(values):
    """Median and range, as they are recorded."""
    values = [round(value, 2) for value in values]
    return {
        "median": round(statistics.median(values), 2),
        "least": min(values),
        "most": max(values),
        "turns": len(values),
    }


def ratio(case, ours, against, theirs, figure):
    """A row: what ours cost in theirs, turn by turn, both being reports."""
    our, their = [report[figure] for report in ours], [report[figure] for report in theirs]
    row = {
        "case": case,
        "against": against,
        "unit": "µs",
        "ours": round(statistics.median(our), 2),
        "theirs": round(statistics.median(their), 2),
        **summary([one / other for one, other in zip(our, their)]),
    }
    if figure == PER_DELIVERY:
        row["p99Ms"] = [_p99_ms(ours), _p99_ms(theirs)]
    return row


def _p99_ms(reports):
    return round(statistics.median(report["latencyMicros"]["p99"] for report in reports) / 1000, 1)


def quantity(case, unit, values):
    """A row: a figure that is judged by itself."""
    return {"case": case, "unit": unit, **summary(values)}
