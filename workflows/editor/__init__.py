"""The visual editor without its pages: commands, the canvas, names and differences."""

from workflows.editor.canvas import Mark, branches_of, in_words, marks, title_of
from workflows.editor.commands import (
    COMMANDS,
    Command,
    Done,
    Replace,
    Update,
    read,
)

__all__ = [
    "COMMANDS",
    "Command",
    "Done",
    "Mark",
    "Replace",
    "Update",
    "branches_of",
    "in_words",
    "marks",
    "read",
    "title_of",
]
