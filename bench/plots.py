"""The plots of docs/benchmarks.md as SVG, in colours that a light and a dark page can bear."""

import html
import math

import programs

FOLDER = programs.ROOT / "docs" / "plots"
TITLES = {
    "targets": "What was measured as a part of its target: left of the line it is met",
    "fan-out": "Server CPU time of a delivery, in microseconds",
    "latency": "Latency at half of the sustainable rate, in milliseconds",
}
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .small { font-size: 11px; }
  .axis { stroke: #8c959f; stroke-width: 1; }
  .grid { stroke: #8c959f; stroke-width: 1; stroke-opacity: 0.3; }
  .limit { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 4 3; }
  .ours { fill: #0969da; stroke: #0969da; }
  .theirs { fill: #8c959f; stroke: #8c959f; }
  .bad { fill: #cf222e; stroke: #cf222e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .ours { fill: #4493f8; stroke: #4493f8; }
    .limit { stroke: #f85149; }
    .bad { fill: #f85149; stroke: #f85149; }
  }
"""
WIDTH, LABELS, MARGIN, ROW = 820, 340, 60, 22


def write(recorded, target_of):
    """Draws what the record has figures for; the names of the plots that there are."""
    found = {
        "targets": targets(recorded, target_of),
        "fan-out": fan_out(recorded),
        "latency": latency(recorded),
    }
    drawn = {name: plot for name, plot in found.items() if plot.rows}
    for name in found:
        path = FOLDER / f"{name}.svg"
        if name in drawn:
            FOLDER.mkdir(parents=True, exist_ok=True)
            path.write_text(drawn[name].svg(TITLES[name]))
        else:
            path.unlink(missing_ok=True)
    return set(drawn)


class Plot:
    """Rows of one bar or one point each, over an axis of values, logarithmic where they differ by much."""

    def __init__(self, limit=None, logarithmic=False):
        self.rows = []
        self._limit = limit
        self._logarithmic = logarithmic

    def bar(self, label, value, kind):
        self.rows.append((label, kind, value, None))

    def point(self, label, value, least, most, kind):
        self.rows.append((label, kind, value, (least, most)))

    def gap(self):
        """Room between groups of rows."""
        if self.rows:
            self.rows.append(None)

    def svg(self, title):
        least, most = self._range()
        steps = list(_decades(least, most)) if self._logarithmic else list(_steps(most))
        low, high = (steps[0], steps[-1]) if self._logarithmic else (0, max(most, steps[-1]))

        def x(value):
            part = math.log(value / low) / math.log(high / low) if self._logarithmic else value / high
            return LABELS + part * (WIDTH - LABELS - MARGIN)

        top = 40
        bottom = top + ROW * len(self.rows) + 6
        parts = [f'<text x="8" y="22">{html.escape(title)}</text>']
        for step in steps:
            parts.append(_line(x(step), top, x(step), bottom, "grid"))
            parts.append(f'<text class="small" text-anchor="middle" x="{x(step):.1f}" y="{bottom + 16}">{step:g}</text>')
        if self._limit is not None:
            parts.append(_line(x(self._limit), top - 6, x(self._limit), bottom, "limit"))
        for at, row in enumerate(self.rows):
            if row is not None:
                parts += _row(row, top + ROW * at + ROW / 2, x, low)
        parts.append(_line(LABELS, top, LABELS, bottom, "axis"))
        inside = "\n  ".join(parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 28}" width="{WIDTH}"'
            f' height="{bottom + 28}" role="img" aria-label="{html.escape(title)}">\n'
            f"  <style>{STYLE}  </style>\n  {inside}\n</svg>\n"
        )

    def _range(self):
        values = [one for row in self.rows if row for one in (row[2], *(row[3] or ()))]
        values += [self._limit] if self._limit is not None else []
        return min(values), max(values)


def targets(recorded, target_of):
    plot = Plot(limit=1)
    for name, entry in recorded.items():
        for row in entry["rows"]:
            target = target_of(name, row)
            if target is None:
                continue
            against = f" / {row['against']}" if "against" in row else ""
            median, least, most = (row[part] / target for part in ("median", "least", "most"))
            plot.point(f"{name}, {row['case']}{against}", median, least, most, "bad" if median > 1 else "ours")
    return plot


def fan_out(recorded):
    plot = Plot(logarithmic=True)
    case = None
    for row in recorded.get("fan-out", {"rows": []})["rows"]:
        if row["case"] != case:
            case = row["case"]
            plot.gap()
            plot.bar(f"{case}, Carillon", row["ours"], "ours")
        plot.bar(f"{case}, {row['against']}", row["theirs"], "theirs")
    return plot


def latency(recorded):
    plot = Plot(logarithmic=True)
    for what, value in recorded.get("latency", {}).get("details", {}).items():
        if what.endswith(" ms"):
            plot.bar(what.removesuffix(" ms"), value, "ours")
    return plot


def _row(row, y, x, low):
    label, kind, value, reach = row
    yield f'<text x="{LABELS - 10}" y="{y + 4:.1f}" text-anchor="end">{html.escape(label)}</text>'
    end = x(value)
    if reach is None:
        start = x(low)
        yield f'<rect class="{kind}" x="{start:.1f}" y="{y - 7:.1f}" width="{max(1, end - start):.1f}" height="14" rx="2"/>'
    else:
        yield _line(x(reach[0]), y, x(reach[1]), y, kind)
        yield f'<circle class="{kind}" cx="{end:.1f}" cy="{y:.1f}" r="4"/>'
        end = x(reach[1])
    yield f'<text class="small" x="{end + 8:.1f}" y="{y + 4:.1f}">{value:.2f}</text>'


def _line(x1, y1, x2, y2, kind):
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _steps(most):
    """Some round values from 0 up to the most or just beyond."""
    size = 10 ** math.floor(math.log10(most / 2)) if most > 0 else 1
    size *= next(factor for factor in (1, 2, 5, 10) if most / (size * factor) <= 6)
    return [size * i for i in range(math.ceil(most / size) + 1)]


def _decades(least, most):
    """Powers of ten around the values."""
    first, last = math.floor(math.log10(least)), math.ceil(math.log10(most))
    return [10.0**i for i in range(first, max(last, first + 1) + 1)]
