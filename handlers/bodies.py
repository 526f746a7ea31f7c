"""Bodies of HTTP requests: what a kind makes of a value, and how it is called."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _
from urllib3 import encode_multipart_formdata

from handlers.attachments import read_file
from workflows.exceptions import WorkflowError


class BodyKind(models.TextChoices):
    """What a body is."""

    NONE = "none", _("none")
    JSON = "json", "JSON"
    FORM = "form", _("form")
    MULTIPART = "multipart", _("form with files")
    TEXT = "text", _("text")
    FILE = "file", _("a file")


class BodyRefused(WorkflowError):
    """A body that its kind cannot express."""

    def __init__(self, kind: str, body: object) -> None:
        super().__init__(
            f"A body of the kind '{kind}' cannot be made of {str(body)[:50]!r} "
            f"({type(body).__name__})."
        )


def encoded(kind: str, body: Any) -> tuple[bytes | None, str]:
    """Give the bytes of a body and its content type; raise `BodyRefused`."""
    match kind:
        case BodyKind.JSON:
            return _json(body), "application/json"
        case BodyKind.FORM:
            fields = urlencode(_mapping(kind, body), doseq=True)
            return fields.encode(), "application/x-www-form-urlencoded"
        case BodyKind.MULTIPART:
            return encode_multipart_formdata(list(_parts(_mapping(kind, body))))
        case BodyKind.TEXT:
            return _text(body), "text/plain; charset=utf-8"
        case BodyKind.FILE:
            file = read_file(body)
            return file.content, file.content_type
        case _:
            return None, ""


def _json(body: Any) -> bytes:
    try:
        return json.dumps(body, cls=DjangoJSONEncoder, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise BodyRefused(BodyKind.JSON, body) from error


def _mapping(kind: str, body: Any) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise BodyRefused(kind, body)
    return body


def _parts(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give the fields one by one; an object is a file, a list is one field often."""
    for name, value in body.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping):
                file = read_file(each)
                yield name, (file.name, file.content, file.content_type)
            else:
                yield name, "" if each is None else str(each)


def _text(body: Any) -> bytes:
    if isinstance(body, Mapping | list):
        raise BodyRefused(BodyKind.TEXT, body)
    return ("" if body is None else str(body)).encode()
