"""`baas models train`: train on what is known at the end of a day, register it, and say what it is worth."""

import argparse
import sys
import time
from datetime import UTC, date, datetime

from kit.clock import SystemClock
from kit.settings import Settings
from pipelines.days import end_ms, last_ended
from pipelines.training.bound import MINUTES, TRIALS, Bound
from pipelines.training.dataset import Progress


def add_options(parser: argparse.ArgumentParser, *, tenant: str) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "--cutoff", type=date.fromisoformat, metavar="DAY",
        help="the last day that the model may know anything of, as 2026-11-28 (the newest that has ended)",
    )  # fmt: skip
    parser.add_argument("--tenant", default=tenant, help=f"whose decisions it learns from ({tenant})")
    parser.add_argument("--tune", action="store_true", help="look for better parameters of the trees first")
    parser.add_argument("--trials", type=int, metavar="N", help=f"tune with at most so many trials ({TRIALS})")
    parser.add_argument("--minutes", type=float, metavar="M", help=f"tune for at most so long ({MINUTES:g})")


def bound_of(options: argparse.Namespace) -> Bound | None:
    """Return what tuning may take, None for no tuning: a bound asks for it too. Raises NoBound."""
    if not options.tune and options.trials is None and options.minutes is None:
        return None
    return Bound(
        trials=TRIALS if options.trials is None else options.trials,
        minutes=MINUTES if options.minutes is None else options.minutes,
    )


def run(ours: Settings, options: argparse.Namespace) -> None:
    """Train, register and release. Raises NothingToLearnFrom, NoBound, NotPublished or TimeoutError."""
    from pipelines.training.registry import release
    from pipelines.training.train import train
    from pipelines.versions import CHALLENGER, CHAMPION

    bound = bound_of(options)
    day = options.cutoff or last_ended(datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC))
    progress = _timed()
    progress(f"what is known at the end of {day}")
    trained = train(ours, cutoff_ms=end_ms(day), progress=progress, tenant_id=options.tenant, tuning=bound)
    registered, alias = release(ours, trained)
    judged = {name: trained.metrics[name] for name in ("average_precision", "expected_calibration_error")}
    sys.stdout.write(
        f"{registered.name}-{registered.version}: average precision {judged['average_precision']:.4f}, calibration error "
        f"{judged['expected_calibration_error']:.5f}; its card, curves and tables are with its run in the registry\n"
    )
    becomes = {
        CHAMPION: "it decides from the next batch on",
        CHALLENGER: "it is tried beside the champion from the next batch on",
    }
    stays = f"it is registered; `baas models challenge {registered.version}` has it tried beside the champion"
    sys.stdout.write(becomes.get(alias or "", stays) + "\n")


def _timed() -> Progress:
    began_s = time.monotonic()

    def said(line: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began_s:7.1f} s  {line}\n")
        sys.stderr.flush()

    return said
