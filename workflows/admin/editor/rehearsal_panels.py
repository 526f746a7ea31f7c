"""What the drawer shows about tests: their start, how they went, what is pinned."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _, gettext_lazy

from workflows import registry, services
from workflows.admin.badges import BIDI, badge, cut, duration, pretty
from workflows.admin.editor.asked import Asked, Made, found
from workflows.admin.forms import DocumentField
from workflows.admin.pages import laid_out
from workflows.editor import branches_of, in_words, title_of
from workflows.forms import ConfigForm
from workflows.graph import Node, find
from workflows.models import Rehearsal, WorkflowVersion
from workflows.services import Played
from workflows.states import ExecutionStatus, JobStatus

#: Characters of a value that are shown, and of one in a line.
SHOWN, GLANCE = 20_000, 120
#: Characters of a title inside a sentence.
LONGEST_TITLE = 80
ACT = "act"


class RehearsalForm(forms.Form):
    """What a test is made with, besides what the trigger asks for."""

    example = DocumentField(
        label=gettext_lazy("What it is started with"),
        help_text=gettext_lazy("What expressions see as trigger, as JSON."),
    )
    keep = forms.BooleanField(
        label=gettext_lazy("Keep it for the next test"), required=False
    )
    effects = forms.ChoiceField(
        label=gettext_lazy("Nodes that act in the world outside"),
        widget=forms.RadioSelect,
        required=False,
        choices=[
            ("", gettext_lazy("Skip them")),
            (ACT, gettext_lazy("Run them; that cannot be undone")),
        ],
    )

    def clean_example(self) -> Any:
        example = self.cleaned_data["example"]
        if not isinstance(example, dict):
            raise forms.ValidationError(_("Enter a JSON object."))
        return example


class RehearsalForms:
    """The form of a test, and that of the trigger's manual run without an example."""

    def __init__(
        self, version: WorkflowVersion, start: str, data: Any, *, sees_runs: bool
    ) -> None:
        self.version = version
        self.sees_runs = sees_runs
        self.plan = services.plan_rehearsal(version, start, sees_runs=sees_runs)
        example = services.pins_of(version).get(services.TRIGGER)
        self.has_example = example is not None
        initial = {"example": example.result} if example and sees_runs else {}
        self.form = RehearsalForm(data, initial=initial, prefix="test")
        self.manual = None if self.has_example else self._manual(data)
        self._trim(sees_runs=sees_runs)
        self._example = example

    def _trim(self, *, sees_runs: bool) -> None:
        """Ask for nothing that makes no difference, or that one may not see."""
        if not self.has_example or not sees_runs:
            del self.form.fields["example"]
        if not sees_runs or not (self.has_example or self._asks):
            del self.form.fields["keep"]
        if not self.plan.acting:
            del self.form.fields["effects"]

    @property
    def _asks(self) -> bool:
        return bool(self.manual and self.manual.fields)

    def _manual(self, data: Any) -> ConfigForm | None:
        version = self.version
        if version.trigger_type not in registry.triggers:
            return None
        trigger = registry.triggers.get(version.trigger_type)
        form: ConfigForm = trigger.manual_form(version.trigger_config)(
            data, prefix="trigger"
        )
        return form

    def are_valid(self) -> bool:
        both = self.form.is_valid(), self.manual is None or self.manual.is_valid()
        return all(both)

    def context(self, now: datetime) -> dict[str, Any]:
        """Give what expressions see as `trigger`."""
        if self._example is not None:
            typed: dict[str, Any] | None = self.form.cleaned_data.get("example")
            return typed or dict(self._example.result)
        if self.manual is None:
            return {"data": {}, "date": now}
        trigger = registry.triggers.get(self.version.trigger_type)
        config = self.version.trigger_config
        return trigger.context(config, self.manual.config, now)

    @property
    def keeps(self) -> bool:
        return bool(self.form.cleaned_data.get("keep"))

    @property
    def acts(self) -> bool:
        return bool(self.form.cleaned_data.get("effects") == ACT)


class PinForm(forms.Form):
    """A result that a node gives in tests, and the branch that it takes."""

    result = DocumentField(
        label=gettext_lazy("Result"),
        help_text=gettext_lazy("JSON: text stands in double quotes."),
    )
    branch = forms.ChoiceField(label=gettext_lazy("Branch"), required=False)

    def __init__(self, node: Node, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, prefix="pin", **kwargs)
        self.fields["result"].widget.attrs["rows"] = 8
        branches = {} if node["type"] in registry.leading_back() else branches_of(node)
        choices = [("", _("none: past them")), *branches.items()]
        self.fields["branch"].choices = choices  # type: ignore[attr-defined]  # is one
        if not branches:
            del self.fields["branch"]

    @property
    def given(self) -> services.Given:
        values = self.cleaned_data
        return services.Given(values["result"], values.get("branch", ""))


# Panels.


