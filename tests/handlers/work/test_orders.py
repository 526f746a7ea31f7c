"""The commands that start works, in each documented form, and what is refused."""

import json

import pytest

from handlers.actions import aliases
from handlers.work.models import Work
from handlers.work.orders import read_periodic, read_start, read_transfer
from handlers.work.starting import COMMANDS
from handlers.work.states import Kind
from tests.handlers.work.conftest import WELL, act
from workflows.exceptions import WorkflowError

pytestmark = pytest.mark.usefixtures("db", "works")


@pytest.mark.parametrize(
    "value",
    [
        {"work": WELL, "tag": "t"},
        json.dumps({"work": WELL, "tag": "t"}),
        json.dumps({"work": json.dumps(WELL), "tag": "t"}),
        json.dumps({"work": WELL, "tag": "t"}) + ";",
        str({"work": WELL, "tag": "t"}),
        {"work": str(WELL), "tag": "t", "conditions": None},
    ],
)
def test_start_work_is_read_in_each_form(value):
    order = read_start(value)

    assert (order.kind, order.tag, len(order.actions)) == (Kind.ONCE, "t", 1)
    assert (order.retry, order.conditions) == (None, None)


@pytest.mark.parametrize(
    ("retry", "expected"),
    [(True, True), ("true", True), (1, True), (False, False), ("", False)],
)
def test_retry_may_be_written_in_words(retry, expected):
    assert read_start({"work": WELL, "retry": retry}).retry is expected


def test_conditions_may_end_in_a_semicolon():
    order = read_start({"work": WELL, "conditions": "CHARGING;"})

    assert order.conditions == ("CHARGING",)


def test_a_number_may_be_a_tag():
    assert read_start({"work": WELL, "tag": 5}).tag == "5"


@pytest.mark.parametrize(
    ("period", "minutes", "note"),
    [
        (15, 15, ""),
        ("20", 20, ""),
        (60, 60, ""),
        (14, 15, "The period of 14 minutes was lengthened to 15."),
        ("1", 15, "The period of 1 minutes was lengthened to 15."),
        (0.5, 15, "The period of 0.5 minutes was lengthened to 15."),
    ],
)
def test_periods_are_at_least_fifteen_minutes(period, minutes, note):
    order = read_periodic({"work": WELL, "period": period, "tag": "p"})

    assert (order.period, order.note) == (minutes, note)


def test_a_periodic_work_is_not_retried():
    order = read_periodic({"work": WELL, "period": 15, "retry": True})

    assert (order.retry, order.note[:31]) == (False, "A periodic work is not retried:")


@pytest.mark.parametrize("kind", [Kind.UPLOAD, Kind.DOWNLOAD])
def test_transfers_are_read(kind):
    post = [act("set", "toast=@ResultError")]
    request = {
        "url": "http://127.0.0.1:1/x",
        "file": "in/a.bin",
        "headers": {"X": "1"},
        "basic": {"user": "u", "password": "p"},
        "postExecute": post,
    }

    order = read_transfer(
        {"request": request, "tag": "t", "title": "A", "body": "B"}, kind
    )

    assert (order.title, order.retry, order.request.file) == ("A B", True, "in/a.bin")
    assert order.request.method == ("POST" if kind == Kind.UPLOAD else "GET")
    assert set(order.request.headers) == {"X", "Authorization"}
    assert order.request.as_json().keys() == {"url", "method", "file", "postExecute"}


def test_an_explicit_login_is_sent_as_it_is():
    request = {"url": "http://127.0.0.1:1/x", "file": "a", "auth": "Basic QQ=="}

    order = read_transfer({"request": request}, Kind.DOWNLOAD)

    assert order.request.headers == {"Authorization": "Basic QQ=="}


def transfer(**request):
    full = {"url": "http://127.0.0.1:1/x", "file": "a.bin", **request}
    return "StartDownloadWorkRequest", {"request": full}


