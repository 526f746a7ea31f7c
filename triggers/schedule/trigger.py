"""The schedule trigger: custom time, or a date field of a collection."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery
from django.utils.translation import get_language, gettext_lazy as _

from triggers.models import Schedule
from triggers.schedule import backfill
from triggers.schedule.calendar import calendar_data
from triggers.schedule.config import FIELD, ScheduleConfig
from triggers.schedule.explaining import explain
from triggers.schedule.forms import ManualScheduleForm, ScheduleForm
from triggers.schedule.leading import take_back
from triggers.schedule.previewing import preview_of
from triggers.schedule.recurrence import InvalidRule, first_run
from triggers.schedule.words import describe_schedule
from workflows.collections import collection, record, record_at
from workflows.contracts import (
    Calendar,
    CalendarQuery,
    Kind,
    Preview,
    Shape,
    Subscription,
    Trigger,
)
from workflows.exceptions import WorkflowError
from workflows.models import WorkflowVersion
from workflows.notices import MOMENTS, notify
from workflows.record_shapes import record_shape


class ScheduleTrigger(Trigger):
    """Starts workflows when a moment comes, to the second.

    A distance from a date is negative before it.
    """

    type = "schedule"
    title = _("Schedule")
    description = _("At a time, repeatedly, or at a distance from a date of a record.")
    form_class = ScheduleForm
    manual_form_class: ClassVar = ManualScheduleForm
    previews = True
    catches_up = True

    def arm(self, subscription: Subscription, now: datetime) -> None:
        self.disarm(subscription)
        config = ScheduleConfig.read(subscription.config)
        armed_at = now.replace(microsecond=0)
        if config.mode == FIELD:
            row = {"kind": Schedule.Kind.SEARCH, "next_run_at": now}
            row["collection"] = config.collection
        else:
            moment = first_run(config.recurrence, now)
            moment = moment and moment + config.delay(subscription.workflow_id)
            row = {"kind": Schedule.Kind.MOMENT, "next_run_at": moment}
        Schedule.objects.create(
            version_id=subscription.version_id, armed_at=armed_at, **row
        )
        notify(MOMENTS)

    def disarm(self, subscription: Subscription) -> None:
        # The lock on a row that is firing makes this wait: afterwards nothing fires.
        self.take_back(subscription)
        Schedule.objects.filter(version=subscription.version_id).delete()

    def take_back(self, subscription: Subscription) -> None:
        take_back(Schedule.objects.filter(version=subscription.version_id))

    def describe(self, config: Mapping[str, Any]) -> str:
        language = get_language() or "en"
        try:
            return describe_schedule(ScheduleConfig.read(config), language)
        except InvalidRule as error:
            return error.sentence(language)
        except WorkflowError as error:
            return str(error)

    def next_run(self, version: str) -> Subquery:
        """Give the nearest of the planned moments, over all records of a collection.

        Records are planned shortly before their time, so that it may be unknown.
        """
        planned = Schedule.objects.fires().filter(version=OuterRef(version))
        planned = planned.exclude(next_run_at=None).order_by("next_run_at")
        return Subquery(planned.values("next_run_at")[:1])

    def preview(self, subscription: Subscription, now: datetime) -> Preview:
        return preview_of(subscription, now, get_language() or "en")

    def explain(self, subscription: Subscription, now: datetime) -> str:
        return explain(_version(subscription), now)

    def zone(self, config: Mapping[str, Any]) -> ZoneInfo:
        return ScheduleConfig.read(config).zone

    def count_missed(
        self, subscription: Subscription, since: datetime, until: datetime
    ) -> int:
        return backfill.count_missed(_version(subscription), since, until)

    def run_missed(
        self,
        subscription: Subscription,
        since: datetime,
        until: datetime,
        now: datetime,
    ) -> int:
        return backfill.run_missed(_version(subscription), since, until, now)

    def calendar(self, query: CalendarQuery) -> Calendar:
        return calendar_data(query)

    def context(
        self, config: Mapping[str, Any], values: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """Make the context `{"date"}`, with `"data"` for a record."""
        read = ScheduleConfig.read(config)
        context: dict[str, Any] = {"date": values.get("date") or now}
        if read.mode == FIELD:
            context["data"] = self._record(read, values.get("record"))
        return context

    def data_shape(self, config: Mapping[str, Any]) -> Shape:
        if config.get("mode") != FIELD:
            return Shape(Kind.NOTHING)
        return record_shape(config.get("collection") or "", config.get("preload") or ())

    def _record(self, config: ScheduleConfig, pk: object) -> dict[str, Any]:
        instance = record_at(collection(config.collection), pk)
        return record(instance, config.preload)


def _version(subscription: Subscription) -> WorkflowVersion:
    versions = WorkflowVersion.objects.select_related("workflow")
    return versions.get(pk=subscription.version_id)
