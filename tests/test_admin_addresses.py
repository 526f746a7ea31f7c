"""Every address of the admin is in the table, and asks for what the table says."""

from collections import ChainMap
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.admin_pages.addresses import NOBODY, OWNER, STAFF, SUPERUSER, Kind
from tests.admin_pages.cast import make, plain
from tests.admin_pages.reading import name_of, offers
from tests.admin_pages.table import OURS, TABLE
from tests.handlers.conftest import works

__all__ = ["works"]

APPS = {"workflows", "triggers", "handlers"}
#: What a refusal may be: forbidden, not there for them, not by this method.
REFUSED = {403, 404, 405}
POLICY = "Content-Security-Policy"


@pytest.fixture(autouse=True)
def cast(db, works, settings):
    """Make everything, of a superuser who is not the only one."""
    settings.WORKFLOWS = {"COLLECTIONS": ["shop"]}
    owner = User.objects.create_superuser("owner")
    return {**make(owner, plain), "owner": owner}


@pytest.fixture
def browsers():
    """Give a browser of somebody with just these permissions."""
    made = {}

    def browser(permissions):
        key = frozenset(permissions)
        if key not in made:
            user = User.objects.create_user(f"user{len(made)}", is_staff=True)
            codes = {each.partition(".")[2] for each in key}
            user.user_permissions.set(Permission.objects.filter(codename__in=codes))
            made[key] = Client()
            made[key].force_login(user)
        return made[key]

    return browser


@pytest.fixture
def by_owner(cast):
    client = Client()
    client.force_login(cast["owner"])
    return client


def tried(client, method, path):
    """Send a request, and undo what it has done."""
    with transaction.atomic():
        response = getattr(client, method)(path)
        transaction.set_rollback(True)
    return response


def is_refused(response):
    """Tell whether it was; the stock admin leads home from what is not there."""
    home = response.status_code == 302 and response.url == reverse("admin:index")
    return response.status_code in REFUSED or home


def models():
    return [m for m in admin.site._registry if m._meta.app_label in APPS]


def views():
    return {
        permission
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for permission in [f"{model._meta.app_label}.view_{model._meta.model_name}"]
    }


def snapshot():
    """Read all that is ours, and the log."""
    kept = [m for m in apps.get_models() if m._meta.app_label in {*APPS, "admin"}]
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in kept
    }


def test_every_address_is_in_the_table():
    site = admin.site._registry
    there = {pattern.name for m in models() for pattern in site[m].urls if pattern.name}

    assert there == {address.name for address in OURS}


def test_strangers_see_nothing_and_do_nothing(browsers, cast):
    stranger, wrong = browsers([]), {}

    for address in TABLE:
        path = address.path(cast)
        if STAFF not in address.see and not is_refused(tried(stranger, "get", path)):
            wrong[str(address)] = "seen"
        if address.act and not is_refused(tried(stranger, "post", path)):
            wrong[str(address)] = "done"

    assert wrong == {}


def test_who_is_not_signed_in_is_asked_to(cast):
    nobody, wrong = Client(), {}

    for address in TABLE:
        for method in ("get", "post"):
            response = tried(nobody, method, address.path(cast))
            if not getattr(response, "url", "").startswith(reverse("admin:login")):
                wrong[f"{method} {address}"] = response.status_code

    assert wrong == {}


def test_viewers_see_and_do_nothing(browsers, cast):
    allowed = views()
    viewer, wrong = browsers(allowed), {}

    for address in TABLE:
        path = address.path(cast)
        if address.gives and set(address.see) <= allowed:
            status = tried(viewer, "get", path).status_code
            wrong |= {} if status == 200 else {f"get {address}": status}
        if address.act and not is_refused(tried(viewer, "post", path)):
            wrong[f"post {address}"] = "done"

    assert wrong == {}


def test_viewers_are_offered_only_what_they_may(browsers, cast):
    allowed = views()
    viewer, wrong = browsers(allowed), {}
    asked = ChainMap(*({each.name: each} for each in TABLE))

    for address in TABLE:
        if address.kind is not Kind.PAGE or not set(address.see) <= allowed | {STAFF}:
            continue
        path = address.path(cast)
        offered = offers(path, tried(viewer, "get", path).content.decode())
        for place in offered.links:
            found = asked.get(name_of(place))
            if found and not set(found.see) <= allowed | {STAFF, OWNER}:
                wrong[str(address)] = f"link to {place}"
        for place in offered.posts:
            found = asked.get(name_of(place))
            if found and found.act and not set(found.act) <= allowed:
                wrong[str(address)] = f"button to {place}"

    assert wrong == {}


