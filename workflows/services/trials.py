"""Trials of single nodes: what they would give, without a trace in the history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, assert_never

from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext as _, gettext_lazy

from workflows import registry
from workflows.attempts import Errored
from workflows.contracts import Effect, Ended, Failed, Fork, Round, Succeeded, Waiting
from workflows.engine import Clock, Tried, callbacks_in, run_alone
from workflows.graph import Step, find
from workflows.models import WorkflowVersion
from workflows.node_options import NodeOptions


class Outcome(models.TextChoices):
    """How a trial ended."""

    SUCCEEDED = "succeeded", gettext_lazy("It would succeed")
    FAILED = "failed", gettext_lazy("It would fail")
    ERROR = "error", gettext_lazy("It would be an error")
    WAITING = "waiting", gettext_lazy("It would wait")
    ROUND = "running", gettext_lazy("It would go into its body")


@dataclass(frozen=True, slots=True)
class Trial:
    """What a node would give; nothing of it is stored."""

    outcome: Outcome
    duration: timedelta
    #: What its expressions gave, by setting.
    input: Mapping[str, Any] | None = None
    result: Any = None
    branch: str = ""
    log: str = ""
    error: str = ""
    #: What else to know, a sentence each.
    remarks: list[str] = field(default_factory=list)


def has_real_effect(kind: str, config: Mapping[str, Any]) -> bool:
    """Tell whether a trial of a node of this type does something that stays done.

    `config` is its configuration as it is stored.
    """
    if kind not in registry.nodes:
        return False
    handler = registry.nodes.get(kind)
    fields = handler.form_class.base_fields.items()
    initial = {name: field.initial for name, field in fields}
    return handler.effect_of({**initial, **config}) is Effect.OUTSIDE


def try_node(
    version: WorkflowVersion,
    key: str,
    scope: Mapping[str, Any],
    clock: Clock,
    *,
    config: Mapping[str, Any] | None = None,
) -> Trial:
    """Run one node as the engine would, with a configuration that need not be stored.

    `scope` has what its expressions see: `trigger`, `nodes`, `vars`, `loop`. No
    history, no counter and no version is touched. What it does to collections is rolled
    back; what it does in the world outside is real, and the trial says so.

    Raises `KeyError` if there is no such node.
    """
    node = find(version.definition, key)
    step = Step(
        key=key,
        type=node["type"],
        title=node.get("title") or "",
        config=node.get("config") or {} if config is None else config,
        disabled=False,
        next=None,
        branches={},
        options=NodeOptions.read(node),
    )
    known = {**_of_version(version), **scope}
    is_real = has_real_effect(step.type, step.config)
    return _trial(run_alone(step, known, clock), is_real=is_real)


def _of_version(version: WorkflowVersion) -> dict[str, Any]:
    workflow = version.workflow
    about = {"id": workflow.pk, "title": workflow.title, "version": version.number}
    execution = {"id": 0, "planned_at": None, **callbacks_in(version)}
    empty = {"trigger": {"data": None, "date": None}, "nodes": {}, "vars": {}}
    return {**empty, "execution": execution, "workflow": about}


def _trial(tried: Tried, *, is_real: bool) -> Trial:
    trial = _told(tried)
    trial.remarks.append(
        _("What it did in the world outside is real and stays done.")
        if is_real
        else _("Nothing was kept: no record, no run, no count.")
    )
    return trial


def _told(tried: Tried) -> Trial:
    given: dict[str, Any] = {"duration": tried.duration, "input": tried.input}
    match tried.answer:
        case Succeeded(result, branch, log):
            return Trial(
                Outcome.SUCCEEDED, **given, result=result, branch=branch or "", log=log
            )
        case Failed(message, result):
            return Trial(Outcome.FAILED, **given, result=result, error=str(message))
        case Errored(message):
            return Trial(Outcome.ERROR, **given, error=message)
        case Ended(succeeded, message):
            outcome = Outcome.SUCCEEDED if succeeded else Outcome.FAILED
            remark = _("The whole execution would end here.")
            return Trial(outcome, **given, log=str(message), remarks=[remark])
        case Waiting(until, result):
            moment = {"until": until and localtime(until).strftime("%Y-%m-%d %H:%M:%S")}
            remark = (
                _("It would wait until somebody replies.")
                if until is None
                else _("It would wait until %(until)s, or for a reply.") % moment
            )
            return Trial(Outcome.WAITING, **given, result=result, remarks=[remark])
        case Round() | Fork():
            return _of_branches(tried.answer, given)
        case _ as never:
            assert_never(never)


def _of_branches(answer: Round | Fork, given: dict[str, Any]) -> Trial:
    match answer:
        case Round(item, length, branch=branch):
            remark = (
                _("The first of its rounds would have this item.")
                if length is None
                else _("The first of %(count)d rounds would have this item.")
                % {"count": length}
            )
            given |= {"result": item, "branch": branch}
            return Trial(Outcome.ROUND, **given, remarks=[remark])
        case Fork(branches):
            remark = _("These branches would run side by side.")
            given |= {"result": list(branches), "remarks": [remark]}
            return Trial(Outcome.ROUND, **given)
        case _ as never:
            assert_never(never)
