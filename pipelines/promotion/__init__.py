"""From challenger to champion, and back: held to a gate on the last weeks, with who and why."""
