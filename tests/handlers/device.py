"""A device whose conditions a test decides."""

from handlers.work.conditions import Condition, Provider


class Fake(Provider):
    """Everything holds, except what is missing."""

    missing: set[Condition] = set()
    asked: list[Condition] = []

    @classmethod
    def reset(cls):
        cls.missing = set()
        cls.asked = []

    def holds(self, condition):
        self.asked.append(condition)
        return condition not in self.missing


def lacks(*names):
    Fake.missing = {Condition(name) for name in names}
