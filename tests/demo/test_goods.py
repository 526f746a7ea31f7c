"""The document's own example: load goods by HTTP, insert them, speak."""

import threading

import pytest

from demo.shop import goods
from handlers.actions.databases import execute
from handlers.actions.models import HttpAlias
from handlers.actions.session import Session
from handlers.actions.stack import HashMap
from handlers.outbox.models import PageCommand
from handlers.work.crew import run_due
from handlers.work.models import Work, WorkStep
from handlers.work.starting import start_work
from tests.conftest import NOW
from tests.handlers.device import lacks
from tests.handlers.outbox.test_outbox import a_page
from tests.handlers.work.conftest import Time, a_worker
from workflows import clock
from workflows.contracts import Hands

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def service(settings):
    """Start the service of goods on a free port."""
    settings.WORKFLOWS = {"HTTP_ALLOWED_HOSTS": ["127.0.0.1"]}
    server = goods.server(0)
    threading.Thread(target=server.serve_forever, args=(0.02,)).start()
    goods.prepare(server.server_address[1])
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def time():
    with clock.at(NOW):
        yield Time()


@pytest.fixture
def go(time):
    worker = a_worker()
    hands = Hands(worker.pk, str(worker), time, lambda: False)

    def go(work):
        run_due(hands)
        work.refresh_from_db()
        return work.state

    return go


def stored():
    session = Session(HashMap(), lambda: NOW)
    execute(session, "select count(*) as n from goods")
    return int(execute(session, "select count(*) as n from goods")[7:-2])


def test_goods_are_loaded_and_spoken_of(service, go):
    page = a_page()

    assert go(goods.load()) == "succeeded"
    assert stored() == len(goods.goods())
    said = PageCommand.objects.get(page=page)
    assert (said.name, said.value) == ("speak", {"text": "Данные загружены"})


def test_without_a_page_it_succeeds_all_the_same(service, go):
    assert go(goods.load()) == "succeeded"
    assert "skipped: no UI context" in WorkStep.objects.last().log


def test_it_waits_for_its_conditions(service, go, time):
    lacks("CHARGING")
    work = goods.load()

    assert (go(work), work.unmet) == ("enqueued", ["CHARGING"])
    lacks()
    time.forward(seconds=20)
    assert go(work) == "succeeded"


def test_it_retries_while_the_service_is_down(service, go, time):
    HttpAlias.objects.update(url="http://127.0.0.1:1")
    work = goods.load()

    assert (go(work), stored()) == ("retry", 0)
    assert WorkStep.objects.count() == 1
    time.forward(seconds=30)
    assert go(work) == "retry"
    address = f"http://127.0.0.1:{service.server_address[1]}"
    HttpAlias.objects.update(url=address)
    time.forward(seconds=60)
    assert (go(work), work.attempts) == ("succeeded", 3)
    assert stored() == len(goods.goods())


def test_handlers_of_the_demo_start_it_too(service, go, time):
    for name in ("init", "load_goods"):
        work = start_work([{"type": "python", "method": name}])
        assert go(work) == "succeeded"

    assert Work.objects.get(tag=goods.TAG).state == "succeeded"