def test_panel(asked: Asked) -> Made:
    if not asked.may["test"]:
        raise PermissionDenied
    version, start = asked.version, asked.subject
    begins = found(version, start) if start else None
    wanted: RehearsalForms = asked.posted or RehearsalForms(
        version, start, None, sees_runs=asked.may["see_runs"]
    )
    title = _("Test the workflow")
    if begins is not None:
        title = _("Test from “%(node)s” on") % {"node": _named(begins)["title"]}
    return title, {
        "start": start,
        "begins": _title(version, wanted.plan.start) if wanted.plan.start else "",
        "is_moved": wanted.plan.start != start,
        "known": [_title(version, key) for key in wanted.plan.known],
        "unknown": [_named(node) for node in wanted.plan.unknown],
        "acting": [_named(node) for node in wanted.plan.acting],
        "waiting": [_named(node) for node in wanted.plan.waiting],
        "has_example": wanted.has_example,
        "may_pin": asked.may["change"] and asked.may["see_runs"],
        "manual": laid_out(wanted.manual) if wanted.manual else None,
        "form": laid_out(wanted.form),
    }


def tested_panel(asked: Asked) -> Made:
    test = shown_test(asked)
    context: dict[str, Any] = {"test": test}
    if test is not None:
        steps = services.played_in(test)
        context |= {
            "badge": _outcome(test),
            "took": duration(test.took),
            "reason": _reason(test),
            "is_old": test.revision != asked.version.revision,
            "rows": [_row(asked.version, step) for step in steps],
        }
    return _("Last test"), context


def pin_panel(asked: Asked) -> Made:
    version, key = asked.version, asked.subject
    node = found(version, key)
    sees = asked.may["see_runs"]
    pinned = services.pins_of(version).get(key)
    last = services.results_of(version, sees_runs=sees).get(key) if sees else None
    given = pinned or last or services.Given()
    initial = {"result": given.result, "branch": given.branch}
    form = asked.posted or PinForm(node, initial=initial)
    return _("Result of “%(node)s”") % {"node": _named(node)["title"]}, {
        "key": key,
        "pinned": pinned,
        "last": "" if last is None else cut(pretty(last.result), SHOWN),
        "sees": sees,
        "may_pin": asked.may["change"] and sees,
        "form": laid_out(form),
    }


def shown_test(asked: Asked) -> Rehearsal | None:
    """Give the last test to those who made it, or may see executions."""
    test = Rehearsal.objects.select_related("user")
    last = test.filter(version=asked.version).first()
    if last is None or asked.may["see_runs"]:
        return last
    return last if last.user == asked.request.user else None


def states_of(test: Rehearsal) -> dict[str, tuple[str, str]]:
    """Say on the canvas how each node went."""
    last: dict[str, Played] = {}
    counts: Counter[str] = Counter()
    for step in services.played_in(test):
        last[step.key] = step
        counts[step.key] += 1
    return {
        key: (f"tested-{_kind(step)}", _state(step, counts[key]))
        for key, step in last.items()
    }


def pin_states(version: WorkflowVersion) -> dict[str, tuple[str, str]]:
    keys = version.pins.values_list("node_key", flat=True)
    return {key: ("pinned", badge("pinned", _("Pinned for tests"))) for key in keys}


def _kind(step: Played) -> str:
    return step.way or step.status


def _word(step: Played) -> str:
    words = {
        services.PINNED: _("Pinned"),
        services.UNTOUCHED: _("Skipped: acts outside"),
    }
    return words.get(step.way) or str(JobStatus(step.status).label)


def _state(step: Played, count: int) -> str:
    text = f"{_word(step)} ×{count}" if count > 1 else _word(step)
    return badge(_icon(step), text)


def _icon(step: Played) -> str:
    return "skipped" if step.way == services.UNTOUCHED else _kind(step)


def _outcome(test: Rehearsal) -> str:
    words = {
        ExecutionStatus.QUEUED: _("Ended early"),
        ExecutionStatus.WAITING: _("Waits for an answer"),
    }
    status = ExecutionStatus(test.status)
    return badge(status, words.get(status, status.label))


def _reason(test: Rehearsal) -> str:
    if test.status == ExecutionStatus.QUEUED:
        return _(
            "A test ends after 30 seconds, 500 nodes or 100 waits. Pin a result, or "
            "run the workflow."
        )
    if test.status == ExecutionStatus.WAITING:
        return _("Pin a result of the node that waits, to test what follows it.")
    return test.reason


def _row(version: WorkflowVersion, step: Played) -> dict[str, Any]:
    blocks = [
        (_("Error"), step.error),
        (_("Result"), "" if step.result is None else pretty(step.result)),
        (_("Log"), step.log),
        (_("Input"), pretty(step.input) if step.input else ""),
    ]
    return {
        "step": step,
        "title": _title(version, step.key),
        "badge": badge(_icon(step), _word(step)),
        "took": duration(timedelta(seconds=step.took)),
        "glance": cut(step.error or _glance(step.result), GLANCE),
        "blocks": [(title, cut(text, SHOWN)) for title, text in blocks if text],
        "is_bad": bool(step.error),
    }


def _glance(value: Any) -> str:
    return "" if value is None else " ".join(in_words(value).translate(BIDI).split())


def _title(version: WorkflowVersion, key: str) -> str:
    try:
        return _named(find(version.definition, key))["title"]
    except KeyError:
        return key


def _named(node: Node) -> dict[str, str]:
    title = cut(node.get("title") or title_of(node["type"]), LONGEST_TITLE)
    return {"key": node["key"], "title": title}