def start(*actions, **keys):
    return "StartWork", {"work": list(actions), **keys}


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("StartWork", "no json"), "StartWork is not valid JSON"),
        (("StartWork", "5"), "an object is expected"),
        (("StartWork", "[]"), "an object is expected"),
        (("StartWork", "{}"), "'work', the array of handlers, is missing"),
        (start(), "'work' is empty"),
        (("StartWork", {"work": ""}), "work is not valid JSON"),
        (start(act("cobol", "x")), "no type 'cobol'"),
        (start(act("js", "x")), "type 'js' are not supported here"),
        (start(act("pelican", "x")), "type 'pelican' are not supported here"),
        (start(act("onlinews", "x")), "type 'onlinews' are not supported here"),
        (start(act("pythonscript", "eA==")), "PYTHON_SCRIPTS"),
        (start(act("python", "missing")), "no handler function 'missing'"),
        (start(act("http", "GET #nobody/x")), "no HTTP alias 'nobody'"),
        (
            start(act("set", "a=1", postExecute=[act("http", "GET #no/x")])),
            "alias 'no'",
        ),
        (start(act("online", "x")), "no HTTP alias 'online'"),
        (start(act("nosql", "x")), "is no method of the type 'nosql'"),
        (start(*WELL, conditions="SUNNY"), "no condition 'SUNNY'"),
        (start(*WELL, tag="x" * 201), "'tag' must be a text of 200"),
        (start(*WELL, tag=["x"]), "'tag' must be a text"),
        (start(*WELL, retry="perhaps"), "'retry' must be true or false"),
        (start(*WELL, exists="append"), "'exists' may be keep or replace"),
        (start(*WELL, priority=5), "there is no key 'priority'"),
        (start(act("set", "a=" + "x" * 10_000_000)), "larger than 1048576 bytes"),
        (("StartWork", "[" * 10_000_000), "larger than 1048576 bytes"),
        (("StartWork", {"work": {1, 2}}), "cannot be written as JSON"),
        (("StartPeriodicWork", {"work": WELL}), "must be a number"),
        (("StartPeriodicWork", {"work": WELL, "period": "often"}), "must be a number"),
        (("StartPeriodicWork", {"work": WELL, "period": 0}), "from 1 to"),
        (("StartPeriodicWork", {"work": WELL, "period": -5}), "from 1 to"),
        (("StartPeriodicWork", {"work": WELL, "period": "inf"}), "must be a number"),
        (("StartPeriodicWork", {"work": WELL, "period": 10**9}), "from 1 to"),
        (("StartDownloadWorkRequest", {}), "'request' must be an object"),
        (transfer(url=""), "'url' of the request must be a text"),
        (transfer(file=None), "'file' of the request must be a text"),
        (transfer(file="../a"), "is refused"),
        (transfer(file="a/../../b"), "is refused"),
        (transfer(file="/etc/passwd"), "is refused"),
        (transfer(file="a\\b"), "is refused"),
        (transfer(url="file:///etc/passwd"), "must begin with http"),
        (transfer(url="http://u:p@x/"), "holds a user or a password"),
        (transfer(url="#nobody/x"), "no HTTP alias 'nobody'"),
        (transfer(method="STEAL"), "'method' of the request may be"),
        (transfer(headers=[1]), "'headers' and 'basic' are objects"),
        (transfer(postExecute=[act("cobol", "x")]), "no type 'cobol'"),
    ],
)
def test_bad_input_is_refused_and_leaves_nothing(command, sentence, works):
    name, value = command

    with pytest.raises(WorkflowError, match=sentence):
        COMMANDS[name](value)
    assert not Work.objects.exists()
    assert not list(works.rglob("*.*"))


def test_an_alias_that_the_work_adds_need_not_be_there():
    add = act("set", 'HTTPAddAlias={"alias":"a","url":"http://x"}')

    assert read_start({"work": [add, act("http", "GET #a/x")]}).actions


def test_an_alias_is_known(works):
    aliases.add({"alias": "a", "url": "http://127.0.0.1:1"})

    assert read_start({"work": [act("http", "GET #a/x")]}).actions


def test_links_that_lead_outside_are_refused(works, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (works / "files").mkdir()
    (works / "files" / "link").symlink_to(outside)

    with pytest.raises(WorkflowError, match="is refused"):
        COMMANDS["StartDownloadWorkRequest"](transfer(file="link/a")[1])
