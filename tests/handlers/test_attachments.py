"""Files that workflows send."""

from datetime import date
from decimal import Decimal

import pytest

from handlers.attachments import File, FileRefused, FilesField, csv_of, read_files


@pytest.mark.parametrize(
    ("given", "content", "kind"),
    [
        ({"name": "a.txt", "content": "Grüße"}, "Grüße".encode(), "text/plain"),
        ({"name": "a", "content": None}, b"", "text/plain"),
        ({"name": "a", "content": 5}, b"5", "text/plain"),
        (
            {"name": "a", "content": {"at": date(2026, 1, 2)}},
            b'{"at": "2026-01-02"}',
            "application/json",
        ),
        (
            {"name": "a", "content": "aGk=", "base64": True},
            b"hi",
            "application/octet-stream",
        ),
        (
            {"name": "a.pdf", "content": "aGk=", "base64": True},
            b"hi",
            "application/pdf",
        ),
        ({"name": "a", "content": "x", "type": "text/calendar"}, b"x", "text/calendar"),
        ({"name": "a", "content": [[1, "b"], ["c"]]}, b"1,b\r\nc\r\n", "text/csv"),
    ],
)
def test_a_file_is_made(given, content, kind):
    assert read_files(given) == [File(given["name"], content, kind)]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("text", 'a list of {"name", "content"} is expected'),
        (["text"], 'an object with "name" and "content" is expected'),
        ([{"name": "a"}], 'an object with "name" and "content" is expected'),
        ([{"content": "a"}], "it needs a plain name without '/'"),
        ([{"name": "../a", "content": "a"}], "it needs a plain name without '/'"),
        ([{"name": "a\r\nX: b", "content": "a"}], "it needs a plain name"),
        ([{"name": 'a"; x="', "content": "a"}], "it needs a plain name"),
        ([{"name": "a", "content": "b", "size": 1}], "there is no key 'size'"),
        ([{"name": "a", "content": "?", "base64": True}], "its content is no Base64"),
        ([{"name": "a", "content": "", "type": "csv"}], "'csv' is no type such as"),
        ([{"name": "a", "content": "", "type": "a/b\r\n"}], "is no type such as"),
        ([{"name": "a", "content": ""}] * 21, "there may be 20 files at most"),
        ([{"name": "a", "content": "a" * 6_000_000}] * 2, "more than 10485760 bytes"),
    ],
)
def test_what_is_no_file_is_refused(given, sentence):
    with pytest.raises(FileRefused, match="cannot be sent: ") as found:
        read_files(given)

    assert sentence in str(found.value)


def test_objects_become_csv_with_their_keys():
    rows = [{"no": 1, "sum": Decimal("1.50")}, {"no": 2, "note": 'a "b", c'}]

    assert csv_of(rows) == 'no,sum,note\r\n1,1.50,\r\n2,,"a ""b"", c"\r\n'


def test_values_become_one_column():
    assert csv_of(["a", None, ["b", {"c": 1}]]) == 'a\r\n""\r\nb,"{""c"": 1}"\r\n'


@pytest.mark.parametrize("text", ["=1+1", "+a", "-a", "@SUM(A1)", "\t=1"])
def test_formulas_stay_texts(text):
    assert csv_of([[text]]).startswith(f"'{text}")


@pytest.mark.parametrize("text", ["-5", "+1.5", "1=1"])
def test_numbers_stay_as_they_are(text):
    assert csv_of([[text]]) == f"{text}\r\n"


def test_a_setting_is_checked_unless_it_is_an_expression():
    field = FilesField(required=False)

    assert field.clean([{"name": "a", "content": "{{ nodes.a }}"}])
    with pytest.raises(Exception, match="it needs a plain name"):
        field.clean([{"name": "", "content": "a"}])
