"""`sql`: a statement on the current database."""

from handlers.actions.contracts import ActionType
from handlers.actions.databases import as_json, into_stack, run
from handlers.actions.session import Session
from handlers.actions.statements import Statement, parse, read_row, read_rows


class Sql(ActionType):
    """Binds `@name` and the variable SQLParameter; a query gives SQLResult.

    A list of lists in SQLParameter runs the statement for each row, all or none. A
    query that ends in `limit 1` puts the columns of its row into the stack as well.
    """

    type = "sql"

    def check(self, method: str) -> None:
        parse(method)

    def run(self, session: Session, method: str) -> None:
        statement = parse(method)
        found = run(session, statement, _parameters(session, statement))
        if statement.reads:
            session.stack.put("SQLResult", as_json(found))
        if statement.wants_one_row:
            into_stack(found, session.stack)


def _parameters(session: Session, statement: Statement) -> list[list[object]]:
    """Take SQLParameter if the statement has places for it."""
    if not statement.positions:
        return [[]]
    given = session.stack.get("SQLParameter") or ""
    session.stack.remove("SQLParameter")
    rows = read_rows(given)
    return [read_row(given)] if rows is None else rows
