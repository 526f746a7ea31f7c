"""Files that workflows send: made of text, of Base64, or of a list as CSV."""

import base64
import binascii
import csv
import io
import json
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder

from workflows.exceptions import WorkflowError
from workflows.forms import ValueField, holds_expression

#: Files that one message may carry, and their bytes together.
MOST, LARGEST = 20, 10_485_760
_KEYS = {"name", "content", "type", "base64"}
#: What makes a spreadsheet take a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FileRefused(WorkflowError):
    """A file that cannot be made of what was given."""

    def __init__(self, name: object, problem: str) -> None:
        super().__init__(f"The file {str(name)[:60]!r} cannot be sent: {problem}.")


@dataclass(frozen=True, slots=True)
class File:
    """A file in memory."""

    name: str
    content: bytes = field(repr=False)
    content_type: str


class FilesField(ValueField):
    """Files: [{"name", "content", "type", "base64"}]; a list as content becomes CSV."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not holds_expression(value):
            try:
                read_files(value)
            except WorkflowError as error:
                raise ValidationError(str(error)) from error


def read_files(value: Any) -> list[File]:
    """Read a list of files; raise `FileRefused` for the first that is wrong."""
    if value in (None, ""):
        return []
    given = [value] if isinstance(value, Mapping) else value
    if not isinstance(given, list):
        raise FileRefused(value, 'a list of {"name", "content"} is expected')
    if len(given) > MOST:
        raise FileRefused(f"{MOST + 1}.", f"there may be {MOST} files at most")
    files = [read_file(each) for each in given]
    if sum(len(file.content) for file in files) > LARGEST:
        raise FileRefused(files[-1].name, f"all files have more than {LARGEST} bytes")
    return files


def read_file(given: Any) -> File:
    """Read one file."""
    if not isinstance(given, Mapping) or "content" not in given:
        raise FileRefused(given, 'an object with "name" and "content" is expected')
    name = _name(given.get("name"))
    if unknown := sorted(map(str, set(given) - _KEYS)):
        raise FileRefused(name, f"there is no key '{unknown[0]}'")
    content, kind = _content(name, given["content"], decode=bool(given.get("base64")))
    wanted = str(given.get("type") or mimetypes.guess_type(name)[0] or kind)
    if "/" not in wanted or not wanted.isprintable():
        raise FileRefused(name, f"{wanted[:40]!r} is no type such as text/csv")
    return File(name, content, wanted)


def _name(value: Any) -> str:
    name = str(value or "").strip()
    if not name or len(name) > 200 or not name.isprintable() or set(name) & {*'/\\"'}:  # noqa: PLR2004 - as file systems have it
        raise FileRefused(name, "it needs a plain name without '/'")
    return name


def _content(name: str, value: Any, *, decode: bool) -> tuple[bytes, str]:
    """Give the bytes, and what they are if the name does not tell."""
    if decode:
        try:
            content = base64.b64decode(str(value), validate=True)
        except binascii.Error:
            raise FileRefused(name, "its content is no Base64") from None
        return content, "application/octet-stream"
    if isinstance(value, list):
        return csv_of(value).encode(), "text/csv"
    if isinstance(value, Mapping):
        text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
        return text.encode(), "application/json"
    return ("" if value is None else str(value)).encode(), "text/plain"


def csv_of(rows: Sequence[Any]) -> str:
    """Write objects with their keys as the heading, lists as they are."""
    out = io.StringIO()
    writer = csv.writer(out)
    if all(isinstance(row, Mapping) for row in rows):
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer.writerow(map(_cell, names))
        writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    else:
        lists = [row if isinstance(row, list | tuple) else [row] for row in rows]
        writer.writerows([_cell(each) for each in row] for row in lists)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Write one value; a text that a spreadsheet would run stays a text."""
    if isinstance(value, Mapping | list):
        value = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value):
        return f"'{value}"
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
