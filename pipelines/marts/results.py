"""What a run of dbt did, from the `run_results.json` that it writes. Pure."""

import json
from dataclasses import dataclass

_MODEL = "model."
_TEST = "test."
_BAD = frozenset({"error", "fail", "runtime error"})


@dataclass(frozen=True, slots=True)
class ModelRun:
    """One model or test: its name, how it ended in dbt's word, and how long it took."""

    name: str
    kind: str
    status: str
    seconds: float
    message: str

    @property
    def bad(self) -> bool:
        """Whether it failed; what was skipped because of it is not counted."""
        return self.status in _BAD


def read_results(text: str) -> list[ModelRun]:
    """Return the models and tests of a run, in the order in which they ended."""
    found = []
    for result in json.loads(text)["results"]:
        unique_id: str = result["unique_id"]
        if unique_id.startswith((_MODEL, _TEST)):
            kind, _, rest = unique_id.partition(".")
            found.append(
                ModelRun(
                    name=rest.partition(".")[2],
                    kind=kind,
                    status=str(result["status"]),
                    seconds=float(result["execution_time"]),
                    message=str(result.get("message") or ""),
                )
            )
    return found
