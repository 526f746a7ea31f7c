"""The other types of handlers, each with the forms of its method."""

import base64
import json

import pytest

from handlers.actions import aliases
from handlers.actions.contracts import types
from handlers.actions.http import split
from handlers.actions.models import HttpAlias
from tests.handlers.actions.conftest import act
from workflows.exceptions import WorkflowError


@pytest.fixture
def alias(play, server):
    """Make the alias `shop` for the server on loopback."""
    port = server.server_address[1]
    login = {"user": "ann", "password": "s3cret!"}
    return aliases.add(
        json.dumps(
            {
                "alias": "shop",
                "url": f"http://127.0.0.1:{port}",
                "headers": {"X-Shop": "yes"},
                "basic": login,
            }
        )
    )


# python


def test_python_calls_the_function(play):
    ran = play(act("python", "greet"), name="Ann")

    assert ran["greeting"] == "Hello Ann"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("forgets_to_return", {"name": "Ann", "seen": "yes"}),
        ("gives_a_dict", {"only": "this"}),
    ],
)
def test_python_may_return_other_things(play, name, expected):
    assert play(act("python", name), name="Ann").variables == expected


def test_an_exception_is_the_error(play):
    ran = play(act("python", "fails"))

    assert ran.error == "ValueError: no such article"
    assert ran["HandlerErrorMessage"] == ran.error
    assert "samples.py" in ran.steps[0].traceback


@pytest.mark.parametrize(
    "name", ["missing", "json", "SimpleSQLProvider", "b64encode", "os.system", "_x", ""]
)
def test_only_functions_of_listed_modules_are_called(play, name):
    with pytest.raises(WorkflowError, match="There is no handler function"):
        types.get("python").check(name)


def test_simpleui_is_importable_only_while_modules_load(play):
    play(act("python", "greet"))

    with pytest.raises(ModuleNotFoundError):
        __import__("ru.travelfood.simple_ui")


def test_sql_provider_of_simpleui(play):
    ran = play(act("python", "provider"))

    assert (ran["ok"], ran["bad"]) == ("true", "false")
    assert len(json.loads(ran["rows"])) == 3
    assert ran["SQLError"] == "no such table: nowhere"


@pytest.mark.parametrize(
    ("method", "joined"),
    [
        ("testargs(@ANDROID_ID,3,5)", "a1|3|5"),
        (" testargs ( x , @missing , ) ", "x||"),
    ],
)
def test_arguments_are_texts(play, method, joined):
    assert play(act("pythonargs", method), ANDROID_ID="a1")["joined"] == joined


@pytest.mark.parametrize("method", ["testargs", "testargs(1", "(1)", "1;2(3)"])
def test_arguments_need_brackets(play, method):
    assert (
        "is no method of the type 'pythonargs'" in play(act("pythonargs", method)).error
    )


def script(text):
    return base64.b64encode(text.encode()).decode()


def test_scripts_are_off(play):
    with pytest.raises(WorkflowError, match="PYTHON_SCRIPTS"):
        types.get("pythonscript").check(script("1"))
    assert "PYTHON_SCRIPTS" in play(act("pythonscript", script("1"))).error


def test_scripts_run_where_they_are_allowed(play, settings):
    settings.WORKS = {**settings.WORKS, "PYTHON_SCRIPTS": True}
    text = "hashMap.put('x', json_to_str({'a': 1})); toast('hi')"

    ran = play(act("pythonscript", script(text)))

    assert ran["x"] == '{"a": 1}'
    assert ran.lines == ["toast: skipped: no UI context"]


def test_a_script_is_base64(play, settings):
    settings.WORKS = {**settings.WORKS, "PYTHON_SCRIPTS": True}

    assert "a script in Base64" in play(act("pythonscript", "print(1)")).error


# http


@pytest.mark.parametrize(
    ("method", "parts"),
    [
        ("GET #a/b", ("GET", "#a/b", "")),
        ("get #a/b ", ("GET", "#a/b", "")),
        ('POST #a/b {"a": 1, "b": 2}', ("POST", "#a/b", '{"a": 1, "b": 2}')),
        ("POST http://x/y  text", ("POST", "http://x/y", " text")),
    ],
)
def test_a_method_is_verb_place_and_body(method, parts):
    assert split(method) == parts


@pytest.mark.parametrize("method", ["GET", "#a/b", "FETCH #a/b", ""])
def test_other_methods_are_refused(method):
    with pytest.raises(WorkflowError, match="is no method of the type 'http'"):
        split(method)


