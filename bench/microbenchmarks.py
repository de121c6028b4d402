"""The JMH benchmarks of src/jmh: how they are built, run and read."""

import json
import statistics
import subprocess

import programs

CLASS_PATH = programs.ROOT / "target" / "jmh" / "classpath"
RESULT = programs.ROOT / "target" / "jmh" / "result.json"
QUIET = programs.ROOT / "src" / "test" / "resources" / "logback-test.xml"
REFERENCE_PROFILER = "dev.carillon.bench.ReferenceProfiler"


class Course:
    """How long each benchmark runs: JVMs, and iterations of some milliseconds in each."""

    def __init__(self, forks, warm_up, iterations, milliseconds):
        self.forks = forks
        self.warm_up = warm_up
        self.iterations = iterations
        self.milliseconds = milliseconds

    def options(self):
        time = f"{self.milliseconds}ms"
        return [
            *("-f", self.forks, "-wi", self.warm_up, "-w", time),
            *("-i", self.iterations, "-r", time),
        ]


class Measured:
    """One benchmark's figures, by operation or, where it makes deliveries, by delivery."""

    def __init__(self, result):
        parameters = result.get("params", {})
        deliveries = parameters.get("deliveries")
        _, class_name, method = result["benchmark"].rsplit(".", 2)
        self.name = ".".join([class_name, method, *parameters.values()])
        self.per = "delivery" if deliveries else "operation"
        self.deliveries = int(deliveries or 1)
        # JMH of some versions puts a dot before the names of a profiler's figures.
        self._figures = {name.lstrip("·"): figure for name, figure in result["secondaryMetrics"].items()}

    def figure(self, name):
        """The median over the JVMs of the medians of their iterations."""
        return statistics.median(self.by_jvm(name))

    def by_jvm(self, name):
        """The median of the iterations of each JVM."""
        figure = self._figures[name]
        forks = [statistics.median(fork) for fork in figure["rawData"] if fork]
        # What is counted for a JVM as a whole has no iterations, only a mean.
        return [value / self.deliveries for value in forks or [figure["score"]]]


def build(phase="test-compile"):
    """Compiles the benchmarks and what they measure; the phase `package` makes the jar as well."""
    programs.maven("-Pbench", phase)


def run(pattern, course, profilers=()):
    """Runs the benchmarks whose names the regular expression finds."""
    RESULT.unlink(missing_ok=True)
    options = [option for profiler in profilers for option in ("-prof", profiler)]
    command = [
        *(programs.java(), "-cp", CLASS_PATH.read_text(), "org.openjdk.jmh.Main", pattern),
        *("-foe", "true", "-v", "SILENT", "-rf", "json", "-rff", RESULT),
        # The collector that a JVM takes on one core, as the servers that are compared have.
        *("-jvmArgsAppend", f"-XX:+UseSerialGC -Dlogback.configurationFile={QUIET}"),
        *("-prof", REFERENCE_PROFILER, *options, *course.options()),
    ]
    programs.WORK.mkdir(parents=True, exist_ok=True)
    ended = subprocess.run([str(part) for part in command], cwd=programs.WORK)
    if ended.returncode != 0 or not RESULT.exists():
        programs.fail(f"JMH failed, or nothing is named like '{pattern}'")
    return [Measured(result) for result in json.loads(RESULT.read_text())]
