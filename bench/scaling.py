#!/usr/bin/env python3
"""What 10, 100 and 1,000 nodes would cost, simulated from what a few nodes were measured to cost.

Simulated are the clients: they come, subscribe to a shared topic that is popular by Zipf's law and to one of their own, and
go; publishers publish to both kinds. From what each node then wants follow, exactly, the changes of interest that it must
tell, and the nodes that each event must go to. The rest (hellos, receipts, heartbeats) is counted by the protocol. Each
message is then priced with the measured costs, which are options: bench/links and bench/topics print them.

    bench/scaling.py                 the table
    bench/scaling.py --measure-idle  first measures what a node uses when nothing happens, by the number of nodes
"""

import argparse
import bisect
import itertools
import random
import statistics
import sys
import time

MIB = 1 << 20


class Popularity:
    """Shared topics, the k-th wanted 1/k as often as the first."""

    def __init__(self, topics):
        self._sums = list(itertools.accumulate(1 / rank for rank in range(1, topics + 1)))

    def pick(self, chance):
        return bisect.bisect(self._sums, chance.random() * self._sums[-1])


class Cluster:
    """What the nodes want: clients of each topic by node."""

    def __init__(self, nodes, arguments, chance):
        self.nodes, self.arguments, self.chance = nodes, arguments, chance
        self.popularity = Popularity(arguments.shared_topics)
        self.wanted = [{} for _ in range(nodes)]  # topic -> clients
        self.wanting = {}  # topic -> nodes
        self.clients = [[] for _ in range(nodes)]
        self.changes = 0
        for node in range(nodes):
            for _ in range(arguments.clients):
                self.come(node)
        self.changes = 0

    def come(self, node):
        """Subscribes a client to a shared topic. Its own topic is one change at one node, so it is only counted."""
        topic = self.popularity.pick(self.chance)
        clients = self.wanted[node]
        clients[topic] = clients.get(topic, 0) + 1
        if clients[topic] == 1:
            self.changes += 1
            self.wanting[topic] = self.wanting.get(topic, 0) + 1
        self.clients[node].append(topic)
        self.changes += 1

    def go(self, node):
        own = self.clients[node]
        at = self.chance.randrange(len(own))
        own[at], own[-1] = own[-1], own[at]
        topic = own.pop()
        clients = self.wanted[node]
        clients[topic] -= 1
        if clients[topic] == 0:
            del clients[topic]
            self.changes += 1
            self.wanting[topic] -= 1
        self.changes += 1

    def churn(self, sessions):
        """So many sessions end and others begin, over all nodes; changes of interest for each."""
        before = self.changes
        for _ in range(sessions):
            node = self.chance.randrange(self.nodes)
            self.go(node)
            self.come(node)
        return (self.changes - before) / sessions

    def receiving(self, events):
        """Other nodes that an event goes to: of a shared topic, and of a client's own, on average."""
        shared = 0
        for _ in range(events):
            topic = self.popularity.pick(self.chance)
            node = self.chance.randrange(self.nodes)
            shared += self.wanting.get(topic, 0) - (1 if topic in self.wanted[node] else 0)
        return shared / events, (self.nodes - 1) / self.nodes

    def topics(self):
        """Different topics of a node, on average: shared ones, and each client's own."""
        return statistics.fmean(len(wanted) for wanted in self.wanted) + self.arguments.clients


def message_micros(arguments, events):
    """CPU of both ends for a message of so many events."""
    return arguments.message_micros + events * arguments.event_micros


def simulate(nodes, arguments):
    chance = random.Random(arguments.seed)
    cluster = Cluster(nodes, arguments, chance)
    links = nodes - 1
    per_session = cluster.churn(arguments.samples)
    shared, own = cluster.receiving(arguments.samples)
    topics = cluster.topics()

    # A change of interest goes to every other node; those of one turn of the loop are one message.
    changes = arguments.clients / arguments.session_seconds * per_session
    interest_messages = min(changes, 1000 / arguments.turn_ms) * links
    interest_cpu = interest_messages * arguments.message_micros * 2 + changes * links * arguments.pattern_micros
    # Each way a hello a second, and its receipt; a node sends one of each to each other and gets as many.
    hello_cpu = links * 2 * arguments.message_micros
    heartbeat_cpu = links * arguments.heartbeat_micros
    # Events: those of a turn that go to the same node share a message, but no more of them than there are.
    to_nodes = arguments.events * ((1 - arguments.own_share) * shared + arguments.own_share * own)
    messages = min(to_nodes, links * 1000 / arguments.turn_ms)
    events_cpu = messages * arguments.message_micros + to_nodes * arguments.event_micros
    table = links * topics * arguments.topic_bytes
    window = links * arguments.link_bytes
    return {
        "links of a node (connections)": f"{links} ({2 * links})",
        "hellos and receipts a second, node / cluster": f"{links * 4} / {links * nodes * 2}",
        "their CPU, of a core": percent(hello_cpu),
        "heartbeats of Hazelcast, CPU of a core": percent(heartbeat_cpu),
        "topics of a node": f"{topics:.0f}",
        "changes of interest a second, node": f"{changes:.0f}",
        "messages of interest a second, sent by a node": f"{interest_messages:.0f}",
        "patterns a second that a node is told": f"{changes * links:.0f}",
        "CPU of interest, of a core": percent(interest_cpu),
        "heap for what the others want": f"{table / MIB:.0f} MiB",
        "events a second to other nodes, node": f"{to_nodes:.0f}",
        "nodes that an event of a shared topic goes to": f"{shared:.1f}",
        "CPU of links for events, of a core": percent(events_cpu),
        "memory of all links when nobody takes": f"{window / MIB:.0f} MiB",
        "all of it, CPU of a core": percent(hello_cpu + heartbeat_cpu + interest_cpu + events_cpu),
    }


