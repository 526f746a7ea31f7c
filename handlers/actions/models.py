"""What handlers reach by name: HTTP aliases, databases, and stored documents."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from workflows.harmless import straight
from workflows.models.fields import TypedJSONField
from workflows.secrets import seal, unseal


class HttpAlias(models.Model):
    """An address with its headers and its login, called as `#name/path`."""

    name = models.CharField(
        pgettext_lazy("connection", "name"), max_length=100, unique=True
    )
    url = models.CharField(_("URL"), max_length=500)
    #: Encrypted: what `handlers.actions.logins.Login` reads.
    sealed = models.TextField(editable=False, blank=True)
    strict = models.BooleanField(
        _("only 200 is a success"),
        default=False,
        help_text=_("Otherwise every status from 200 to 299 is."),
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("HTTP alias")
        verbose_name_plural = _("HTTP aliases")
        ordering = ["name"]
        permissions = [("test_httpalias", _("Can test HTTP aliases"))]

    def __str__(self) -> str:
        return straight(self.name)

    @property
    def secret(self) -> dict[str, Any]:
        return dict(unseal(self.sealed) or {})

    @secret.setter
    def secret(self, value: dict[str, Any]) -> None:
        self.sealed = seal({name: each for name, each in value.items() if each})


class SqlDatabase(models.Model):
    """A database that works call by name: a Django alias, or an SQLite file."""

    name = models.CharField(
        pgettext_lazy("connection", "name"),
        max_length=100,
        unique=True,
        blank=True,
        help_text=_("Empty: the main one, for works that name none."),
    )
    #: One of WORKS["DATABASE_ALIASES"]; empty: a file in the folder of works.
    django_alias = models.CharField(
        _("Django database"),
        max_length=100,
        blank=True,
        help_text=_("Empty: an SQLite file in the folder of works."),
    )

    class Meta:
        verbose_name = _("SQL database")
        verbose_name_plural = _("SQL databases")
        ordering = ["name"]
        permissions = [("test_sqldatabase", _("Can test SQL databases"))]

    def __str__(self) -> str:
        return straight(self.name) or str(_("main"))


class Document(models.Model):
    """A JSON object in a collection, for handlers of the type `nosql`."""

    database = models.CharField(_("database"), max_length=100)
    collection = models.CharField(_("collection"), max_length=100)
    key = models.CharField(_("key"), max_length=100)
    value = TypedJSONField(verbose_name=_("value"), default=dict)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["database", "collection", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["database", "collection", "key"],
                name="one_document_per_key",
            ),
        ]

    def __str__(self) -> str:
        return straight(f"{self.database}.{self.collection}.{self.key}")
