"""The text models that there are: rows in the warehouse name them, files have them, and only what was written is taken."""

from pathlib import Path

import psycopg

from insight.categories.files import load
from insight.categories.model import BrokenTextModel, TextModel
from kit.log import get_logger
from streams.projector import generations

NO_MODEL = 0
KEPT = 2
"""What decides, and what did before."""


class TextModels:
    """Reads each model once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[int, TextModel] = {}
        self._refused = NO_MODEL

    def of(self, connection: psycopg.Connection, model_id: int) -> TextModel | None:
        """Return the model of that id; None for none. Raises BrokenTextModel."""
        if model_id == NO_MODEL:
            return None
        if model_id not in self._read:
            sha256 = generations.model_sha256(connection, model_id)
            if sha256 is None:
                raise BrokenTextModel(f"there is no text model {model_id}")
            model = load(self._folder, sha256)
            for oldest in list(self._read)[: 1 - KEPT]:
                del self._read[oldest]
            self._read[model_id] = model
        return self._read[model_id]

    def is_usable(self, connection: psycopg.Connection, model_id: int) -> bool:
        """Whether the model can be read; the first time that one cannot be is told."""
        try:
            self.of(connection, model_id)
        except BrokenTextModel as problem:
            if self._refused != model_id:
                get_logger().error("text model refused", model=model_id, problem=problem.detail)
            self._refused = model_id
            return False
        return True

    def newest(self, connection: psycopg.Connection) -> int:
        """Return the id of the newest model, whether it can be read or not; NO_MODEL where there is none."""
        return generations.newest_model(connection) or NO_MODEL

    def newest_usable(self, connection: psycopg.Connection) -> int:
        """Return the id of the newest model if that can be read, else NO_MODEL."""
        found = self.newest(connection)
        return found if self.is_usable(connection, found) else NO_MODEL
