"""Dying between any two steps that others could see."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest


class Dead(BaseException):
    """As a power cut is: nothing that comes after it happens any more, tidying up neither."""


def dying(patched: pytest.MonkeyPatch, *, steps: int) -> None:
    """Allow so many steps (something is made durable, or a name changes), and none after them."""
    left = [steps]

    def _until_dead(call: Callable) -> Callable:
        def _call(*arguments: object, **options: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Dead
            return call(*arguments, **options)

        return _call

    for owner, name in ((os, "fsync"), (Path, "rename"), (Path, "unlink"), (Path, "rmdir")):
        patched.setattr(owner, name, _until_dead(getattr(owner, name)))
