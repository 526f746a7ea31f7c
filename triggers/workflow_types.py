"""The trigger types of this app, their signals, what they poll and what stops them."""

from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save

from triggers.collection.saving import deleting, linked, remember, saved
from triggers.collection.trigger import CollectionTrigger
from triggers.execution.telling import StartFollowers
from triggers.execution.trigger import ExecutionTrigger
from triggers.manual.trigger import ManualTrigger
from triggers.schedule.firing import FireSchedules
from triggers.schedule.leading import InsertAhead
from triggers.schedule.pausing import PauseSchedules
from triggers.schedule.saving import forget_deleted, plan_saved
from triggers.schedule.trigger import ScheduleTrigger
from triggers.webhook.trigger import WebhookTrigger
from workflows.registry import (
    register_end_listener,
    register_poller,
    register_switch,
    register_trigger,
)

register_trigger(ScheduleTrigger)
register_trigger(CollectionTrigger)
register_trigger(WebhookTrigger)
register_trigger(ExecutionTrigger)
register_trigger(ManualTrigger)

register_poller(InsertAhead)
register_poller(FireSchedules)

register_switch(PauseSchedules)

register_end_listener(StartFollowers)

post_save.connect(plan_saved, dispatch_uid="triggers.schedule.save")
pre_delete.connect(forget_deleted, dispatch_uid="triggers.schedule.delete")

pre_save.connect(remember, dispatch_uid="triggers.collection.remember")
post_save.connect(saved, dispatch_uid="triggers.collection.save")
pre_delete.connect(deleting, dispatch_uid="triggers.collection.delete")
m2m_changed.connect(linked, dispatch_uid="triggers.collection.link")
