"""What is wrong with a rule, as a sentence for the person who wrote it."""

from triggers.schedule.recurrence.languages import RUSSIAN_ERRORS

LARGEST_SHOWN = 10**20
LONGEST_SHOWN = 60


class InvalidRule(ValueError):
    """A rule that cannot be kept.

    `field` is the key of the configuration that is at fault. `message` is the
    sentence, with places like `%(given)s` for the facts.
    """

    def __init__(self, field: str, message: str, **facts: object) -> None:
        super().__init__(message % facts if facts else message)
        self.field = field
        self.message = message
        self.facts = facts

    def sentence(self, language: str = "en") -> str:
        """Return the sentence in a language, in English if it is not known."""
        if not language.startswith("ru"):
            return str(self)
        message = RUSSIAN_ERRORS.get(self.message, self.message)
        return message % self.facts if self.facts else message


def shown(value: object) -> str:
    """Return what was given, short enough for a sentence."""
    if not isinstance(value, str | int | float | None):
        return f"a {type(value).__name__}"
    if isinstance(value, int) and abs(value) > LARGEST_SHOWN:
        return "a number with very many digits"
    text = repr(value[:LONGEST_SHOWN] if isinstance(value, str) else value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
