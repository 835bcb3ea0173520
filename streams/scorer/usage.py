"""How much memory the state takes, and how near its bounds it is: what the health port says and `baas doctor` judges."""

from dataclasses import asdict

from scoring.engine import Engine


def usage_facts(engine: Engine) -> dict[str, object]:
    """Return bytes and bounds, JSON-ready; for any thread. `windows` is `StateUsage`, `decisions` the memory of repetitions."""
    memory = engine.memory
    return {
        "windows": asdict(engine.features.state.usage()),
        "decisions": {"remembered": len(memory), "bound": 2 * memory.rows, "bytes_used": memory.bytes_used},
        "profiles": len(engine.features.profiles),
    }
