"""How works are shown: states, what they wait for, progress, runs and steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _, pgettext

from handlers.work.hiding import hidden_in
from handlers.work.models import Work, WorkRun, WorkStep
from handlers.work.states import RunState, WorkState
from workflows.admin.badges import badge, cut, duration, pretty

#: The icons and colours that states share with those of executions.
_LOOKS: dict[str, str] = {
    WorkState.ENQUEUED: "queued",
    WorkState.RUNNING: "running",
    WorkState.RETRY: "waiting",
    WorkState.SUCCEEDED: "succeeded",
    WorkState.FAILED: "failed",
    WorkState.CANCELLED: "cancelled",
    RunState.STOPPED: "skipped",
    RunState.LOST: "error",
}
#: Characters of a block on the page.
SHOWN = 8_000


def state(work: Work | WorkRun) -> SafeString:
    return badge(_LOOKS.get(work.state, work.state), work.get_state_display())


def waits_for(work: Work) -> str:
    """Say what holds a work back, and since when."""
    if not work.unmet or work.is_final:
        return ""
    names = ", ".join(work.unmet)
    if work.unmet_since is None:
        return _("waits for %(names)s") % {"names": names}
    since = localtime(work.unmet_since)
    shown = {"names": names, "time": since.strftime("%H:%M")}
    return _("waits for %(names)s since %(time)s") % shown


def progress(work: Work) -> SafeString | str:
    """Show how far a transfer has come, its speed, and how long it will take."""
    now: Mapping[str, Any] | None = work.progress
    if not now:
        return ""
    if "doing" in now:
        return _bar("", "", now["doing"])
    done, total, left = now["done"], now.get("total"), now.get("left")
    words = [filesizeformat(done)]
    if total is not None:
        of = {"done": filesizeformat(done), "total": filesizeformat(total)}
        words = [_("%(done)s of %(total)s") % of]
    if now.get("speed"):
        words.append(_("%(speed)s/s") % {"speed": filesizeformat(now["speed"])})
    if left is not None:
        words.append(_("%(n)s s left") % {"n": left})
    text = ", ".join(words)
    if not total:
        return text
    return _bar(format_html('max="{}"', total), format_html('value="{}"', done), text)


def _bar(most: str, value: str, text: str) -> SafeString:
    """Draw a bar; without a value it only says that something is under way."""
    return format_html(
        '<progress class="wf-progress" {} {} aria-label="{}"></progress>'
        ' <small class="wf-doing">{}</small>',
        most,
        value,
        _("Progress"),
        text,
    )


@dataclass(frozen=True)
class Block:
    """One value of a step, ready to be shown."""

    title: str
    text: str


@dataclass(frozen=True)
class StepRow:
    """A handler in the table of its run."""

    step: WorkStep
    took: str
    method: str
    badge: SafeString
    blocks: list[Block]


def step_rows(steps: Iterable[WorkStep], *, variables: bool) -> list[StepRow]:
    return [_row(step, variables=variables) for step in steps]


def _row(step: WorkStep, *, variables: bool) -> StepRow:
    ended = step.finished_at
    failed, done = ("failed", _("Error")), ("succeeded", pgettext("step", "Done"))
    look, word = failed if step.error else done
    return StepRow(
        step=step,
        took=duration(ended - step.started_at if ended else None),
        method=cut(step.method, 120),
        badge=badge(look, word),
        blocks=list(_blocks(step, variables=variables)),
    )


def _blocks(step: WorkStep, *, variables: bool) -> Iterable[Block]:
    values = [
        (_("Error"), step.error),
        (_("Method"), step.method if len(step.method) > 120 else ""),  # noqa: PLR2004 - as cut above
        (_("Log"), step.log),
        (_("Stack before"), _stack(step.before) if variables else ""),
        (_("Stack after"), _stack(step.after) if variables else ""),
        (_("Traceback"), step.traceback if variables else ""),
    ]
    for title, text in values:
        if text:
            yield Block(title, cut(text, SHOWN))


def _stack(values: Mapping[str, str]) -> str:
    return pretty(values) if values else ""


def shown_json(value: Any) -> str:
    """Write a stored value for people, without the passwords in it."""
    return pretty(hidden_in(value))
