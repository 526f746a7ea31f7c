"""A statement of SQL on one of the databases that the settings open."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext, gettext_lazy as _

from handlers.sql import (
    Access,
    Answer,
    Question,
    TooManyRows,
    databases,
    parse,
    read,
    require_access,
    write_apart,
    write_here,
)
from handlers.sql.statements import LONGEST as LONGEST_STATEMENT
from workflows.contracts import (
    Effect,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    shape_of_fields,
)
from workflows.exceptions import WorkflowError
from workflows.forms import MappingField, NodeForm

ROWS, ROW, VALUE = "rows", "row", "value"
FAIL, CUT = "fail", "cut"
#: Seconds that a statement may take, and rows that it may give.
LONGEST, MOST = 600, 10_000
#: A parameter that every statement may use, without naming it.
KEY = "idempotency_key"


class DatabaseField(forms.ChoiceField):
    """One of the databases that the settings open, by its alias."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=self.aliases, **options)

    @staticmethod
    def aliases() -> list[tuple[str, str]]:
        return [(alias, alias) for alias in databases()]

    def validate(self, value: str) -> None:
        # What is closed is for the form to say, which knows whether it is written.
        forms.Field.validate(self, value)


class SqlForm(NodeForm):
    """Has the statement and its parameters, and says where it runs and within what."""

    database = DatabaseField(label=_("Database"), initial=DEFAULT_DB_ALIAS)
    access = forms.ChoiceField(
        label=_("The statement"),
        initial=Access.READ.value,
        choices=[
            (Access.READ.value, _("only reads")),
            (Access.WRITE.value, _("writes")),
        ],
    )
    sql = forms.CharField(
        label=_("SQL"),
        max_length=LONGEST_STATEMENT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("SELECT name FROM shop_product WHERE stock < @least"),
    )
    parameters = MappingField(
        label=_("Parameters"),
        required=False,
        help_text=_('Values by name: {"least": "{{ trigger.data.least }}"}.'),
    )
    result = forms.ChoiceField(
        label=_("Result"),
        initial=ROWS,
        choices=[
            (ROWS, _("a list of rows")),
            (ROW, _("the first row")),
            (VALUE, _("the first value")),
        ],
    )
    limit = forms.IntegerField(
        label=_("Rows at most"), initial=1_000, min_value=1, max_value=MOST
    )
    at_limit = forms.ChoiceField(
        label=_("When there are more"),
        initial=FAIL,
        choices=[(FAIL, _("end as an error")), (CUT, _("leave out the rest"))],
    )
    seconds = forms.IntegerField(
        label=_("Seconds at most"), initial=10, min_value=1, max_value=LONGEST
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("database", "sql"):
            if name in cleaned and "access" in cleaned:
                try:
                    self._check(name, cleaned[name], Access(cleaned["access"]))
                except WorkflowError as error:
                    self.add_error(name, str(error))
        return cleaned

    def _check(self, name: str, value: str, access: Access) -> None:
        if name == "database":
            require_access(value, access)
        elif "parameters" in self.cleaned_data:
            names = set(parse(value, access).names) - {KEY}
            self._check_names(names, set(self.cleaned_data["parameters"] or ()))

    def _check_names(self, used: set[str], given: set[str]) -> None:
        for name in sorted(used - given):
            message = gettext("The SQL uses @%s; give it a value.")
            self.add_error("parameters", message % name)
        for name in sorted(given - used):
            message = gettext("The SQL does not use '%s'; write its name after an @.")
            self.add_error("parameters", message % name)


class Sql(NodeHandler):
    """Gives rows as objects by column; a write gives `{"count", "rows"}`.

    Values are bound to `@name` in the statement and never become part of it. A reading
    statement runs in a read-only transaction of its own, and may run again after a
    crash. A write to the default database is one transaction with its result: exactly
    once. A write to another database may run again after a crash, with the same
    `@idempotency_key`: let that make it harmless. Values are what the driver gives:
    JSON columns are texts, and SQLite has no dates.
    """

    type = "sql"
    faults = (
        (
            "There are more rows than the limit, and it is to fail then",
            "error",
        ),
        (
            "The database refuses the statement, or it takes too long",
            "error",
        ),
    )
    title = _("SQL")
    group = "data"
    description = _("Runs a statement on a database that the settings allow.")
    effect = Effect.OUTSIDE
    form_class = SqlForm

    def effect_of(self, config: Mapping[str, Any]) -> Effect:
        return Effect.DATABASE if _is_ours(config) else Effect.OUTSIDE

    def run(self, run: NodeRun) -> NodeResult:
        config, access = run.config, Access(run.config["access"])
        require_access(config["database"], access)
        answer = _run(config, _question(run, access))
        if answer.more and config["at_limit"] == FAIL:
            raise TooManyRows(config["limit"])
        log = gettext("There are more rows; they were left out.") if answer.more else ""
        rows = _wanted(answer, config["result"])
        if access is Access.READ:
            return Succeeded(rows, log=log)
        return Succeeded({"count": answer.count, "rows": rows}, log=log)

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        kinds = {ROWS: Kind.LIST, ROW: Kind.OBJECT}
        rows = Shape(kinds.get(config["result"], Kind.ANY))
        if config["access"] == Access.READ.value:
            return rows
        count = Field("count", _("Number of records"), Kind.NUMBER)
        return shape_of_fields(count, rows.named("rows", _("Rows")))


def _is_ours(config: Mapping[str, Any]) -> bool:
    """Tell whether it writes to the database of the engine, in its transaction."""
    ours = (DEFAULT_DB_ALIAS, Access.WRITE.value)
    return ours == (config["database"], config["access"])


def _question(run: NodeRun, access: Access) -> Question:
    config, allowed = run.config, run.timeout
    seconds = config["seconds"]
    if allowed is not None:
        seconds = min(seconds, allowed.total_seconds())
    return Question(
        parse(config["sql"], access),
        {**(config["parameters"] or {}), KEY: run.idempotency_key},
        config["limit"],
        seconds,
    )


def _run(config: Mapping[str, Any], question: Question) -> Answer:
    if config["access"] == Access.READ.value:
        return read(config["database"], question)
    if _is_ours(config):
        return write_here(question)
    return write_apart(config["database"], question)


def _wanted(answer: Answer, result: str) -> Any:
    if result == ROWS:
        return list(answer.rows)
    row = next(iter(answer.rows), None)
    return row if result == ROW or row is None else next(iter(row.values()))
