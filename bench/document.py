"""docs/benchmarks.md: the template of this folder, filled from the record.

    python3 bench/document.py      writes it and its plots from what is recorded, without measuring
"""

import json
import re

import plots
import programs
import record
from scenarios import SCENARIOS

TEMPLATE = programs.HERE / "benchmarks.template.md"
DOCUMENT = programs.ROOT / "docs" / "benchmarks.md"
HEADING = """<!-- Written from bench/benchmarks.template.md and bench/recorded.json. Don't edit; bench/compare measures and writes it,
     and python3 bench/document.py only writes it. -->

"""


def target_of(name, row):
    """What a row's median must not exceed; None where nothing is asked."""
    key = (row["case"], row["against"]) if "against" in row else row["case"]
    return SCENARIOS[name].targets.get(key)


def is_missed(name, row):
    target = target_of(name, row)
    return target is not None and row["median"] > target


def section(name, recorded):
    """A scenario's figures and what they say."""
    if name not in recorded:
        return f"Not measured yet: `bench/compare --only {name}`."
    entry = recorded[name]
    rows = entry["rows"]
    parts = [_table(name, rows)]
    if "details" in entry:
        parts.append(_table_of_details(entry["details"]))
    parts.append(_verdict(name, rows, entry["measured"]))
    return "\n\n".join(parts)


def summary(recorded):
    """How many targets are met, and which are not."""
    rows = [(name, row) for name in SCENARIOS if name in recorded for row in recorded[name]["rows"]]
    asked = [(name, row) for name, row in rows if target_of(name, row) is not None]
    missed = [(name, row) for name, row in asked if is_missed(name, row)]
    lines = [f"Targets that were measured: {len(asked)}; met: {len(asked) - len(missed)}; missed: {len(missed)}."]
    if missed:
        lines += ["", _line(["missed", "", "measured (range)", "target"]), _line(["---", "---", "---:", "---:"])]
        lines += [
            _line([SCENARIOS[name].title, _said(row), _with_range(row), f"{target_of(name, row):.2f}"])
            for name, row in missed
        ]
    unmeasured = [SCENARIOS[name].title for name in SCENARIOS if name not in recorded]
    if unmeasured:
        lines += ["", f"Not measured yet: {', '.join(unmeasured)}."]
    return "\n".join(lines)


def machines(recorded):
    """What it was measured on; more than one where scenarios were measured by themselves later."""
    found = {
        f"- {measured['cpu']}, {measured['cores']} cores, {measured['kernel']}, JDK {measured['jdk']}"
        + (f", `{' '.join(measured['javaOptions'])}`" if measured["javaOptions"] else "")
        for measured in (entry["measured"] for entry in recorded.values())
    }
    return "\n".join(sorted(found)) or "- nothing is measured yet"


def versions():
    """The peers that npm installs, as they are pinned."""
    pinned = json.loads((programs.HERE / "peers" / "package.json").read_text())["dependencies"]
    return ", ".join(f"{package} {version}" for package, version in pinned.items())


def write():
    """The document and its plots."""
    measured = record.read()
    recorded = {name: measured[name] for name in SCENARIOS if name in measured}
    drawn = plots.write(recorded, target_of)

    def filled(place):
        kind, _, name = place.group(1).partition(" ")
        if kind == "summary":
            return summary(recorded)
        if kind == "machines":
            return machines(recorded)
        if kind == "versions":
            return versions()
        if kind == "plot":
            return f"![{plots.TITLES[name]}](plots/{name}.svg)" if name in drawn else ""
        return section(name, recorded)

    text = re.sub(r"\{\{([a-z -]+)\}\}", filled, TEMPLATE.read_text())
    DOCUMENT.write_text(HEADING + re.sub(r"\n{3,}", "\n\n", text))


def _table(name, rows):
    return "\n".join(_ratios(name, rows) if "against" in rows[0] else _quantities(name, rows))


def _ratios(name, rows):
    has_latency = any("p99Ms" in row for row in rows)
    heads = ["", "Carillon", "against", "", "ratio (range)", "target", ""]
    yield _line(heads + ["p99 ms", "against"] * has_latency)
    yield _line(["---", "---:", "---", "---:", "---:", "---:", "---"] + ["---:", "---:"] * has_latency)
    for row in rows:
        cells = [row["case"], f"{row['ours']:.2f} µs", row["against"], f"{row['theirs']:.2f} µs", _with_range(row)]
        latency = [f"{value:.1f}" for value in row.get("p99Ms", [])]
        yield _line([*cells, *_judgement(name, row), *latency])


def _quantities(name, rows):
    yield _line(["", "measured (range)", "target", ""])
    yield _line(["---", "---:", "---:", "---"])
    for row in rows:
        yield _line([row["case"], f"{_with_range(row)} {row['unit']}".rstrip(), *_judgement(name, row)])


def _table_of_details(details):
    return "\n".join([_line(details), _line(["---:"] * len(details)), _line(f"{value:,}" for value in details.values())])


def _verdict(name, rows, measured):
    missed = [_said(row) for row in rows if is_missed(name, row)]
    asked = any(target_of(name, row) is not None for row in rows)
    said = f"**Missed**: {'; '.join(missed)}." if missed else "Every target is met." if asked else "No target."
    turns = max(row["turns"] for row in rows)
    return f"{said} Measured {measured['date']}, {turns} turn{'s' * (turns > 1)}."


def _said(row):
    return f"{row['case']} against {row['against']}" if "against" in row else row["case"]


def _judgement(name, row):
    """The cells for the target and whether it is met."""
    target = target_of(name, row)
    return ["–", ""] if target is None else [f"{target:.2f}", "**missed**" if is_missed(name, row) else "met"]


def _with_range(row):
    return f"**{row['median']:.2f}** ({row['least']:.2f}–{row['most']:.2f})"


def _line(cells):
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    write()
