"""When a schedule runs: pure functions of a rule, a time zone and a moment.

Everything here takes and returns aware datetimes; results are whole seconds in UTC.
Nothing here knows Django, a database or the present.
"""

from triggers.schedule.recurrence.config import rule_from_config, rule_to_config
from triggers.schedule.recurrence.errors import InvalidRule
from triggers.schedule.recurrence.preview import Note, Run, note_for, preview
from triggers.schedule.recurrence.rules import (
    LAST_NTH,
    Calendar,
    Cron,
    Daily,
    DayOfMonth,
    Elapsed,
    LastDay,
    MonthDay,
    Monthly,
    NthWeekday,
    Once,
    Rule,
    Weekly,
    Yearly,
)
from triggers.schedule.recurrence.runs import (
    Recurrence,
    first_run,
    next_run,
    runs_between,
)
from triggers.schedule.recurrence.words import describe
from triggers.schedule.recurrence.zones import SECOND, zone_named, zone_names

__all__ = [
    "LAST_NTH",
    "SECOND",
    "Calendar",
    "Cron",
    "Daily",
    "DayOfMonth",
    "Elapsed",
    "InvalidRule",
    "LastDay",
    "MonthDay",
    "Monthly",
    "Note",
    "NthWeekday",
    "Once",
    "Recurrence",
    "Rule",
    "Run",
    "Weekly",
    "Yearly",
    "describe",
    "first_run",
    "next_run",
    "note_for",
    "preview",
    "rule_from_config",
    "rule_to_config",
    "runs_between",
    "zone_named",
    "zone_names",
]