def test_an_answer_fills_the_stack(play, alias, server):
    ran = play(act("http", 'POST #shop/a?x=1 {"Code":"@code"}'), code="A7")

    told = json.loads(ran["ResultMessage"])
    assert (ran["ResultCode"], ran["ResultError"], ran.error) == ("200", "", "")
    assert (told["method"], told["body"]) == ("POST", '{"Code":"A7"}')
    assert told["query"] == {"x": "1"}
    assert told["headers"]["x-shop"] == "yes"
    assert server.told[-1]["headers"]["authorization"] == "Basic YW5uOnMzY3JldCE="
    assert told["headers"]["idempotency-key"] == "work-7-0-1"


def test_addresses_may_have_other_letters(play, alias):
    ran = play(act("http", "GET #shop/Каталог?$format=json&name=Чай"))

    assert json.loads(ran["ResultMessage"])["query"]["name"] == "Чай"


def test_a_full_address_is_called_too(play, server):
    ran = play(act("http", f"GET http://127.0.0.1:{server.server_address[1]}/x"))

    assert ran["ResultCode"] == "200"


@pytest.mark.parametrize(
    ("code", "setting", "fails"),
    [
        (200, False, False),
        (201, False, False),
        (204, False, False),
        (299, False, False),
        (300, False, True),
        (404, False, True),
        (500, False, True),
        (201, True, True),
        (200, True, False),
    ],
)
def test_statuses(play, alias, settings, code, setting, fails):
    settings.WORKS = {**settings.WORKS, "STRICT_HTTP": setting}

    ran = play(act("http", f"GET #shop/status?code={code}"))

    assert bool(ran.error) is fails
    assert ran["ResultCode"] == str(code)
    assert ran["ResultMessage"] == ("" if code == 204 else "sorry")
    assert bool(ran["ResultError"]) is fails


def test_an_alias_may_be_strict(play, alias):
    alias.strict = True
    alias.save()

    ran = play(act("http", "GET #shop/status?code=201"))

    assert ran.error == "GET #shop/status answered with status 201."


def test_a_dead_server_is_an_error(play):
    ran = play(act("http", "GET http://127.0.0.1:1/"))

    assert ran.error == "The request to '127.0.0.1' failed: Connection refused."
    assert ran["ResultError"] == ran.error


def test_private_addresses_need_permission(play, settings):
    settings.WORKFLOWS = {"HTTP_ALLOWED_HOSTS": []}

    assert "which is not public" in play(act("http", "GET http://127.0.0.1:1/")).error


@pytest.mark.parametrize(
    ("method", "sentence"),
    [
        ("GET #nobody/x", "There is no HTTP alias 'nobody'"),
        ("GET ftp://x/", "must begin with http://"),
        ("GET x", "must begin with http://"),
    ],
)
def test_addresses_are_checked_before(play, method, sentence):
    with pytest.raises(WorkflowError, match=sentence):
        types.get("http").check(method)


def test_an_empty_user_sends_no_login(play, alias):
    alias.secret = {"headers": {}, "user": "", "password": ""}
    alias.save()

    ran = play(act("http", "GET #shop/x"))

    assert "authorization" not in json.loads(ran["ResultMessage"])["headers"]


# aliases


def test_an_alias_is_replaced(alias):
    aliases.add({"alias": "shop", "url": "http://other.example/"})

    again = aliases.find("shop")
    assert (again.pk, again.url) == (alias.pk, "http://other.example/")
    assert again.secret == {}


def test_secrets_are_encrypted(alias):
    assert "s3cret" not in alias.sealed
    assert alias.secret["password"] == "s3cret!"


def test_an_old_key_is_still_read(alias, settings):
    settings.WORKFLOWS = {"SECRET_KEYS": ["new", settings.SECRET_KEY]}

    assert alias.secret["user"] == "ann"


def test_a_lost_key_is_told(alias, settings):
    settings.WORKFLOWS = {"SECRET_KEYS": ["new"]}

    with pytest.raises(WorkflowError, match="its key is gone"):
        _ = alias.secret


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "[]",
        '{"alias": "a"}',
        '{"alias": "a/b", "url": "http://x"}',
        '{"alias": "a", "url": "ftp://x"}',
        '{"alias": "a", "url": "http://x", "basic": []}',
        '{"alias": "a", "url": "http://x", "basic": "x"}',
    ],
)
def test_bad_aliases_are_refused(play, value):
    if value.endswith("[]}"):
        value = value.replace("[]", "[1]")

    with pytest.raises(WorkflowError):
        aliases.add(value)
    assert not HttpAlias.objects.exists()


