"""HTTP: requests to a real server on loopback, which the setting allows here."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest

from handlers.actions.models import HttpAlias
from handlers.fetching import Call, FetchFailed, fetch
from handlers.nodes.http import Http
from tests.conftest import NOW
from tests.handlers.conftest import problems, run_node
from workflows.contracts import Effect, Failed, NodeRun, Succeeded
from workflows.expressions import ScopeNames
from workflows.forms import compile_config
from workflows.secrets import seal


@pytest.fixture(scope="module")
def address(server):
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def url(address, settings):
    settings.WORKFLOWS = {"HTTP_ALLOWED_HOSTS": ["127.0.0.1"]}
    return address


def seen(answer):
    """Give what the server saw."""
    assert isinstance(answer, Succeeded), answer
    return answer.result["data"]


def test_gives_status_headers_and_data(url):
    result = run_node(Http, url=url).result

    assert result["status"] == 200
    assert result["headers"]["content-type"] == "application/json"
    assert result["data"]["method"] == "GET"


def test_sends_query_parameters(url):
    answer = run_node(Http, url=f"{url}/?a=1", query={"b": "{{ 1 + 1 }}"})

    assert seen(answer)["query"] == {"a": "1", "b": "2"}


def test_sends_headers(url):
    answer = run_node(Http, url=url, headers={"X-Number": 5, "X-Nothing": None})

    assert seen(answer)["headers"]["x-number"] == "5"
    assert "x-nothing" not in seen(answer)["headers"]


def test_repeats_carry_the_same_key(url):
    assert seen(run_node(Http, url=url))["headers"]["idempotency-key"] == "7-call-1"


@pytest.mark.parametrize(
    ("kind", "body", "content_type", "text"),
    [
        ("json", {"a": [1]}, "application/json", '{"a": [1]}'),
        (
            "form",
            {"a": 1, "b": "x y"},
            "application/x-www-form-urlencoded",
            "a=1&b=x+y",
        ),
        ("text", "Grüße", "text/plain; charset=utf-8", "Grüße"),
        ("none", "ignored", None, ""),
    ],
)
def test_sends_a_body(kind, body, content_type, text, url):
    answer = seen(run_node(Http, url=url, method="POST", body_kind=kind, body=body))

    assert (answer["headers"].get("content-type"), answer["body"]) == (
        content_type,
        text,
    )


def test_json_body_holds_dates_and_decimals(url, now):
    scope = {"trigger": {"data": {"at": now, "total": Decimal("1.50")}}}
    config = {"method": "POST", "body_kind": "json", "body": "{{ trigger.data }}"}

    body = seen(run_node(Http, scope, url=url, **config))["body"]

    assert body == '{"at": "2026-11-22T09:00:00Z", "total": "1.50"}'


def test_own_content_type_wins(url):
    config = {
        "body_kind": "text",
        "body": "<a/>",
        "headers": {"content-type": "text/xml"},
    }

    assert (
        seen(run_node(Http, url=url, method="PUT", **config))["headers"]["content-type"]
        == "text/xml"
    )


def test_sends_a_form_with_files(url):
    file = {"name": "sales.csv", "content": [{"sum": Decimal("1.50")}]}
    body = {"to": ["a", "b"], "none": None, "file": file}

    told = seen(
        run_node(Http, url=url, method="POST", body_kind="multipart", body=body)
    )

    assert told["headers"]["content-type"].startswith("multipart/form-data; boundary=")
    assert told["body"].count('form-data; name="to"') == 2
    assert 'name="file"; filename="sales.csv"' in told["body"]
    assert "Content-Type: text/csv\r\n\r\nsum\r\n1.50\r\n" in told["body"]


def test_sends_a_file(url):
    file = {"name": "a.bin", "content": "aGVsbG8=", "base64": True, "type": "x/y"}

    told = seen(run_node(Http, url=url, method="PUT", body_kind="file", body=file))

    assert (told["headers"]["content-type"], told["body"]) == ("x/y", "hello")


@pytest.mark.parametrize(
    ("kind", "body"), [("form", "x"), ("text", {"a": 1}), ("multipart", ["x"])]
)
def test_body_of_another_kind_fails(kind, body, url):
    answer = run_node(Http, url=url, body_kind=kind, body=body)

    assert f"A body of the kind '{kind}' cannot be made of" in answer.message


def test_other_status_fails_with_the_answer_as_result(url):
    answer = run_node(Http, url=f"{url}/status?code=503")

    assert answer.message == "GET 127.0.0.1 answered with status 503."
    assert (answer.result["status"], answer.result["data"]) == (503, "sorry")


@pytest.mark.parametrize(
    ("code", "permanent"), [(503, False), (429, False), (404, True), (301, False)]
)
def test_status_tells_whether_to_try_again(code, permanent, url):
    answer = run_node(Http, url=f"{url}/status?code={code}")

    assert answer.permanent is permanent


@pytest.mark.parametrize("told", ["120", "Sun, 22 Nov 2026 09:02:00 GMT"])
def test_answer_may_wish_for_a_later_try(told, url):
    answer = run_node(Http, url=f"{url}/status?code=503&after={quote(told)}")

    assert answer.retry_after == timedelta(minutes=2)


def test_connection_may_be_tried_again(url):
    refused = run_node(Http, url="http://127.0.0.1:1/")
    forbidden = run_node(Http, url="http://127.0.0.2:1/")

    assert (refused.permanent, forbidden.permanent) == (False, True)


def test_time_limit_of_the_node_holds(url):
    config = compile_config(Http.form_class, {"url": f"{url}/silent"}).render({})
    run = NodeRun(config=config, now=NOW, timeout=timedelta(milliseconds=50))

    assert "it took longer than allowed" in Http().run(run).message


@pytest.mark.parametrize("success", ["404", "2xx, 404", "4XX"])
def test_statuses_of_success_are_chosen(success, url):
    answer = run_node(Http, url=f"{url}/status?code=404", success=success)

    assert isinstance(answer, Succeeded)


def test_follows_redirects(url):
    answer = run_node(Http, url=f"{url}/redirect?to=/after", headers={"X-Secret": "s"})

    assert seen(answer)["headers"]["x-secret"] == "s"


@pytest.mark.parametrize(
    ("code", "method", "body"), [(302, "GET", ""), (303, "GET", ""), (307, "POST", "x")]
)
def test_redirect_decides_on_the_method(code, method, body, url):
    config = {"method": "POST", "body_kind": "text", "body": "x"}

    answer = seen(run_node(Http, url=f"{url}/redirect?to=/&code={code}", **config))

    assert (answer["method"], answer["body"]) == (method, body)


def test_headers_stay_with_their_origin(url, settings):
    settings.WORKFLOWS = {"HTTP_ALLOWED_HOSTS": ["127.0.0.1", "localhost", "::1"]}
    other = url.replace("127.0.0.1", "localhost")

    answer = run_node(
        Http, url=f"{url}/redirect?to={other}", headers={"Authorization": "s"}
    )

    assert "authorization" not in seen(answer)["headers"]


def test_redirect_to_an_internal_host_fails(url):
    answer = run_node(Http, url=f"{url}/redirect?to=http://127.0.0.2/")

    assert isinstance(answer, Failed)
    assert "127.0.0.2, which is not public" in answer.message


def test_redirect_to_a_file_fails(url):
    answer = run_node(Http, url=f"{url}/redirect?to=file:///etc/passwd")

    assert "must begin with http://" in answer.message


def test_endless_redirects_fail(url):
    answer = run_node(
        Http, url=f"{url}/redirect?to=/redirect?to=/redirect", redirects=1
    )

    assert "it redirects too often" in answer.message


def test_redirect_is_the_answer_if_none_are_followed(url):
    answer = run_node(Http, url=f"{url}/redirect?to=/", redirects=0, success="302")

    assert answer.result["headers"]["location"] == "/"


@pytest.mark.parametrize("path", ["large", "bomb"])
def test_too_large_response_fails(path, url, settings):
    settings.WORKFLOWS = {**settings.WORKFLOWS, "HTTP_RESPONSE_LIMIT": 1000}

    answer = run_node(Http, url=f"{url}/{path}?size=1000000")

    assert "the response is larger than 1000 bytes" in answer.message


@pytest.mark.parametrize("path", ["silent", "drip"])
def test_slow_response_fails(path, url):
    answer = run_node(Http, url=f"{url}/{path}", timeout=1)

    assert "it took longer than allowed" in answer.message


def test_refused_connection_fails(url):
    answer = run_node(Http, url="http://127.0.0.1:1/?token=secret")

    assert answer.message == "The request to '127.0.0.1' failed: Connection refused."


def test_internal_address_fails_without_the_setting(address):
    answer = run_node(Http, url=address)

    assert "HTTP_ALLOWED_HOSTS" in answer.message


def test_broken_json_is_given_as_text(url):
    answer = run_node(Http, url=f"{url}/broken")

    assert (answer.result["data"], "no valid JSON" in answer.log) == ("{oops", True)


def test_binary_data_is_given_in_base64(url):
    answer = run_node(Http, url=f"{url}/binary")

    assert (answer.result["data"], "Base64" in answer.log) == ("iVBOR/8A", True)


def test_text_is_read_by_its_charset(url):
    answer = run_node(Http, url=f"{url}/latin?type=text/plain;charset=latin-1")

    assert answer.result["data"] == "Grüße"


@pytest.mark.parametrize("path", ["latin?type=text/plain;charset=nix", "nul"])
def test_text_that_cannot_be_read_is_given_in_base64(path, url):
    assert "Base64" in run_node(Http, url=f"{url}/{path}").log


def test_json_body_that_cannot_be_written_fails(url):
    scope = {"trigger": {"data": float("nan")}}
    config = {"method": "POST", "body_kind": "json", "body": "{{ trigger.data }}"}

    answer = run_node(Http, scope, url=url, **config)

    assert "A body of the kind 'json' cannot be made of" in answer.message


def test_tls_that_is_not_accepted_fails(url):
    answer = run_node(Http, url=url.replace("http:", "https:"))

    assert "the certificate or TLS is not accepted" in answer.message


def test_time_for_all_redirects_is_bounded(url):
    with pytest.raises(FetchFailed, match="took longer than allowed"):
        fetch(Call("GET", url, timeout=0))


def test_head_has_no_data(url):
    assert run_node(Http, url=url, method="HEAD").result["data"] is None


@pytest.mark.parametrize("name", ["Host", "content-length"])
def test_header_of_the_connection_fails(name, url):
    answer = run_node(Http, url=url, headers={name: "x"})

    assert f"The header '{name}' is set by the connection" in answer.message


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-A", "a\r\nX-B: b"), ("X-A", "Ж"), ("X\n", "a"), ("", "a"), ("X A", "a")],
)
def test_header_that_cannot_be_sent_fails(name, value, url):
    answer = run_node(Http, url=url, headers={name: value})

    assert answer == Failed(
        f"The header {name!r} has a line break or another character that headers "
        "cannot carry.",
        permanent=True,
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("url", "ftp://example.com"),
        ("url", "http://ada:secret@example.com"),
        ("timeout", 1_000),
        ("success", "2xx, often"),
        ("method", "TRACE"),
        ("headers", ["x"]),
        ("expect", "answer.data.ok"),
        ("expect", "{{ answer.oops( }}"),
    ],
)
def test_wrong_setting_is_a_form_error(setting, value):
    config = {"url": "http://example.com", setting: value}

    assert setting in problems(Http, **config)


def test_url_of_an_expression_is_checked_at_run_time(url):
    scope = {"trigger": {"data": "gopher://example.com"}}

    with pytest.raises(Exception, match="must begin with http://"):
        run_node(Http, scope, url="{{ trigger.data }}")


@pytest.mark.parametrize(
    ("expect", "succeeds"),
    [
        ("{{ answer.data.method == 'GET' }}", True),
        ("{{ answer.data.method == trigger.data }}", False),
        ("{{ answer.data.method }}", False),
    ],
)
def test_an_expression_decides_too(expect, succeeds, url):
    answer = run_node(Http, {"trigger": {"data": "PUT"}}, url=url, expect=expect)

    assert isinstance(answer, Succeeded if succeeds else Failed)
    assert answer.result["status"] == 200


def test_answer_that_is_not_as_expected_says_so(url):
    answer = run_node(Http, url=url, expect="{{ answer.data.nix == 1 }}")
    other = run_node(Http, url=url, expect="{{ answer.status == 201 }}")

    assert answer.message.startswith('In "{{ answer.data.nix == 1 }}"')
    assert other.message == "GET 127.0.0.1 answered, but not as expected."


# Aliases.


@pytest.fixture
def alias(url, db):
    """Make the alias `shop` for the server on loopback, with this login."""

    def alias(path="", **secret):
        return HttpAlias.objects.create(
            name="shop", url=url + path, sealed=seal(secret)
        )

    return alias


@pytest.mark.parametrize(
    ("secret", "header", "value"),
    [
        ({"user": "ann", "password": "s3cret!"}, "authorization", "Basic YW5uOnMz"),
        ({"token": "t0ken!"}, "authorization", "Bearer t0ken!"),
        ({"token": "t0ken!", "token_place": "header"}, "x-api-key", "t0ken!"),
        (
            {"token": "t0ken!", "token_place": "header", "token_name": "X-Key"},
            "x-key",
            "t0ken!",
        ),
        ({"headers": {"X-Client": "ours"}}, "x-client", "ours"),
    ],
)
def test_alias_brings_its_login(secret, header, value, alias, server):
    alias(**secret)

    assert isinstance(run_node(Http, url="#shop/orders"), Succeeded)
    assert server.told[-1]["headers"][header].startswith(value)


def test_token_goes_into_the_query(alias, server):
    alias(token="a b&c=d", token_place="query", token_name="key")

    run_node(Http, url="#shop/orders?page=2", query={"size": 5})

    assert server.told[-1]["query"] == {"page": "2", "key": "a b&c=d", "size": "5"}


def test_token_goes_into_the_address(alias, url):
    alias("/status?code=404&{token}", token="T0/B0/sec ret", token_place="url")

    answer = run_node(Http, url="#shop", method="POST")

    assert answer.message == "POST #shop answered with status 404."


def test_login_of_the_alias_wins(alias, server):
    alias(token="t0ken!")

    run_node(Http, url="#shop/", headers={"authorization": "{{ 'Basic x' }}"})

    assert server.told[-1]["headers"]["authorization"] == "Bearer t0ken!"


def test_login_is_hidden_in_what_comes_back(alias):
    alias(user="ann", password="s3cret!", token="t0ken-of-ann")

    answer = run_node(Http, url="#shop/?echo=s3cret!", query={"a": "t0ken-of-ann"})

    assert "s3cret" not in str(answer)
    assert "t0ken-of-ann" not in str(answer)
    assert answer.result["data"]["headers"]["authorization"] == "•••"


def test_login_stays_with_its_host(alias, url, settings, server):
    settings.WORKFLOWS = {"HTTP_ALLOWED_HOSTS": ["127.0.0.1", "localhost", "::1"]}
    other = url.replace("127.0.0.1", "localhost")
    alias(token="t0ken!", token_place="query")

    run_node(Http, url=f"#shop/redirect?to={other}/after")

    assert server.told[-1]["query"] == {}
    assert "t0ken!" not in str(server.told[-1])


def test_unknown_alias_fails(url, db):
    answer = run_node(Http, url="#nix/a")

    assert answer.message == (
        "There is no HTTP alias 'nix'. Add it in the admin or by HTTPAddAlias."
    )


def test_unknown_alias_is_found_while_it_is_edited(db):
    form = Http.form_class.for_config({"url": "#nix/a"}, scope=ScopeNames())

    assert dict(form.problems())["url"].startswith("There is no HTTP alias 'nix'.")
    assert problems(Http, url="#nix/a") == {}


def test_constant_login_is_refused_while_it_is_edited():
    config = {"url": "http://example.com", "headers": {"Authorization": "Bearer x"}}
    form = Http.form_class.for_config(config, scope=ScopeNames())

    assert "Make an HTTP alias with this login" in dict(form.problems())["headers"]


def test_definition_and_history_hold_no_login(alias, make_version, run):
    alias(user="ann", password="s3cret!")
    version = make_version({"key": "a", "type": "http", "config": {"url": "#shop/"}})

    execution = run(version)

    job = execution.jobs.get()
    kept = f"{version.definition} {execution.reason} {job.__dict__}"
    assert execution.status == "succeeded"
    assert "s3cret" not in kept
    assert "YW5uOnMzY3JldCE=" not in kept


def test_effect_is_outside():
    assert Http.effect is Effect.OUTSIDE


def test_next_node_reads_the_answer(url, make_version, run):
    call = {"key": "call", "type": "http", "config": {"url": url}}
    config = {"value": "{{ nodes.call.data.headers['idempotency-key'] }}"}
    after = {"key": "after", "type": "calculation", "config": config}

    execution = run(make_version(call, after))

    assert execution.jobs.get(node_key="after").result == f"{execution.pk}-call-1"