def percent(micros_a_second):
    return f"{micros_a_second / 1e4:.1f} %"


def measure_idle(arguments):
    """CPU of a node when nothing happens, for some numbers of nodes; prints what another node adds."""
    import nodes  # here, since the table needs no server

    found = {}
    for count in arguments.idle_nodes:
        names = [f"n{number}" for number in range(count)]
        with nodes.Cluster(names, ["-Xmx256m"], pinned=False) as group:
            started = [group.node(name) for name in names]
            for node in started:
                node.wait_listening()
                for other in names:
                    if other != node.name:
                        node.wait_said(f"linked with node={other} ")
            time.sleep(arguments.settle_seconds)  # a young JVM still interprets what it does once a second
            before, start = [node.cpu() for node in started], time.monotonic()
            time.sleep(arguments.idle_seconds)
            seconds = time.monotonic() - start
            used = [(node.cpu() - was) / seconds for node, was in zip(started, before)]
            found[count] = statistics.median(used)
            print(f"idle, {count} nodes: {found[count] * 100:.2f} % of a core each, {used}", file=sys.stderr, flush=True)
    fewest, most = min(found), max(found)
    micros = (found[most] - found[fewest]) / (most - fewest) * 1e6
    print(f"A node uses {micros:.0f} µs a second for each other node, when nothing happens.\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--clients", type=int, default=5000, help="of each node")
    parser.add_argument("--session-seconds", type=float, default=600, help="how long a client stays")
    parser.add_argument("--shared-topics", type=int, default=10000, help="of the whole cluster")
    parser.add_argument("--events", type=float, default=500, help="published a second at each node")
    parser.add_argument("--own-share", type=float, default=0.8, help="part of them for a client's own topic")
    parser.add_argument("--message-micros", type=float, default=MESSAGE, help="CPU of a message, both ends (bench/links)")
    parser.add_argument("--event-micros", type=float, default=EVENT, help="CPU of an event in it, both ends (bench/links)")
    parser.add_argument("--pattern-micros", type=float, default=PATTERN, help="CPU at a node told of a topic (bench/topics)")
    parser.add_argument("--topic-bytes", type=float, default=TOPIC, help="heap of a topic of another node (bench/topics)")
    parser.add_argument("--heartbeat-micros", type=float, default=HEARTBEAT, help="CPU a second and other node")
    parser.add_argument("--turn-ms", type=float, default=1, help="a turn of a loop under load: what falls in it shares a message")
    parser.add_argument("--link-bytes", type=float, default=4 * MIB)
    parser.add_argument("--samples", type=int, default=50000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure-idle", action="store_true")
    parser.add_argument("--idle-nodes", type=int, nargs="+", default=[2, 6])
    parser.add_argument("--settle-seconds", type=float, default=30, help="before that is measured")
    parser.add_argument("--idle-seconds", type=float, default=10)
    arguments = parser.parse_args()
    if arguments.measure_idle:
        measure_idle(arguments)
    columns = {nodes: simulate(nodes, arguments) for nodes in arguments.nodes}
    print("| nodes | " + " | ".join(f"{nodes:,}" for nodes in columns) + " |")
    print("| --- |" + " ---: |" * len(columns))
    for name in next(iter(columns.values())):
        print(f"| {name} | " + " | ".join(column[name] for column in columns.values()) + " |")


# Measured on two shared cores, JDK 17; see docs/scaling.md.
MESSAGE, EVENT, PATTERN, TOPIC, HEARTBEAT = 25, 1, 5, 182, 1600

if __name__ == "__main__":
    main()
