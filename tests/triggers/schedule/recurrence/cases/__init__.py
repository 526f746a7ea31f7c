"""The table of schedules and their runs, one module for each subject."""

from dataclasses import dataclass, field

from triggers.schedule.recurrence import Rule

BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
CASABLANCA = "Africa/Casablanca"
KOLKATA = "Asia/Kolkata"
APIA = "Pacific/Apia"
SANTIAGO = "America/Santiago"
UTC = "UTC"


@dataclass(frozen=True)
class Case:
    """A rule (a text is cron), its zone, and the first runs after a moment.

    Times are wall-clock times of the zone; where the offset matters it is written.
    `more` says that the runs go on; without it these are all.
    """

    rule: Rule | str
    zone: str
    after: str
    runs: list[str] = field(default_factory=list)
    start: str = ""
    end: str = ""
    more: bool = True
