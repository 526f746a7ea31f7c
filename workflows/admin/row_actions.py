"""The buttons in the list of workflows; they belong to the form of the list."""

from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from workflows.admin import listing
from workflows.admin.badges import badge, icon
from workflows.admin.last_runs import last_runs
from workflows.admin.pages import PunctualAdmin
from workflows.models import Workflow


class WorkflowChangeList(ChangeList):
    """The list, whose rows know what its reader may do to them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        may = cast("PunctualAdmin", self.model_admin).may
        runs = last_runs([workflow.pk for workflow in self.result_list])
        for workflow in self.result_list:
            workflow.last_runs = runs.get(workflow.pk, [])
            workflow.may = {
                name: may(request, name, workflow)
                for name in ("enable", "execute", "change", "add", "delete")
            }
            workflow.urls = self._urls(request, workflow)

    def _urls(self, request: HttpRequest, workflow: Workflow) -> dict[str, str]:
        admin, version = (
            cast("PunctualAdmin", self.model_admin),
            listing.acting(workflow),
        )
        url = admin.url
        here = urlencode({"next": request.get_full_path()})
        urls = {"delete": url("workflow_delete", workflow.pk)}
        if version is not None:
            urls |= {
                name: f"{url(f'workflowversion_{name}', version.pk)}?{here}"
                for name in ("enable", "disable", "copy_as_version", "copy_as_new")
            }
            urls["run"] = url("workflowversion_run", version.pk)
        return urls


def switch(workflow: Any) -> SafeString:
    """Show whether a workflow is enabled; whoever may, switches it here."""
    is_on = workflow.is_enabled
    state, word = ("on", _("On")) if is_on else ("off", _("Off"))
    url = workflow.urls.get("disable" if is_on else "enable")
    if not (workflow.may["enable"] and url):
        return badge(state, word)
    return format_html(
        '<button class="wf-switch wf-{}" role="switch" aria-checked="{}" '
        'aria-label="{}" title="{}" formaction="{}">{}{}</button>',
        state,
        "true" if is_on else "false",
        _("Enabled: %(title)s") % {"title": workflow.title},
        _("Disable") if is_on else _("Enable"),
        url,
        icon(state),
        word,
    )


def tags(names: Iterable[object]) -> SafeString:
    return format_html_join(
        "", '<span class="wf-tag">{}</span>', ((name,) for name in names)
    )


def row_actions(workflow: Any) -> SafeString:
    parts = format_html_join("", "{}", ((part,) for part in _parts(workflow)))
    return format_html('<div class="wf-row-actions">{}</div>', parts)


def _parts(workflow: Any) -> Iterator[SafeString]:
    may, urls = workflow.may, workflow.urls
    if may["execute"] and "run" in urls:
        yield format_html('<a href="{}">{}</a>', urls["run"], _("Run"))
    if may["change"] and "copy_as_version" in urls:
        yield _button(urls["copy_as_version"], _("Copy as version"))
    if may["add"] and "copy_as_new" in urls:
        yield _button(urls["copy_as_new"], _("Copy as new"))
    if may["delete"]:
        yield format_html(
            '<a class="wf-danger" href="{}">{}</a>', urls["delete"], _("Delete")
        )


def _button(url: str, label: str) -> SafeString:
    return format_html(
        '<button class="wf-link" formaction="{}">{}</button>', url, label
    )