# online


@pytest.fixture
def online(alias, settings):
    """Have the alias of the test server answer for the type `online`."""
    settings.WORKS = {**settings.WORKS, "ONLINE_ALIAS": "shop"}
    alias.url = alias.url.partition("/api")[0]
    alias.save()
    return alias


def test_online_sends_the_stack_and_takes_the_answer(play, online):
    ran = play(act("online", "post_goods"), a="1", b="2")

    assert (ran["a"], ran["b"], ran.error) == ("changed", "2", "")
    assert ran["path"] == "/set_input_direct/post_goods"
    assert ran["encoding"] == ""


def test_online_may_name_its_method_in_the_stack(play, online):
    ran = play(act("online", "Загрузить"), _ENCODE_ONLINE="")

    assert ran["path"] == "/set_input_direct/hashMap"
    assert ran["online_method"] == "Загрузить"


def test_online_may_be_packed(play, online):
    assert play(act("online", "post_goods"), _GZIP="")["encoding"] == "gzip"


def test_an_error_of_the_online_server_is_the_error(play, online):
    assert play(act("online", "post_goods"), refuse="1").error == "no"


def test_an_online_answer_without_a_stack_is_an_error(play, online):
    online.url += "/echo?"
    online.save()

    assert "has no 'hashmap'" in play(act("online", "post_goods")).error


def test_online_needs_its_alias(play):
    with pytest.raises(WorkflowError, match="There is no HTTP alias 'online'"):
        types.get("online").check("x")


def test_values_in_a_body_of_json_stay_in_their_quotes(play, alias):
    ran = play(
        act("http", 'POST #shop/echo {"a": "@name", "n": 1}'), name='x", "admin": "1'
    )

    body = json.loads(json.loads(ran["ResultMessage"])["body"])
    assert body == {"a": 'x", "admin": "1', "n": 1}


def test_a_body_may_be_json_only_once_it_is_filled(play, alias):
    ran = play(act("http", 'POST #shop/echo {"n": @n}'), n="5")

    assert json.loads(ran["ResultMessage"])["body"] == '{"n": 5}'


# nosql


def test_too_many_documents_are_refused_not_cut(play, monkeypatch):
    monkeypatch.setattr("handlers.actions.nosql.MOST", 2)
    three = '[{"_id": "1"}, {"_id": "2"}, {"_id": "3"}]'

    assert "more than 2 documents" in play(act("nosql", f"d c insert {three}")).error
    for key in "123":
        play(act("nosql", f'd c insert {{"_id": "{key}"}}'))
    assert "finds more than 2" in play(act("nosql", "d c all")).error
    assert play(act("nosql", 'd c find {"_id": "3"}')).error == ""


def test_documents_live(play):
    ran = play(
        act("nosql", 'db goods insert {"txt":"@word","count":1,"_id":"k1"}'),
        act("nosql", 'db goods update {"_id":"k1","count":2}'),
        act("nosql", "db goods get k1"),
        word="Чай",
    )

    assert ran.error == ""
    assert json.loads(ran["NOSQLResult"]) == {"_id": "k1", "count": 2, "txt": "Чай"}


@pytest.mark.parametrize(
    ("command", "result"),
    [
        ("get k2", {"_id": "k2", "n": 2}),
        ("get nothing", None),
        ('find {"n": 1}', [{"_id": "k1", "n": 1}]),
        ("all", [{"_id": "k1", "n": 1}, {"_id": "k2", "n": 2}]),
        ("delete k1", 1),
        ('insert {"_id":"k3"}', "k3"),
        ('insert [{"_id":"k4"},{"_id":"k5"}]', ["k4", "k5"]),
        ('update {"_id":"k9"}', None),
    ],
)
def test_commands_of_nosql(play, command, result):
    fill = 'db c insert [{"_id":"k1","n":1},{"_id":"k2","n":2}]'

    ran = play(act("nosql", fill), act("nosql", f"db c {command}"))

    assert json.loads(ran["NOSQLResult"]) == result


@pytest.mark.parametrize("method", ["db", "db c explode x", "db c insert 5"])
def test_bad_commands_of_nosql(play, method):
    assert play(act("nosql", method)).error
