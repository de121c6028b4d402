"""What bench/compare measures: each scenario with its targets and how its figures come about."""

import contextlib
import dataclasses
import json
import statistics
import typing
import urllib.request

import memory
import microbenchmarks
import programs
import servers
import starting
from turns import PER_CONNECTION, PER_DELIVERY, PER_PUBLISH, Contender, Failed, fan_out, publishes, quantity, ratio, say, stalls, take

# Events of a turn, by how many are in flight: the more there are, the less each costs.
EVENTS = {64: 6400, 16: 2400, 1: 800}
LARGE_PAYLOAD = 16384
LARGE_EVENTS = 300
TOPICS_EACH = 100
MANY_TOPICS_EVENTS = 50_000
BACKLOG = 10
PUBLISHERS = 64
KIB, MB = 1 << 10, 1_000_000
WARM_UPS_OF_LATENCY = 3
RUNS_OF_LATENCY = 5
WARM_UPS_OF_CONNECTING = 4  # until 24,000 clients have come, a JVM compiles what connecting runs
LATENCY_GRACE_SECONDS = 60
PERCENTILES = {"p50": "p50", "p99": "p99", "p999": "p99.9", "max": "most"}
TAIL = "p99 in 2 × p50 + 1 ms"
STREAM = ("--stream", "/v1/stream?topic=bench.%T")


@dataclasses.dataclass(frozen=True)
class Scenario:
    title: str
    measure: typing.Callable  # of scale, Java options and the details to add to; yields rows
    targets: dict  # at most; by case and, where a row compares, by whom it compares with


def load(scale, window, events, *more):
    """What one contender is asked to do in a turn."""

    def run(contender):
        return fan_out(
            contender,
            *("--subscribers", scale.subscribers, "--window", window),
            *("--events", scale.events(events * contender.share)),
            *more,
        )

    return run


def against_uwebsockets(case, scale, java_options, run, ours=(), theirs=()):
    """A row that compares Carillon with uWebSockets, each with further arguments of its own."""
    with servers.uwebsockets() as uws, servers.carillon(java_options) as carillon:
        contenders = [Contender(uws, uws.name, theirs), Contender(carillon, carillon.name, ours)]
        reports = take(case, contenders, scale, run, PER_DELIVERY)
    return ratio(case, reports[carillon.name], uws.name, reports[uws.name], PER_DELIVERY)


def measure_fan_out(scale, java_options, details):
    with contextlib.ExitStack() as running:
        carillon = running.enter_context(servers.carillon(java_options))
        starts = (servers.uwebsockets, servers.nats, servers.ws, servers.socket_io)
        uws, nats, ws, socket_io = (running.enter_context(start()) for start in starts)
        contenders = [
            Contender(uws, uws.name),
            Contender(carillon, carillon.name),
            Contender(nats, nats.name, share=0.4),
            Contender(ws, ws.name, share=0.1),
            Contender(socket_io, socket_io.name, share=0.1),
        ]
        for window, events in EVENTS.items():
            case = f"window {window}"
            reports = take(case, contenders, scale, load(scale, window, events), PER_DELIVERY)
            for peer in (uws, nats, ws, socket_io):
                yield ratio(case, reports[carillon.name], peer.name, reports[peer.name], PER_DELIVERY)


def measure_payload(scale, java_options, details):
    run = load(scale, 16, LARGE_EVENTS, "--size", LARGE_PAYLOAD)
    yield against_uwebsockets("16 KiB", scale, java_options, run)


def measure_topics(scale, java_options, details):
    run = load(scale, 16, EVENTS[16], "--topics", 8, "--topics-each", 8)
    yield against_uwebsockets("8 topics each", scale, java_options, run)
    # 10,000 topics for 1,000 subscribers, so that each topic has 10.
    many = ("--topics", 10 * scale.subscribers, "--topics-each", TOPICS_EACH)
    yield against_uwebsockets("10,000 topics", scale, java_options, load(scale, 16, MANY_TOPICS_EVENTS, *many))


