"""What tests of handler arrays may use."""

import pytest

from handlers.actions.document import read_actions
from handlers.actions.interpreter import Interpreter, Observer
from handlers.actions.session import Session
from handlers.actions.stack import HashMap
from tests.conftest import NOW


class Steps(Observer):
    """Remembers the steps of a run."""

    def __init__(self):
        self.steps = []

    def end(self, step):
        self.steps.append(step)

    @property
    def lines(self):
        return [line for step in self.steps for line in step.lines]


class Ran:
    """A run that has ended: its stack, its steps."""

    def __init__(self, session, steps):
        self.session = session
        self.steps = steps.steps
        self.lines = steps.lines
        self.methods = [step.action.method for step in steps.steps]

    def __getitem__(self, name):
        return self.session.stack.get(name)

    @property
    def variables(self):
        return self.session.stack.as_dict()

    @property
    def error(self):
        return self["ErrorMessage"] or ""


@pytest.fixture
def play(db, works):
    """Run an array at once, with these variables; give what came of it."""

    def play(*actions, session=None, **variables):
        session = session or Session(
            HashMap(variables), lambda: NOW, key="work-7-0", threads=False
        )
        steps = Steps()
        Interpreter(session, steps).run(read_actions(list(actions)))
        return Ran(session, steps)

    return play


def act(kind, method, **keys):
    return {"action": "run", "type": kind, "method": method, **keys}
