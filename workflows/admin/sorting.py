"""Putting many workflows into categories at once, and taking them out."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from workflows.admin.pages import PunctualAdmin, laid_out
from workflows.models import Category, Workflow


class SortForm(forms.Form):
    """Categories to add and to take away."""

    add = forms.ModelMultipleChoiceField(
        Category.objects.all(), label=_("Put into"), required=False
    )
    remove = forms.ModelMultipleChoiceField(
        Category.objects.all(), label=_("Take out of"), required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("add") and not cleaned.get("remove"):
            self.add_error("add", gettext("Choose a category."))
        return cleaned


@admin.action(
    permissions=["change"], description=_("Change categories of selected workflows")
)
def sort(
    model_admin: PunctualAdmin, request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """Ask for categories, and sort each workflow that the user may change."""
    is_answer = request.POST.get("post") == "yes"
    form = SortForm(request.POST if is_answer else None)
    if not (is_answer and form.is_valid()):
        return model_admin.page(
            request,
            "workflow/sort.html",
            title=_("Change categories"),
            workflows=list(queryset),
            form=laid_out(form),
        )
    count = sum(_sorted(model_admin, request, each, form) for each in queryset)
    text = ngettext(
        "The categories of %(count)d workflow were changed.",
        "The categories of %(count)d workflows were changed.",
        count,
    )
    if count:
        model_admin.message_user(request, text % {"count": count}, messages.SUCCESS)
    return None


def _sorted(
    model_admin: PunctualAdmin, request: HttpRequest, workflow: Workflow, form: SortForm
) -> bool:
    if not model_admin.may(request, "change", workflow):
        text = gettext("%(target)s: you have no permission to do this.")
        model_admin.message_user(request, text % {"target": workflow}, messages.ERROR)
        return False
    workflow.categories.add(*form.cleaned_data["add"])
    workflow.categories.remove(*form.cleaned_data["remove"])
    model_admin.log_change(request, workflow, gettext("Changed the categories."))
    return True
