"""Effects: what one button does to one object, and a bulk action to many."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _

from workflows.admin.pages import PunctualAdmin, sentences
from workflows.exceptions import WorkflowError


@dataclass(frozen=True)
class Doing:
    """What is done to what, when and by whom."""

    target: Any
    now: datetime
    user: Any


@dataclass(frozen=True)
class Effect:
    """Something that people do to an object, by a button or in bulk."""

    #: Names the address, the bulk action and the function.
    name: str
    #: Asked as `has_<permission>_permission(request, object)`.
    permission: str
    #: What the button says, and the bulk action.
    label: Any
    bulk_label: Any
    #: What the log and the message say, with `%(target)s` and `%(outcome)s`.
    done: Any
    #: What the message says about many, with `%(count)d`.
    many_done: Any
    #: Does it; gives what came of it.
    apply: Callable[["Doing"], Any]
    #: What came of it is new, and one wants to see it next.
    creates: bool = False


class EffectAdmin(PunctualAdmin):
    """An admin whose objects can be acted upon."""

    effects: Sequence[Effect] = ()

    def effect_urls(self) -> list[URLPattern]:
        return [
            self.route(
                f"<path:object_id>/{effect.name}/",
                effect.name,
                partial(self.effect_view, effect=effect),
            )
            for effect in self.effects
        ]

    def effect_view(
        self, request: HttpRequest, object_id: str, effect: Effect
    ) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        target = self.target(request, object_id, effect.permission)
        now = timezone.now()
        try:
            outcome = effect.apply(Doing(target, now, request.user))
        except WorkflowError as error:
            self.say_problems(request, target, error)
            return redirect(self.back(request, self.place_of(target)))
        text = str(effect.done) % {"target": target, "outcome": outcome}
        self.note(request, target, outcome, text)
        self.message_user(request, text, messages.SUCCESS)
        if effect.creates:
            return redirect(self.place_of(outcome))
        return redirect(self.back(request, self.place_of(target)))

    def act_on_all(
        self, request: HttpRequest, effect: Effect, targets: Iterable[Any]
    ) -> None:
        """Do it to each; what is wrong with one is said and stops no other."""
        now, count = timezone.now(), 0
        for target in targets:
            if not self.may(request, effect.permission, target):
                text = _("%(target)s: you have no permission to do this.")
                self.message_user(request, text % {"target": target}, messages.ERROR)
                continue
            try:
                outcome = effect.apply(Doing(target, now, request.user))
            except WorkflowError as error:
                self.say_problems(request, target, error)
                continue
            text = str(effect.done) % {"target": target, "outcome": outcome}
            self.note(request, target, outcome, text)
            count += 1
        if count:
            text = effect.many_done % {"count": count}
            self.message_user(request, text, messages.SUCCESS)

    def say_problems(
        self, request: HttpRequest, target: Any, error: WorkflowError
    ) -> None:
        """Show each problem in a message of its own, named for the object."""
        for sentence in sentences(error):
            named = sentence if str(target) in sentence else f"{target}: {sentence}"
            self.message_user(request, named, messages.ERROR)

    def note(self, request: HttpRequest, target: Any, outcome: Any, text: str) -> None:
        """Write into the log what was done."""
        self.log_change(request, target, text)

    def chosen(self, queryset: QuerySet[Any]) -> Iterable[Any]:
        """Give the targets of a bulk action, from the selected rows."""
        return queryset

    def place_of(self, target: Any) -> str:
        return self.url(f"{self.opts.model_name}_change", target.pk)


def bulk_action(effect: Effect) -> Callable[..., None]:
    """Make a bulk action for `ModelAdmin.actions` from an effect."""

    @admin.action(permissions=[effect.permission], description=effect.bulk_label)
    def act(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        model_admin.act_on_all(request, effect, model_admin.chosen(queryset))

    act.__name__ = effect.name
    return act
