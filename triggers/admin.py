"""The addresses of workflows in the Django admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from triggers.models import Webhook
from triggers.webhook.addresses import known_secrets, renew
from workflows.admin.badges import isolated, moment
from workflows.admin.effects import Doing, Effect, EffectAdmin
from workflows.models import Workflow

#: The secrets that are entered here, and only written.
ENTERED = ("signature", "user", "password", "bearer")


def _secret(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class WebhookForm(forms.ModelForm):
    """What is entered as a secret replaces the old one; the old one is never shown."""

    signature = _secret(_("Secret of signatures"))
    user = forms.CharField(label=_("User"), required=False, max_length=200)
    password = _secret(_("Password"))
    bearer = _secret(_("Bearer token"))
    forget = forms.BooleanField(
        label=_("Forget all secrets"),
        required=False,
        help_text=_("Those that are entered above are stored nevertheless."),
    )

    class Meta:
        model = Webhook
        fields = ["workflow"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "workflow" in self.fields:
            free = Workflow.objects.present().filter(webhook=None)
            self.fields["workflow"].queryset = free  # type: ignore[attr-defined]  # of a model
        stored = known_secrets(self.instance)
        for name in ENTERED:
            if stored.get(name) and name in self.fields:
                shown = stored[name] if name == "user" else "••••••••"
                self.fields[name].widget.attrs["placeholder"] = shown
                self.fields[name].help_text = gettext("Leave it empty to keep it.")

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - as Django has it
        given = self.cleaned_data
        stored = known_secrets(self.instance)
        kept = {"token": stored["token"]} if "token" in stored else {}
        if not given["forget"]:
            kept = stored
        entered = {name: given[name] for name in ENTERED if given[name]}
        self.instance.secrets = {**kept, **entered}
        return super().save(commit=commit)


def _rotate(doing: Doing) -> Webhook:
    return renew(doing.target, doing.now)


ROTATE = Effect(
    name="rotate",
    permission="change",
    label=_("Make a new address"),
    bulk_label=_("Make new addresses"),
    done=_("The old address of “%(target)s” is dead; tell the new one to its callers."),
    many_done=_("%(count)d addresses are new; tell them to their callers."),
    apply=_rotate,
)


class WebhookAdmin(EffectAdmin):
    """Whoever has the address of a workflow may start it: few should see it."""

    form = WebhookForm
    effects = (ROTATE,)
    list_display = ["named", "listens", "made"]
    list_select_related = ["workflow"]
    search_fields = ["workflow__title"]
    change_form_template = "admin/triggers/webhook/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        return [*self.effect_urls(), *super().get_urls()]

    @admin.display(description=_("workflow"), ordering="workflow__title")
    def named(self, webhook: Webhook) -> SafeString:
        return isolated(webhook.workflow.title)

    @admin.display(description=_("listens"), boolean=True)
    def listens(self, webhook: Webhook) -> bool:
        versions = webhook.workflow.versions.filter(enabled=True)
        return bool(versions.filter(trigger_type="webhook").exists())

    @admin.display(description=_("address made"), ordering="rotated_at")
    def made(self, webhook: Webhook) -> SafeString | str:
        return moment(webhook.rotated_at)

    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> Any:
        if obj is None:
            return ["workflow", *ENTERED]
        if not self.has_change_permission(request, obj):
            return ["named", "made"]
        return ["named", "made", *ENTERED, "forget"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Webhook | None = None
    ) -> Any:
        return ["named", "made"] if obj else []

    def save_model(
        self, request: HttpRequest, obj: Webhook, form: Any, change: Any
    ) -> None:
        if change:
            obj.save()
        else:
            renew(obj, timezone.now())

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        """Show the address that was made."""
        return redirect(self.place_of(obj))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **options: Any
    ) -> Any:
        webhook = options.get("obj")
        if webhook is not None:
            context["address"] = self._address(request, webhook)
            context["may_rotate"] = self.has_change_permission(request, webhook)
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, **options)

    def _address(self, request: HttpRequest, webhook: Webhook) -> SafeString | str:
        """Give the address to those who may change it; to others it is a secret."""
        token = known_secrets(webhook).get("token")
        if not self.has_change_permission(request, webhook):
            return gettext("Whoever may change webhooks sees it.")
        if not token:
            return gettext("It cannot be decrypted any more; make a new one.")
        place = reverse("triggers_webhook", args=[token])
        return format_html("<code>{}</code>", request.build_absolute_uri(place))


def register(site: admin.AdminSite) -> None:
    """Put the addresses on an admin site; the default site has them already."""
    site.register(Webhook, WebhookAdmin)


register(admin.site)
