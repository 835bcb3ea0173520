"""How every bench reports: a table for people, then one JSON object as the last line.

    options = parser("ledger", "Posting speed").parse_args()
    report = Report("ledger")
    with report.loaded():                       # keeps the machine's load from before the bench
        report.figure("hot_batch_100_per_s", [8012.0, 7930.5, 8104.2])
        report.baseline("one-by-one", "rate_per_s", [402.0, 398.1, 405.7])
        report.ratio("rate_vs_one-by-one", 19.9)
    report.publish()

Units come last in each name. A sequence of samples becomes its median, and the table shows the spread. A figure that was not
measured is absent, never zero: `figure` refuses an empty sequence.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

Samples = float | Sequence[float]
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of the samples, and how far they reach."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, samples: Samples) -> "Spread":
        """Summarise one number or several. Raises ValueError when there are none, or one is not finite."""
        values = [float(samples)] if isinstance(samples, int | float) else [float(value) for value in samples]
        if not values:
            raise ValueError("nothing was measured: leave the figure out")
        if any(value != value or value in (float("inf"), float("-inf")) for value in values):
            raise ValueError(f"not a measurement: {values}")
        return cls(statistics.median(values), min(values), max(values), len(values))

    @property
    def relative_pct(self) -> float:
        """Half the range as a percentage of the median."""
        return 0.0 if self.median == 0 else 50.0 * (self.high - self.low) / abs(self.median)


@dataclass
class Report:
    """What one run of a bench found."""

    bench: str
    figures: dict[str, Spread] = field(default_factory=dict)
    baselines: dict[str, dict[str, Spread]] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    settings: dict[str, Scalar] = field(default_factory=dict)
    load_1m: float = field(default_factory=lambda: os.getloadavg()[0])
    began_s: float = field(default_factory=time.monotonic)

    def figure(self, name: str, samples: Samples) -> float:
        """Record a figure and return its median."""
        self.figures[name] = Spread.of(samples)
        return self.figures[name].median

    def baseline(self, peer: str, name: str, samples: Samples) -> float:
        """Record what a peer did in this same run and return its median."""
        self.baselines.setdefault(peer, {})[name] = Spread.of(samples)
        return self.baselines[peer][name].median

    def ratio(self, name: str, value: float) -> None:
        """Record a ratio of two figures of this run."""
        self.ratios[name] = Spread.of(value).median

    @contextmanager
    def loaded(self) -> Iterator[None]:
        """Take the machine's load as it is on entry: the bench itself must not count."""
        self.load_1m = os.getloadavg()[0]
        yield

    def as_json(self) -> str:
        """Return the one-line object of the bench contract."""
        content = {
            "bench": self.bench,
            "figures": {name: _rounded(spread.median) for name, spread in self.figures.items()},
            "baselines": {
                peer: {name: _rounded(spread.median) for name, spread in values.items()}
                for peer, values in self.baselines.items()
            },
            "ratios": {name: _rounded(value) for name, value in self.ratios.items()},
            "spread": {name: _range(spread) for name, spread in self.figures.items() if spread.count > 1}
            | {
                f"{peer}.{name}": _range(spread)
                for peer, values in self.baselines.items()
                for name, spread in values.items()
                if spread.count > 1
            },
            "settings": self.settings,
            "machine": machine_facts() | {"load_1m": round(self.load_1m, 2)},
        }
        return json.dumps(content)

    def as_table(self) -> str:
        """Return the lines for people."""
        rows = [(name, spread) for name, spread in self.figures.items()]
        rows += [(f"{peer}: {name}", spread) for peer, values in self.baselines.items() for name, spread in values.items()]
        width = max((len(name) for name, _ in rows), default=10)
        lines = [f"{'figure':<{width}}  {'median':>14}  {'low':>14}  {'high':>14}  {'+-%':>5}  runs"]
        lines += [
            f"{name:<{width}}  {s.median:>14,.2f}  {s.low:>14,.2f}  {s.high:>14,.2f}  {s.relative_pct:>5.1f}  {s.count:>4}"
            for name, s in rows
        ]
        lines += [f"{name:<{width}}  {value:>14,.2f}x" for name, value in self.ratios.items()]
        return "\n".join(lines)

    def progress(self, text: str) -> None:
        """Say on stderr how far a long run is, after how many seconds."""
        sys.stderr.write(f"{time.monotonic() - self.began_s:6.1f} s  {text}\n")
        sys.stderr.flush()

    def publish(self) -> None:
        """Print the table, then the JSON object as the last line."""
        sys.stdout.write(f"{self.as_table()}\n{self.as_json()}\n")
        sys.stdout.flush()


def machine_facts() -> dict[str, Scalar]:
    """Return what a reader needs to compare figures: processor, cores this process may use, memory, Python."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(memory_bytes / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def parser(bench: str, description: str) -> argparse.ArgumentParser:
    """Return the argument parser that every bench begins with: `--quick` bounds the run to about 20 seconds."""
    found = argparse.ArgumentParser(prog=f"baas bench {bench}", description=description)
    found.add_argument("--quick", action="store_true", help="about 20 seconds instead of up to 2 minutes; wider spread")
    return found


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _rounded(value: float) -> float:
    return round(value, 4 if abs(value) < 10 else 2)


def _range(spread: Spread) -> dict[str, float]:
    return {"low": _rounded(spread.low), "high": _rounded(spread.high), "runs": spread.count}
