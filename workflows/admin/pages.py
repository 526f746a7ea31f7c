"""What all admin pages of Punctual share: addresses, rights, forms, a style sheet."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from workflows.conf import settings
from workflows.exceptions import InvalidDefinition, WorkflowError
from workflows.forms import ConfigForm


class PunctualAdmin(admin.ModelAdmin):
    """A stock `ModelAdmin` with what the pages of Punctual need besides."""

    view_on_site = False

    class Media:
        css = {"all": ["workflows/admin.css"]}

    def url(self, name: str, *args: Any) -> str:
        """Find a page of this app on the site that this admin belongs to."""
        site = self.admin_site.name
        app = self.opts.app_label
        return reverse(f"admin:{app}_{name}", args=args, current_app=site)

    def route(self, route: str, name: str, view: Callable[..., Any]) -> URLPattern:
        model = f"{self.opts.app_label}_{self.opts.model_name}"
        wrapped = self.admin_site.admin_view(view)
        return path(route, wrapped, name=f"{model}_{name}")

    def target(self, request: HttpRequest, object_id: str, permission: str) -> Any:
        """Find an object that the user may do this to; 404 or 403 otherwise."""
        found = self.get_object(request, unquote(str(object_id)))
        if found is None:
            raise Http404
        if not self.may(request, permission, found):
            raise PermissionDenied
        return found

    def may(self, request: HttpRequest, permission: str, obj: Any = None) -> bool:
        if permission == "add":
            return self.has_add_permission(request)
        return bool(getattr(self, f"has_{permission}_permission")(request, obj))

    def granted(self, request: HttpRequest, codename: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def page(
        self, request: HttpRequest, template: str, **context: Any
    ) -> TemplateResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
        }
        return self.fragment(request, template, **{**shared, **context})

    def fragment(
        self, request: HttpRequest, template: str, **context: Any
    ) -> TemplateResponse:
        """Answer with a part of a page, which needs nothing of what is around it."""
        request.current_app = self.admin_site.name
        name = f"admin/{self.opts.app_label}/{template}"
        response = TemplateResponse(request, name, context)
        if policy := settings().content_security_policy:
            response.headers["Content-Security-Policy"] = policy
        return response

    def back(self, request: HttpRequest, default: str) -> str:
        """Tell where to go after an effect: where the button was, if it says so."""
        wanted = request.GET.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(wanted, request.get_host())
        return wanted if is_ours else default


def sentences(error: WorkflowError) -> list[str]:
    return error.problems if isinstance(error, InvalidDefinition) else [str(error)]


def done(
    form: forms.Form,
    change: Callable[[], Any],
    *,
    raises: tuple[type[WorkflowError], ...] = (),
) -> bool:
    """Make a change; what keeps it from being made becomes an error of the form.

    But for what it `raises`.
    """
    try:
        change()
    except raises:
        raise
    except WorkflowError as error:
        for sentence in sentences(error):
            form.add_error(None, sentence)
    return form.is_valid()


def laid_out(form: forms.Form) -> AdminForm:
    """Lay a form out as the admin does, under the headings that it names."""
    groups = form.groups if isinstance(form, ConfigForm) else ()
    fieldsets: list[Any] = [
        (title, {"fields": list(names), "classes": classes})
        for title, names, *classes in groups
    ]
    rest: Mapping[str, Any] = {"fields": list(form.fields)}
    return AdminForm(form, fieldsets or [(None, rest)], {})  # type: ignore[arg-type]  # for any form


def closed(form: forms.Form) -> forms.Form:
    """Show a form to somebody who cannot change it."""
    for field in form.fields.values():
        field.disabled = True
    return form
