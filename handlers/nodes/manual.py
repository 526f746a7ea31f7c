"""A task for people: the workflow waits for their answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from handlers import time_limits
from handlers.fields import require, require_values
from handlers.people import choosing, outcomes
from handlers.people.answering import result_of
from handlers.people.asking import Place, Request, Times, ask, close
from handlers.people.assignees import find_people
from handlers.people.choosing import PeopleField, PeopleForm, chosen
from handlers.people.listing import people_asked
from handlers.people.models import HumanTask
from handlers.people.outcomes import OutcomeWrong
from handlers.people.spans import read_spans
from handlers.people.states import Escalation, Rule, TaskState
from handlers.time_limits import TimeLimitForm
from workflows import questions
from workflows.contracts import (
    Effect,
    Failed,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    Waiting,
    shape_of_fields,
    shape_of_list,
)
from workflows.exceptions import WorkflowError
from workflows.forms import (
    IntegerExpression,
    TextExpression,
)
from workflows.questions import DocumentField
from workflows.rows import Cell, Column, Rows, Stored

BRANCH, CONTINUE, ONLY_YES = "branch", "continue", "only_yes"


class SpansField(forms.CharField):
    """Durations separated by commas: `30m, 2h, 1d`."""

    def __init__(self, *, most: int = 10, **options: Any) -> None:
        self._most = most
        super().__init__(max_length=100, **options)

    def validate(self, value: str) -> None:
        super().validate(value)
        try:
            spans = read_spans(value)
        except WorkflowError as error:
            raise ValidationError(str(error)) from error
        if len(spans) > self._most:
            raise ValidationError(gettext("Give one duration, such as 2d."))


OUTCOMES = Rows(
    Stored.LIST,
    (
        Column("name", _("Name"), Cell.TEXT),
        Column("title", _("Button"), Cell.TEXT, usual=""),
        Column("yes", _("Counts as a yes"), Cell.FLAG),
        Column("questions", _("Required questions must be answered"), Cell.FLAG),
        Column("comment", _("Needs a comment"), Cell.FLAG, usual=False),
    ),
    _("Outcome"),
    _("Add an outcome"),
    hint=_("Without any they are approve and reject."),
)


class OutcomesField(DocumentField):
    """A JSON list that is checked as far as it is no expression."""

    def prepare_value(self, value: Any) -> Any:
        # What outcomes leave open is shown as it is meant.
        return super().prepare_value(_with_flags(value))


def _with_flags(value: Any) -> Any:
    if not isinstance(value, list) or not value:
        return value
    try:
        meant = outcomes.read_outcomes(value)
    except OutcomeWrong:
        return value
    flags = [{name: each[name] for name in ("yes", "questions")} for each in meant]
    return [{**flag, **each} for each, flag in zip(value, flags, strict=True)]


class ManualForm(TimeLimitForm, PeopleForm):
    """Says what is asked of whom, how answers decide, and until when."""

    title = TextExpression(label=_("Title"), max_length=500)
    description = TextExpression(
        label=_("Description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    rule = forms.ChoiceField(label=_("Rule"), choices=Rule.choices, initial=Rule.ONE)
    percent = IntegerExpression(
        label=_("Percent that must say yes"),
        required=False,
        initial=50,
        min_value=1,
        max_value=100,
    )
    questions = DocumentField(
        label=_("Questions"),
        read=questions.read_questions,
        rows=questions.ROWS,
        required=False,
        help_text=_(
            'A list: [{"name": "amount", "label": "Amount", "type": "decimal", '
            '"required": true, "initial": "{{ trigger.data.total }}"}]. '
            "Types: %(types)s."
        )
        % {"types": ", ".join(questions.TYPES)},
    )
    outcomes = OutcomesField(
        label=_("Outcomes"),
        read=outcomes.read_outcomes,
        rows=OUTCOMES,
        required=False,
        help_text=_(
            'Empty means approve and reject. A list: [{"name": "approve", "title": '
            '"Approve", "yes": true, "questions": true, "comment": false}].'
        ),
    )
    then = forms.ChoiceField(
        label=_("Then"),
        initial=BRANCH,
        choices=[
            (BRANCH, _("take the branch of the outcome")),
            (CONTINUE, _("go on, whatever the outcome")),
            (ONLY_YES, _("go on if it counts as a yes, or else end as failed")),
        ],
    )
    may_hand_over = forms.BooleanField(
        label=_("May be handed over"), required=False, initial=True
    )
    remind_before = SpansField(
        label=_("Remind before the deadline"),
        required=False,
        help_text=_("Such as 1d, 2h: seconds s, minutes m, hours h, days d, weeks w."),
    )
    remind_after = SpansField(
        label=_("Remind after it was asked"), required=False, help_text=_("Such as 1d.")
    )
    escalate_after = SpansField(
        label=_("Ask others after"), required=False, most=1, help_text=_("Such as 2d.")
    )
    escalate_users = PeopleField(label=_("Others: users"), required=False)
    escalate_groups = PeopleField(label=_("Others: groups"), required=False)
    escalate_how = forms.ChoiceField(
        label=_("The others"),
        choices=Escalation.choices,
        initial=Escalation.ADD,
        required=False,
    )

    groups = [
        (_("Task"), ["title", "description"]),
        (
            _("Who"),
            [
                *choosing.FIELDS,
                "may_hand_over",
            ],
        ),
        (_("Answers"), ["questions", "outcomes", ("rule", "percent"), "then"]),
        (
            _("Time"),
            [
                *time_limits.FIELDS,
                ("remind_before", "remind_after"),
                "escalate_after",
                ("escalate_users", "escalate_groups"),
                "escalate_how",
            ],
        ),
    ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._check_times(cleaned)
        return cleaned

    def _check_times(self, cleaned: Mapping[str, Any]) -> None:
        is_endless = cleaned.get("deadline") == time_limits.NEVER
        if cleaned.get("remind_before") and is_endless:
            self.add_error("remind_before", _("There is no deadline to remind before."))
        others = cleaned.get("escalate_users") or cleaned.get("escalate_groups")
        if cleaned.get("escalate_after") and not others:
            self.add_error("escalate_users", _("Say which others are asked."))
        if others and not cleaned.get("escalate_after"):
            require(self, ["escalate_after"], _("Say when the others are asked."))
        if cleaned.get("rule") == Rule.PART:
            require(self, ["percent"], _("Say how many percent must say yes."))


class ManualTask(NodeHandler):
    """Gives `{"task", "outcome", "yes", "values", "answers"}`.

    `outcome` is the name of an outcome, or `expired`; `values` are the answers to the
    questions of the person who decided. Each of the answers has `user`, `name`,
    `outcome`, `comment`, `values` and `at`.
    """

    type = "manual"
    faults = (
        (
            "Nobody decides in time, or the task is rejected or cancelled",
            "failed",
        ),
        (
            "A user or group does not exist",
            "error",
        ),
    )
    waits = True
    title = _("Manual task")
    group = "people"
    description = _("Asks people, and waits for their answers.")
    effect = Effect.DATABASE
    form_class = ManualForm

    #: Those of a task with the usual outcomes.
    branches = {
        "approve": _("Approve"),
        "reject": _("Reject"),
        "expired": _("Expired"),
    }

    def branches_for(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return outcomes.branches(config.get("outcomes"))

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        values = questions.shape(config.get("questions"))
        answer = (
            Field("user", _("person"), Kind.NUMBER),
            Field("name", pgettext_lazy("person", "name"), Kind.TEXT),
            Field("outcome", _("outcome"), Kind.TEXT),
            Field("comment", _("comment"), Kind.TEXT),
            values.named("values", _("answers")),
            Field("at", _("answered"), Kind.DATETIME),
            Field("answered_by", _("answered by"), Kind.TEXT),
        )
        return shape_of_fields(
            Field("task", _("task"), Kind.NUMBER),
            Field("outcome", _("outcome"), Kind.TEXT),
            Field("yes", _("counts as a yes"), Kind.BOOLEAN),
            values.named("values", _("answers")),
            shape_of_list(*answer).named("answers", _("answers of all")),
        )

    def awaited(self, waited: Any) -> str:
        task = HumanTask.objects.get(pk=waited["task"])
        return time_limits.limited(people_asked(task), task.due_at)

    def run(self, run: NodeRun) -> NodeResult:
        due_at = time_limits.deadline_of(run.config, run.now)
        task = ask(_request(run, due_at), run.now)
        return Waiting(due_at, {"task": task.pk})

    def resume(self, run: NodeRun) -> NodeResult:
        """Go on with what was decided; at the deadline, without that, it expired."""
        key = run.waited["task"]
        task = HumanTask.objects.select_for_update().filter(pk=key).first()
        if task is None:
            return Failed(gettext("The task was deleted."))
        if task.is_open and (task.due_at is None or run.now < task.due_at):
            return Waiting(task.due_at, run.waited)
        if task.is_open:
            close([task], TaskState.EXPIRED, run.now)
            task.refresh_from_db()
        return _ended(run, task)


def _ended(run: NodeRun, task: HumanTask) -> NodeResult:
    result = result_of(task)
    if task.state == TaskState.CANCELLED:
        return Failed(gettext("The task was cancelled."), result)
    if run.config["then"] == ONLY_YES and not result["yes"]:
        message = gettext("The task was answered with '%(outcome)s'.")
        if task.state == TaskState.EXPIRED:
            message = gettext("Nobody decided the task before its deadline.")
        return Failed(message % {"outcome": result["outcome"]}, result)
    branch = result["outcome"] if run.config["then"] == BRANCH else None
    return Succeeded(result, branch=branch)


def _request(run: NodeRun, due_at: datetime | None) -> Request:
    config = run.config
    needed = ["title", "percent"] if config["rule"] == Rule.PART else ["title"]
    require_values(config, needed)
    return Request(
        place=Place(
            run.execution_id,
            run.number,
            run.attempt,
            run.scope.get("workflow", {}).get("id", -1),
            run.key,
        ),
        title=config["title"],
        description=config["description"] or "",
        people=chosen(config),
        outcomes=outcomes.read_outcomes(config["outcomes"] or []),
        questions=questions.read_questions(config["questions"] or []),
        rule=config["rule"],
        percent=config["percent"] or 100,
        times=_times(config, due_at),
        escalation=_escalation(config),
        may_hand_over=config["may_hand_over"],
    )


def _times(config: Mapping[str, Any], due_at: datetime | None) -> Times:
    escalate = read_spans(config["escalate_after"])
    return Times(
        due_at=due_at,
        before=read_spans(config["remind_before"]) if due_at else (),
        after=read_spans(config["remind_after"]),
        escalate=escalate[0] if escalate else None,
    )


def _escalation(config: Mapping[str, Any]) -> dict[str, Any]:
    """Find now who is asked later, so that a wrong name is told at once."""
    if not config["escalate_after"]:
        return {}
    others = find_people(config["escalate_users"], config["escalate_groups"])
    how = config["escalate_how"] or Escalation.ADD
    return {"users": [user.pk for user in others], "how": how}
