"""Loading a simulated bank: the first days straight into the ledger, the last two weeks through the inbound topic.

    folder = settings.var / "simulated"
    simulator.files.write(folder, plan)
    split = live_from(folder)
    load_history(settings, folder, until_day=split)
    ... train ...
    play_inbound(settings, folder, from_day=split)

Both may be killed and run again: nothing is done twice.
"""

from pipelines.history.inbound import Played, play_inbound, play_labels
from pipelines.history.load import Loaded, load_history
from pipelines.history.source import LIVE_DAYS, live_from

__all__ = ["LIVE_DAYS", "Loaded", "Played", "live_from", "load_history", "play_inbound", "play_labels"]
