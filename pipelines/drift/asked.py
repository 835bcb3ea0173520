"""The champion of the registry as a question: which model, what it knew, and as of when."""

from kit.clock import Clock
from kit.errors import NotFound
from kit.settings import Settings
from pipelines.drift.periods import CURRENT_DAYS, REFERENCE_WEEKS
from pipelines.drift.run import Question
from pipelines.versions import CHAMPION, RegisteredModel, find, listed, named


def of_registry(settings: Settings, version: int | None) -> RegisteredModel:
    """Return a version of the registry, or the champion. Raises NotFound."""
    if version is None:
        crowned = named(settings, CHAMPION)
        if crowned is None:
            raise NotFound("there is no champion")
        return crowned
    return find(listed(settings), version).model


def question(
    model: RegisteredModel,
    *,
    tenant_id: str,
    until_ms: int,
    clock: Clock,
    reference_weeks: int = REFERENCE_WEEKS,
    current_days: int = CURRENT_DAYS,
) -> Question:
    """Return what is asked of a registered model, by the export that it decides by."""
    control = model.control(CHAMPION, known_at_ms=until_ms, clock=clock)
    return Question(
        tenant_id=tenant_id,
        model=control,
        cutoff_ms=model.cutoff_ms,
        until_ms=until_ms,
        reference_weeks=reference_weeks,
        current_days=current_days,
    )
