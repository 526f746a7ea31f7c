"""The command-variables that start and stop works."""

from collections.abc import Callable
from dataclasses import replace

from handlers.actions.session import Session
from handlers.work.conditions import read_conditions
from handlers.work.orders import Order
from handlers.work.starting import COMMANDS, place, stop_work


def starts(name: str) -> Callable[[Session, str], None]:
    """Make the command that starts a work of this kind."""

    def run(session: Session, value: str) -> None:
        order = with_flags(COMMANDS[name](value), session)
        work = place(order, session.clock(), user=session.user)
        session.log(f"{name}: background work {work.pk}. {work.note}".rstrip())

    return run


def with_flags(order: Order, session: Session) -> Order:
    """Add what the stack says besides; a key of the command itself wins."""
    flags, session.flags = session.flags, {}
    retry, conditions = order.retry, order.conditions
    if retry is None:
        retry = "SetWorkRetryIfFault" in flags
    if conditions is None:
        conditions = tuple(read_conditions(flags.get("SetWorkConditions")))
    return replace(
        order,
        retry=retry,
        conditions=conditions,
        break_if_error=session.break_if_error,
        variables=session.stack.as_dict(),
        database=session.database,
    )


def set_conditions(session: Session, value: str) -> None:
    read_conditions(value)
    session.flags["SetWorkConditions"] = value


def set_retry(session: Session, _value: str) -> None:
    session.flags["SetWorkRetryIfFault"] = ""


def stop(session: Session, tag: str) -> None:
    session.log(f"StopWork: {stop_work(tag)} stopped")
