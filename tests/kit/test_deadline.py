"""A step that ignores its timeout ends its process; others go on."""

import subprocess
import sys
import time

STUCK = """
import threading
from kit.deadline import Deadline

commit = Deadline("commit", limit_s=0.3)
for _ in range(3):
    with commit:
        pass
try:
    with commit:
        raise ValueError
except ValueError:
    pass
threading.Event().wait(1.5)
print("went on", flush=True)
with commit:
    threading.Event().wait(60)
print("never here", flush=True)
"""


def test_a_step_that_never_ends_ends_the_process_and_no_other_step_does():
    started = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=50, check=False)
    assert ended.returncode == 75, ended.stderr
    assert time.monotonic() - started < 40
    assert "went on" in ended.stdout
    assert "never here" not in ended.stdout
    assert "commit" in ended.stdout
