"""What a schedule can be refused for."""

from kit.errors import Conflict


class ScheduleEnded(Conflict):
    """It has no date left, or was cancelled."""

    code = "schedule-ended"
    title = "The schedule has ended"
    remedy = "Make a new schedule."


class ScheduleRunning(Conflict):
    """A date of it is being carried out at this moment, or was sent and nobody knows yet what became of it."""

    code = "schedule-running"
    title = "A date of the schedule is being carried out"
    remedy = "Read the schedule again in a minute and decide from what it says then."


class ScheduleState(Conflict):
    """It is paused, or it is not."""

    code = "schedule-state"
    title = "The schedule's state does not allow this"
    remedy = "Read the schedule: only an active one is paused, only a paused one resumed."