def measure_patterns(scale, java_options, details):
    pattern = ("--subscribe-second", '{"type":"subscribe","id":1,"topics":["bench.*"]}')
    yield against_uwebsockets("half by a pattern", scale, java_options, load(scale, 16, EVENTS[16]), ours=pattern)


def measure_sse(scale, java_options, details):
    with servers.carillon(java_options) as carillon:
        contenders = [Contender(carillon, "WebSocket"), Contender(carillon, "SSE", STREAM)]
        for window, events in EVENTS.items():
            case = f"window {window}"
            reports = take(case, contenders, scale, load(scale, window, events), PER_DELIVERY)
            yield ratio(case, reports["SSE"], "WebSocket", reports["WebSocket"], PER_DELIVERY)


def measure_silent(scale, java_options, details):
    silent = scale.subscribers // 10
    case = "10 % never read"
    with servers.carillon(java_options) as carillon:
        contenders = [Contender(carillon, "all read"), Contender(carillon, case, ("--slow", silent))]
        run = load(dataclasses.replace(scale, subscribers=scale.subscribers - silent), 16, 2 * EVENTS[16])
        reports = take(case, contenders, scale, run, PER_DELIVERY)
    yield ratio(case, reports[case], "all read", reports["all read"], PER_DELIVERY)


def measure_memory(scale, java_options, details):
    options = [*memory.heap_options(), *java_options]
    for case, more in {"WebSocket": (), "SSE": STREAM}.items():
        costs = []
        for _ in range(scale.rounds):  # each in a process of its own: what one has pooled is there for the next
            with servers.carillon(options) as carillon:
                costs.append(memory.cost(carillon, scale.connections, is_java=True, more=more))
            say(f"{case} {costs[-1]['heapBytesPerConnection']} + {costs[-1]['nativeBytesPerConnection']} bytes")
        for part in ("heap", "native"):
            details[f"{case}, {part} bytes"] = statistics.median(cost[f"{part}BytesPerConnection"] for cost in costs)
        together = [cost["heapBytesPerConnection"] + cost["nativeBytesPerConnection"] for cost in costs]
        yield quantity(case, "KiB", [size / KIB for size in together])
    with servers.uwebsockets() as uws:
        cost = memory.cost(uws, scale.connections, is_java=False)
    details[f"{uws.name}, native bytes"] = cost["nativeBytesPerConnection"]


