"""What is done to a selection of executions: asked first, then a bit in each request.

A selection may be all that match a filter, a hundred thousand. Each request takes some
seconds, in chunks that are a transaction each, and answers with how far it has come;
the page sends the next request. What was created after the question is left alone.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext_lazy

from workflows import services
from workflows.admin.effects import Doing, Effect, EffectAdmin
from workflows.admin.executions.effects import CANCEL, DELETE, MEND, RETRY
from workflows.admin.paging import MOST
from workflows.exceptions import WorkflowError
from workflows.models import Execution, WorkflowVersion
from workflows.states import FINAL, UNFINISHED, ExecutionStatus

#: Executions that one transaction ends or deletes.
CHUNK = 100
#: Seconds after which a request answers with how far it has come.
SECONDS = 2.0
#: Rows that are named for a reason, and reasons that are said in messages.
NAMED, SAID = 5, 5


@dataclass(frozen=True)
class Outcome:
    """What became of a chunk."""

    done: list[Execution]
    #: A sentence for each that was refused.
    refused: list[str]


@dataclass(frozen=True)
class SelectionEffect:
    """An effect on many executions: to which, and what is said of the others."""

    effect: Effect
    statuses: frozenset[ExecutionStatus]
    question: Any
    question_all: Any
    #: Why one is refused that has another status.
    refusal: Any
    apply: Callable[[Sequence[Execution], Doing], Outcome]
    flag: int = CHANGE
    #: It runs the version of the execution, which must be there.
    runs: bool = False

    def refused(self, row: Execution, versions: Collection[int]) -> str:
        """Say why one is refused; `versions` are those that are there."""
        if row.status not in self.statuses:
            return str(self.refusal % {"status": row.get_status_display()})
        if self.runs and row.version_id not in versions:
            return _("Its version is deleted.")
        return ""


def _cancel(rows: Sequence[Execution], doing: Doing) -> Outcome:
    reason = _("cancelled by %(user)s") % {"user": doing.user.get_username()}
    done = services.cancel_many([row.pk for row in rows], doing.now, reason)
    return _outcome(rows, done)


def _delete(rows: Sequence[Execution], _doing: Doing) -> Outcome:
    return _outcome(rows, services.delete_many([row.pk for row in rows]))


def _outcome(rows: Sequence[Execution], done: Sequence[int]) -> Outcome:
    kept = set(done)
    text = _("%(target)s: a worker has it just now; try again.")
    busy = [text % {"target": row} for row in rows if row.pk not in kept]
    return Outcome([row for row in rows if row.pk in kept], busy)


def _mend(rows: Sequence[Execution], doing: Doing) -> Outcome:
    return _each(MEND, rows, doing)


def _retry(rows: Sequence[Execution], doing: Doing) -> Outcome:
    return _each(RETRY, rows, doing)


def _each(effect: Effect, rows: Sequence[Execution], doing: Doing) -> Outcome:
    outcome = Outcome([], [])
    for row in rows:
        try:
            effect.apply(Doing(row, doing.now, doing.user))
        except WorkflowError as error:
            outcome.refused.append(f"{row}: {error}")
        else:
            outcome.done.append(row)
    return outcome


SELECTION_EFFECTS = (
    SelectionEffect(
        CANCEL,
        UNFINISHED,
        ngettext_lazy(
            "Cancel %(count)d execution?", "Cancel %(count)d executions?", "count"
        ),
        gettext_lazy("Cancel all executions that match and have not ended?"),
        gettext_lazy("It has ended already: %(status)s."),
        _cancel,
    ),
    SelectionEffect(
        MEND,
        services.MENDABLE,
        ngettext_lazy(
            "Retry %(count)d execution from where it stopped?",
            "Retry %(count)d executions from where they stopped?",
            "count",
        ),
        gettext_lazy("Retry all executions that match and did not succeed?"),
        gettext_lazy("There is nothing to go on with: %(status)s."),
        _mend,
        runs=True,
    ),
    SelectionEffect(
        RETRY,
        FINAL,
        ngettext_lazy(
            "Run %(count)d execution again?", "Run %(count)d executions again?", "count"
        ),
        gettext_lazy("Run all executions again that match and have ended?"),
        gettext_lazy("It is not finished: %(status)s."),
        _retry,
        runs=True,
    ),
    SelectionEffect(
        DELETE,
        FINAL,
        ngettext_lazy(
            "Delete %(count)d execution from the history?",
            "Delete %(count)d executions from the history?",
            "count",
        ),
        gettext_lazy("Delete all executions that match and have ended?"),
        gettext_lazy("It is not finished: %(status)s. Cancel it first."),
        _delete,
        flag=DELETION,
    ),
)


class ProgressForm(forms.Form):
    """How far a selection has come, as its page says it."""

    #: Nothing that was created later is touched.
    top = forms.IntegerField(min_value=0)
    #: All from here on are done.
    below = forms.IntegerField(min_value=0, required=False)
    done = forms.IntegerField(min_value=0, required=False)
    refused = forms.IntegerField(min_value=0, required=False)
    #: How many there were to do; empty if they were not all counted.
    total = forms.IntegerField(min_value=0, required=False)


class SelectionPages(EffectAdmin):
    """The part of the execution admin that acts on selections."""

    def act_on_selection(
        self, request: HttpRequest, queryset: QuerySet[Any], chosen: SelectionEffect
    ) -> HttpResponse | None:
        form = ProgressForm(request.POST)
        if request.POST.get("post") == "yes" and form.is_valid():
            return self._go_on(request, queryset, chosen, form.cleaned_data)
        if request.POST.get("select_across") == "1":
            return self._ask_for_all(request, queryset, chosen)
        return self._ask(request, queryset, chosen)

    # The question.

    def _ask(
        self, request: HttpRequest, queryset: QuerySet[Any], chosen: SelectionEffect
    ) -> HttpResponse | None:
        """Ask about rows that were ticked, each looked at."""
        listed = list(queryset)
        versions = _present(row.version_id for row in listed)
        reasons = [(r, self._reason(request, r, chosen, versions)) for r in listed]
        rows = [row for row, reason in reasons if not reason]
        refused = [(row, reason) for row, reason in reasons if reason]
        if not rows:
            for row, reason in refused[:SAID]:
                self.message_user(request, f"{row}: {reason}", messages.WARNING)
            return None
        return self._question(
            request,
            chosen,
            question=chosen.question % {"count": len(rows)},
            ids=[row.pk for row in rows],
            total=len(rows),
            refused=_by_reason(refused),
        )

    def _reason(
        self,
        request: HttpRequest,
        row: Execution,
        chosen: SelectionEffect,
        versions: Collection[int],
    ) -> str:
        # The status first: who may delete nothing unfinished is told why.
        if reason := chosen.refused(row, versions):
            return reason
        if not self.may(request, chosen.effect.permission, row):
            return _("You have no permission to do this.")
        return ""

    def _ask_for_all(
        self, request: HttpRequest, queryset: QuerySet[Any], chosen: SelectionEffect
    ) -> HttpResponse:
        """Ask about all that match; counted up to a limit, by status."""
        rows = queryset.order_by().values_list("status", flat=True)[: MOST + 1]
        counts: Counter[str] = Counter(rows)
        is_capped = counts.total() > MOST
        fits = {each: n for each, n in counts.items() if each in chosen.statuses}
        total = sum(fits.values())
        others = [
            (ExecutionStatus(each).label, n)
            for each, n in sorted(counts.items())
            if each not in chosen.statuses
        ]
        question = chosen.question_all if is_capped else chosen.question
        return self._question(
            request,
            chosen,
            question=str(question) if is_capped else question % {"count": total},
            ids=[0],
            across=True,
            total="" if is_capped else total,
            nothing=not is_capped and not total,
            most=MOST if is_capped else 0,
            fits=total,
            others=others,
        )

    def _question(
        self, request: HttpRequest, chosen: SelectionEffect, **context: Any
    ) -> HttpResponse:
        top = Execution.objects.aggregate(top=Max("pk"))["top"] or 0
        return self._selection_page(request, chosen, asks=True, top=top, **context)

    def _selection_page(
        self, request: HttpRequest, chosen: SelectionEffect, **context: Any
    ) -> HttpResponse:
        shared = {
            "title": chosen.effect.bulk_label,
            "effect": chosen.effect,
            "is_final": chosen.flag == DELETION,
            "back": request.get_full_path(),
        }
        return self.page(request, "execution/selection.html", **shared, **context)

    # The work.

    def _go_on(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        chosen: SelectionEffect,
        progress: dict[str, Any],
    ) -> HttpResponse | None:
        below = progress["below"] or progress["top"] + 1
        done, refused = progress["done"] or 0, progress["refused"] or 0
        rows = queryset.filter(status__in=chosen.statuses).order_by("-pk")
        until = monotonic() + SECONDS
        for chunk in _chunks(rows.prefetch_related(None), below):
            outcome = self._act(request, chunk, chosen)
            for sentence in outcome.refused[: max(SAID - refused, 0)]:
                self.message_user(request, sentence, messages.ERROR)
            done += len(outcome.done)
            refused += len(outcome.refused)
            if monotonic() >= until and len(chunk) == CHUNK:
                return self._selection_page(
                    request,
                    chosen,
                    ids=request.POST.getlist("_selected_action"),
                    across=request.POST.get("select_across") == "1",
                    **{**progress, "below": chunk[-1].pk, "done": done},
                    refused_count=refused,
                )
        self._tell(request, chosen, done, refused)
        return None

    def _act(
        self, request: HttpRequest, rows: list[Execution], chosen: SelectionEffect
    ) -> Outcome:
        permission = chosen.effect.permission
        allowed = [row for row in rows if self.may(request, permission, row)]
        doing = Doing(None, timezone.now(), request.user)
        outcome = chosen.apply(allowed, doing)
        if outcome.done:
            text = _("%(effect)s, with others.") % {"effect": chosen.effect.label}
            LogEntry.objects.log_actions(
                int(request.user.pk or 0), outcome.done, chosen.flag, text
            )
        text = _("%(target)s: you have no permission to do this.")
        lacking = [row for row in rows if row not in allowed]
        return Outcome(
            outcome.done, [*outcome.refused, *(text % {"target": r} for r in lacking)]
        )

    def _tell(
        self, request: HttpRequest, chosen: SelectionEffect, done: int, refused: int
    ) -> None:
        if done or not refused:
            text = chosen.effect.many_done % {"count": done}
            level = messages.SUCCESS if done else messages.WARNING
            self.message_user(request, text, level)
        if refused > SAID:
            text = _("%(count)d were refused in all.") % {"count": refused}
            self.message_user(request, text, messages.ERROR)


@dataclass(frozen=True)
class Refusal:
    """Why some are refused: the first of them, and how many more."""

    reason: str
    named: list[Execution]
    more: int


def _by_reason(refused: Iterable[tuple[Execution, str]]) -> list[Refusal]:
    rows: dict[str, list[Execution]] = {}
    for row, reason in refused:
        rows.setdefault(reason, []).append(row)
    return [
        Refusal(reason, each[:NAMED], len(each[NAMED:]))
        for reason, each in rows.items()
    ]


def _present(ids: Iterable[int]) -> set[int]:
    versions = WorkflowVersion.objects.present().filter(pk__in=set(ids))
    return set(versions.values_list("pk", flat=True))


def _chunks(rows: QuerySet[Any], below: int) -> Iterator[list[Execution]]:
    """Read rows newest first, each chunk after the one before has been dealt with."""
    while chunk := list(rows.filter(pk__lt=below)[:CHUNK]):
        below = chunk[-1].pk
        yield chunk


def action(chosen: SelectionEffect) -> Callable[..., HttpResponse | None]:
    """Make the action for `ModelAdmin.actions`."""
    effect = chosen.effect

    @admin.action(permissions=[effect.permission], description=effect.bulk_label)
    def act(
        model_admin: SelectionPages, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        return model_admin.act_on_selection(request, queryset, chosen)

    act.__name__ = effect.name
    return act
