"""The marks of a canvas as HTML, written without a template: there may be thousands."""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext, pgettext

from workflows.admin.badges import badge
from workflows.editor import Mark

_WARNING = (
    '<p class="wf-card-flag wf-bad"><svg class="wf-icon" aria-hidden="true">'
    '<use href="#wf-i-warn"/></svg>{}</p>'
)


def drawn_marks(
    marks: Iterable[Mark], side: str = "", url: str = "", *, is_open: object = False
) -> SafeString:
    """Write cards and the places between them.

    `side` tells two canvases of one page apart, `url` is the editor if it is on another
    page, and where it `is_open` nodes may be added.
    """
    pen = Pen(side, url, is_open=bool(is_open))
    return mark_safe("".join(map(pen.write, marks)))  # noqa: S308 - the pen escapes


class Pen:
    """Writes marks; all texts of people are escaped here."""

    def __init__(self, side: str, url: str, *, is_open: bool) -> None:
        self.side, self.url, self.is_open = escape(side), escape(url), is_open
        self.off = f'<p class="wf-card-flag">{_off()}</p>'

    def write(self, mark: Mark) -> str:
        match mark.kind:
            case "node":
                return self._node(mark)
            case "slot":
                return self._slot(mark)
            case "branch":
                return _branch(mark)
            case _:
                return mark.markup

    def _slot(self, mark: Mark) -> str:
        key, branch = escape(mark.key), escape(mark.branch)
        plus = ""
        if self.is_open:
            place = f"after={key}&amp;branch={quote(mark.branch)}"
            plus = (
                f'<a class="wf-plus" tabindex="-1" href="?panel=add&amp;{place}"'
                f' aria-label="{escape(mark.title)}">+</a>'
            )
        return (
            f'<li class="{_classes("wf-slot", mark)}" data-after="{key}"'
            f' data-branch="{branch}">{plus}</li>'
        )

    def _node(self, mark: Mark) -> str:
        key, wrong = escape(mark.key), " wf-wrong" if mark.problems else ""
        return (
            f'<li class="wf-node {mark.classes}" id="{self.side}node-{key}"'
            f' data-key="{key}"><div class="wf-card{wrong}">'
            f'<a class="wf-card-title" tabindex="-1" draggable="false"'
            f' href="{self.url}?panel=node:{key}" data-wf-panel="node:{key}"'
            f"{self._described(mark, key)}>"
            f"{_isolated(mark.title)}</a>"
            f'<span class="wf-kind">{_type(mark)}<code dir="ltr">{key}</code></span>'
            f"{_text('wf-summary', mark.summary)}{_text('wf-card-note', mark.note)}"
            f"{self._flags(mark)}</div>"
        )

    def _flags(self, mark: Mark) -> str:
        return (
            self._state(mark)
            + (self.off if mark.disabled else "")
            + (_WARNING.format(_problems(mark.problems)) if mark.problems else "")
        )

    def _described(self, mark: Mark, key: str) -> str:
        """Let whoever hears the title hear the state, too."""
        if not mark.state_title:
            return ""
        return f' aria-describedby="{self.side}state-{key}"'

    def _state(self, mark: Mark) -> str:
        if not mark.state_title:
            return ""
        # Safe markup stays as it is.
        state, name = conditional_escape(mark.state_title), escape(mark.key)
        return (
            f'<p class="wf-card-flag wf-card-state" id="{self.side}state-{name}">'
            f"{state}</p>"
        )


def _classes(name: str, mark: Mark) -> str:
    return f"{name} {mark.classes}" if mark.classes else name


def _branch(mark: Mark) -> str:
    title = escape(mark.title)
    return (
        f'<div class="{_classes("wf-branch", mark)}" role="group" aria-label="{title}"'
        f' data-branch="{escape(mark.branch)}">'
        f'<span class="wf-branch-title">{title}</span>'
    )


def _isolated(text: str) -> str:
    return f'<bdi class="wf-text">{escape(text)}</bdi>'


def _text(name: str, text: str) -> str:
    return f'<p class="{name}">{_isolated(text)}</p>' if text else ""


def _type(mark: Mark) -> str:
    return f"{escape(mark.type_title)} " if mark.title != mark.type_title else ""


def _problems(count: int) -> str:
    words = ngettext("%(count)s problem", "%(count)s problems", count)
    return escape(words % {"count": count})


def _off() -> SafeString:
    return badge("skipped", pgettext("node", "Disabled"))