def measure_latency(scale, java_options, details):
    # The generator's clients don't answer pings, and would be closed as dead in the middle of it.
    patience = ["http.idleSeconds=3600"]
    with servers.carillon(java_options, settings=patience) as carillon:
        contender = Contender(carillon, carillon.name)
        sustain = load(scale, 64, EVENTS[64])
        for _ in range(WARM_UPS_OF_LATENCY):
            sustain(contender)
        # The least of them: a machine that others use is not as fast at all times, and a rate that it can't keep up
        # says how long queues get and not how long an event takes.
        reports = [sustain(contender) for _ in range(RUNS_OF_LATENCY)]
        rate = round(min(report["events"] / report["seconds"] for report in reports) / 2)
        at_rate(contender, scale, rate, max(1, scale.latency_seconds // 30))  # warms up
        report = at_rate(contender, scale, rate, scale.latency_seconds)
    machine = stalls(max(1, scale.latency_seconds // 10))
    millis = {part: report["latencyMicros"][part] / 1000 for part in ("p50", "p99", "p999", "max")}
    details["events a second"] = rate
    details.update({f"{name} ms": round(millis[part], 2) for part, name in PERCENTILES.items()})
    details["the machine's stalls %"] = round(sum(core["percent"] for core in machine), 2)
    details["longest stall ms"] = round(max(core["longestMillis"] for core in machine), 2)
    yield quantity(TAIL, "", [tail(report)])
    yield quantity("longest pause", "ms", [report["longestPauseMillis"]])
    with servers.uwebsockets() as uws:
        contender = Contender(uws, uws.name)
        sustain(contender)
        report = at_rate(contender, scale, rate, max(1, scale.latency_seconds // 5))
    yield quantity(f"{TAIL}, {uws.name}", "", [tail(report)])
    yield quantity(f"p50, {uws.name}", "ms", [report["latencyMicros"]["p50"] / 1000])


def at_rate(contender, scale, rate, seconds):
    """A run whose latencies count from when each event was meant to be sent."""
    say(f"{contender.name}: {rate} events a second for {seconds} s")
    return fan_out(
        contender,
        *("--subscribers", scale.subscribers, "--rate", rate),
        *("--events", rate * seconds, "--sample-every", 1),
        seconds=seconds + LATENCY_GRACE_SECONDS,
    )


def tail(report):
    """The 99th percentile in the target's unit."""
    millis = {part: report["latencyMicros"][part] / 1000 for part in ("p50", "p99")}
    return millis["p99"] / (2 * millis["p50"] + 1)


def measure_jvm(scale, java_options, details):
    newer = programs.newer_java()
    if newer is None:
        raise Failed(f"no JDK {programs.NEWER_JDK} or newer in {programs.JDKS}")
    generational = ["-XX:+ZGenerational"] if newer.version < 24 else []  # from then on there is no other
    ways = {
        "as it is": (None, []),
        "huge pages": (None, ["-XX:+UseTransparentHugePages"]),
        "G1": (None, ["-XX:+UseG1GC"]),
        f"JDK {newer.version}": (newer.program, []),
        f"JDK {newer.version}, G1": (newer.program, ["-XX:+UseG1GC"]),
        f"JDK {newer.version}, ZGC": (newer.program, ["-XX:+UseZGC", *generational]),
    }
    with contextlib.ExitStack() as running:
        contenders = [
            Contender(running.enter_context(servers.carillon([*options, *java_options], program=program)), name)
            for name, (program, options) in ways.items()
        ]
        for window in (16, 1):
            reports = take(f"window {window}", contenders, scale, load(scale, window, EVENTS[window]), PER_DELIVERY)
            for name in list(ways)[1:]:
                yield ratio(f"{name}, window {window}", reports[name], "as it is", reports["as it is"], PER_DELIVERY)


def measure_connect(scale, java_options, details):
    kept = ['topics=[{"match":"kept","history":{"events":1000}}]', 'store={"kind":"memory"}']
    with contextlib.ExitStack() as running:
        uws = running.enter_context(servers.uwebsockets())
        carillon = running.enter_context(servers.carillon(java_options))
        history = running.enter_context(servers.carillon(java_options, "kept", kept))
        contenders = [
            Contender(uws, uws.name),
            Contender(carillon, carillon.name),
            Contender(history, "the first time"),
            Contender(history, "with recovery", ("--backlog", BACKLOG), come_back(history, "kept")),
        ]

        def run(contender):
            files = contender.server.open_files()
            report = fan_out(contender, "--connect", "--subscribers", scale.connections)
            contender.server.wait_for_close(files)
            details.setdefault(f"{contender.name}, from cold: µs", round(report[PER_CONNECTION]))
            return report

        reports = take("connecting", contenders, scale, run, PER_CONNECTION, WARM_UPS_OF_CONNECTING)
    yield ratio("connecting", reports[carillon.name], uws.name, reports[uws.name], PER_CONNECTION)
    yield ratio("with recovery", reports["with recovery"], "the first time", reports["the first time"], PER_CONNECTION)


def come_back(server, topic):
    """Fills the topic's history; the generator's arguments for those who missed its last events."""
    writer = Contender(server, server.name)
    for events in (10 * BACKLOG, BACKLOG):
        fan_out(writer, "--subscribers", 1, "--events", events, "--window", BACKLOG)
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/v1/topics/{topic}/events?limit=1", timeout=30) as answer:
        history = json.load(answer)
    place = {topic: {"epoch": history["epoch"], "offset": history["last"] - BACKLOG}}
    subscribe = {"type": "subscribe", "id": 1, "topics": [topic], "from": place}
    return ("--path", "/v1/ws", "--subscribe", json.dumps(subscribe))


def measure_publish(scale, java_options, details):
    with servers.nats() as nats, servers.carillon(java_options) as carillon:
        contenders = [Contender(nats, nats.name), Contender(carillon, carillon.name)]

        def run(contender):
            return publishes(contender.server, "--publishers", PUBLISHERS, "--events", scale.publishes)

        reports = take("publishing", contenders, scale, run, PER_PUBLISH)
    yield ratio("publishing", reports[carillon.name], nats.name, reports[nats.name], PER_PUBLISH)


def measure_hub(scale, java_options, details):
    microbenchmarks.build()
    course = microbenchmarks.Course(forks=scale.rounds, warm_up=5, iterations=5, milliseconds=500)
    for one in microbenchmarks.run(r"HubBenchmark\.publish", course, ["gc"]):
        case = f"{one.deliveries:,} subscriber{'s' * (one.deliveries > 1)}"
        details[f"{case}, bytes an event"] = round(one.figure("gc.alloc.rate.norm") * one.deliveries)
        yield quantity(case, "ns", one.by_jvm("cpu"))


def measure_start(scale, java_options, details):
    rounds = 2 * scale.rounds + 1
    yield quantity("as it is", "s", starting.starts(rounds, java_options))
    from_archive = [*java_options, starting.archive(java_options)]
    yield quantity("from an archive of classes", "s", starting.starts(rounds, from_archive))
    yield quantity("the jar", "MB", [programs.jar().stat().st_size / MB])


SCENARIOS = {
    "fan-out": Scenario(
        "CPU time of a delivery",
        measure_fan_out,
        {
            ("window 64", "uWebSockets"): 0.70,
            ("window 16", "uWebSockets"): 0.95,
            ("window 1", "uWebSockets"): 1.0,
            **{(f"window {window}", "NATS"): 0.35 for window in EVENTS},
        },
    ),
    "payload": Scenario("Large payloads", measure_payload, {("16 KiB", "uWebSockets"): 1.1}),
    "topics": Scenario(
        "Many topics",
        measure_topics,
        {("8 topics each", "uWebSockets"): 1.1, ("10,000 topics", "uWebSockets"): 1.1},
    ),
    "patterns": Scenario("Patterns", measure_patterns, {("half by a pattern", "uWebSockets"): 1.1}),
    "sse": Scenario("Server-Sent Events", measure_sse, {(f"window {window}", "WebSocket"): 1.1 for window in EVENTS}),
    "silent": Scenario(
        "Subscribers that never read", measure_silent, {("10 % never read", "all read"): 1.05}
    ),
    "latency": Scenario(
        "Latency at half of the sustainable rate", measure_latency, {TAIL: 1.0, "longest pause": 20.0}
    ),
    "jvm": Scenario("Other collectors, huge pages and a newer JDK", measure_jvm, {}),
    "memory": Scenario("Memory of an idle connection", measure_memory, {"WebSocket": 3.0, "SSE": 3.0}),
    "connect": Scenario(
        "Connecting",
        measure_connect,
        {("connecting", "uWebSockets"): 2.0, ("with recovery", "the first time"): 2.0},
    ),
    "publish": Scenario("Acknowledged publishes", measure_publish, {("publishing", "NATS"): 1.3}),
    "hub": Scenario(
        "The hub by itself",
        measure_hub,
        {"1 subscriber": 20.0, "100 subscribers": 20.0, "10,000 subscribers": 20.0},
    ),
    "start": Scenario("Start and size", measure_start, {"from an archive of classes": 1.0, "the jar": 40.0}),
}
