"""Testing a connection: one harmless request, or one statement."""

from time import monotonic

from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy as _, ngettext_lazy

from handlers.actions.aliases import place_of
from handlers.actions.databases import probe
from handlers.actions.models import HttpAlias, SqlDatabase
from handlers.fetching import Call, fetch
from workflows.admin.effects import Doing, Effect
from workflows.exceptions import WorkflowError

#: Seconds that a test may take, and the first status that is no answer of use.
PATIENCE, ERRORS = 10, 500
REFUSALS = {401, 403, 407}


class LoginRefused(WorkflowError):
    """An address that answers, and does not take the login."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(
            gettext("'%(name)s' answers with status %(status)s: it refuses the login.")
            % {"name": name, "status": status}
        )


class AnswersWithError(WorkflowError):
    """An address whose server is out of order."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(
            gettext("'%(name)s' answers with status %(status)s: its server fails.")
            % {"name": name, "status": status}
        )


def _test_alias(doing: Doing) -> str:
    """Ask the address itself, with its login and without a body."""
    alias: HttpAlias = doing.target
    where = place_of(alias)
    began = monotonic()
    call = Call("GET", where.url, headers=where.headers, timeout=PATIENCE)
    status = fetch(call).status
    if status in REFUSALS:
        raise LoginRefused(alias.name, status)
    if status >= ERRORS:
        raise AnswersWithError(alias.name, status)
    words = gettext("status %(status)s after %(seconds)s s")
    seconds = number_format(monotonic() - began, 1)
    return words % {"status": status, "seconds": seconds}


def _test_database(doing: Doing) -> str:
    database: SqlDatabase = doing.target
    return probe(database.name)


TEST_ALIAS = Effect(
    name="test",
    permission="test",
    label=_("Test connection"),
    bulk_label=_("Test selected connections"),
    done=_("%(target)s answers: %(outcome)s."),
    many_done=ngettext_lazy(
        "%(count)d connection answers.", "%(count)d connections answer.", "count"
    ),
    apply=_test_alias,
)
TEST_DATABASE = Effect(
    name="test",
    permission="test",
    label=TEST_ALIAS.label,
    bulk_label=TEST_ALIAS.bulk_label,
    done=TEST_ALIAS.done,
    many_done=TEST_ALIAS.many_done,
    apply=_test_database,
)