def test_what_the_table_asks_for_is_enough(browsers, cast):
    wrong = {}

    for address in TABLE:
        if {OWNER, NOBODY, SUPERUSER} & {*address.see, *address.act}:
            continue
        path = address.path(cast)
        browser = browsers(address.permissions)
        if address.gives:
            status = tried(browser, "get", path).status_code
            wrong |= {} if status == 200 else {f"get {address}": status}
        if address.act:
            status = tried(browser, "post", path).status_code
            wrong |= {f"post {address}": status} if status in {403, 405} else {}

    assert wrong == {}


def test_owner_does_what_is_theirs(by_owner, cast):
    wrong = {}

    for address in TABLE:
        path = address.path(cast)
        if address.gives and {OWNER, SUPERUSER} & {*address.see}:
            status = tried(by_owner, "get", path).status_code
            wrong |= {} if status == 200 else {f"get {address}": status}
        if {OWNER, SUPERUSER} & {*address.act}:
            status = tried(by_owner, "post", path).status_code
            wrong |= {f"post {address}": status} if status in REFUSED else {}

    assert wrong == {}


def test_what_nobody_may_is_refused_to_all(by_owner, cast):
    closed = [each for each in TABLE if NOBODY in each.see]

    refused = [is_refused(tried(by_owner, "get", each.path(cast))) for each in closed]

    assert closed
    assert all(refused)


def test_looking_changes_nothing_and_is_guarded(by_owner, cast):
    wrong = {}

    for address in TABLE:
        with written() as rows:
            response = tried(by_owner, "get", address.path(cast))
        # Who looks at their task or message has seen it.
        if rows and OWNER not in address.see:
            wrong[str(address)] = rows
        if (response.status_code == 405) != (address.kind is Kind.EFFECT):
            wrong[str(address)] = response.status_code
        is_ours = address in OURS and response.status_code < 400
        if is_ours and POLICY not in response.headers:
            wrong[str(address)] = "without a policy"

    assert wrong == {}


@contextmanager
def written():
    """Collect the statements that change something, but for sessions."""
    found = []

    def note(execute, sql, *rest):
        if (
            sql.startswith(("INSERT", "UPDATE", "DELETE"))
            and "django_session" not in sql
        ):
            found.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield found


def test_posts_need_a_token(cast):
    client, wrong = Client(enforce_csrf_checks=True), {}
    client.force_login(cast["owner"])

    for address in TABLE:
        response = tried(client, "post", address.path(cast))
        if response.status_code != 403:
            wrong[str(address)] = response.status_code

    assert wrong == {}


def test_permissions_are_asked_of_the_object(by_owner, cast, monkeypatch):
    """Who may do everything, but nothing to these objects, is refused everywhere."""
    for model in models():
        found = admin.site._registry[model]
        for name in dir(found):
            if name.startswith("has_") and name.endswith("_permission"):
                monkeypatch.setattr(found, name, unless_asked_of_one(found, name))
    wrong = {}

    for address in OURS:
        if not set(address.about) - {"switch", "template"}:
            continue
        for method in ("get", "post"):
            if not is_refused(tried(by_owner, method, address.path(cast))):
                wrong[f"{method} {address}"] = "done"

    assert wrong == {}


def unless_asked_of_one(model_admin, name):
    asked = getattr(model_admin, name)

    def has_permission(request, obj=None):
        return obj is None and asked(request)

    return has_permission


def test_viewers_do_nothing_in_bulk(browsers, cast):
    viewer, wrong, before = browsers(views()), [], snapshot()

    for model in models():
        found = admin.site._registry[model]
        place = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        rows = [str(pk) for pk in model._base_manager.values_list("pk", flat=True)]
        for name in actions_of(found):
            viewer.post(
                reverse(place), {"action": name, "_selected_action": rows, "index": 0}
            )
            if snapshot() != before:
                wrong.append(f"{model._meta.label}: {name}")

    assert wrong == []


def actions_of(model_admin):
    own = [getattr(each, "__name__", each) for each in model_admin.actions or ()]
    return {*own, "delete_selected"}


def test_policy_is_strict(by_owner):
    place = reverse("admin:workflows_workflow_changelist")

    assert by_owner.get(place).headers[POLICY] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'"
    )


@pytest.mark.parametrize(
    "middleware",
    [
        "csp.middleware.CSPMiddleware",
        "django.middleware.csp.ContentSecurityPolicyMiddleware",
        "shop.security.ContentSecurityPolicyMiddleware",
    ],
)
def test_policy_of_the_project_holds(by_owner, cast, settings, middleware):
    place = reverse("admin:workflows_workflow_changelist")
    # It is in the settings, and not in the handler that the client has built.
    by_owner.get(place)
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]

    assert POLICY not in by_owner.get(place).headers


def test_policy_may_be_left_to_others(by_owner, settings):
    settings.WORKFLOWS = {**settings.WORKFLOWS, "CONTENT_SECURITY_POLICY": ""}

    response = by_owner.get(reverse("admin:workflows_workflow_changelist"))

    assert POLICY not in response.headers
