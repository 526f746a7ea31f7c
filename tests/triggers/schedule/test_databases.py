"""Collections on another database than the schedules."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connections, transaction

from demo.shop.models import Customer, Order
from tests.nodes import node
from triggers.models import Schedule
from triggers.schedule.explaining import explain
from triggers.schedule.trigger import ScheduleTrigger
from workflows import services
from workflows.contracts import CalendarQuery, Subscription
from workflows.engine import register
from workflows.models import Execution, Worker

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "elsewhere"])


class ShopElsewhere:
    """Routes the shop to the second database."""

    def db_for_read(self, model, **hints):
        return "elsewhere" if model._meta.app_label == "shop" else None

    db_for_write = db_for_read


class ShopWithReplica:
    """Reads the shop from a replica that knows nothing yet."""

    def db_for_read(self, model, **hints):
        return "elsewhere" if model._meta.app_label == "shop" else None

    def db_for_write(self, model, **hints):
        return "default"


@pytest.fixture
def routed(settings):
    settings.DATABASE_ROUTERS = [ShopElsewhere()]


@pytest.fixture(autouse=True)
def clock(time, monkeypatch):
    monkeypatch.setattr("workflows.clock.now", lambda: time.now)


@pytest.fixture
def watch(enable):
    def watch(*nodes, **config):
        fields = {"mode": "field", "collection": "shop.order"}
        return enable(*nodes, **fields, start_field="created_at", **config)

    return watch


@pytest.fixture
def order(at):
    """Create an order from so many seconds after the beginning."""

    def order(seconds, using="elsewhere", **values):
        customers = Customer.objects.using(using)
        ada, _ = customers.get_or_create(name="Ada", email="ada@example.com")
        values = {"customer_id": ada.pk, "created_at": at(seconds), **values}
        return Order.objects.using(using).create(**values)

    return order


def armed():
    return list(Schedule.objects.filter(kind="record").values_list("record", flat=True))


class Outage:
    """Lets the second database answer nothing, while it lasts."""

    lasting = False

    def __call__(self, execute, *arguments):
        if self.lasting:
            raise OperationalError("no route to host")
        return execute(*arguments)


@pytest.fixture
def outage(monkeypatch):
    # The database of tests is in memory: without its connection it would be gone.
    monkeypatch.setattr(connections["elsewhere"], "close", lambda: None)
    outage = Outage()
    with connections["elsewhere"].execute_wrapper(outage):
        yield outage
        outage.lasting = False


def test_a_saved_record_is_planned_and_fires(routed, watch, time, order):
    watch(node("echo", "{{ trigger.data.id }}"))
    time.go(1)

    saved = order(5)
    assert armed() == [str(saved.pk)]
    time.go(20)

    assert time.seconds() == [5]
    assert Execution.objects.get().jobs.get().result == saved.pk


def test_records_that_nobody_announced_are_found(routed, watch, time, order, at):
    watch()
    order(10_000)
    time.go(1)

    Order.objects.update(created_at=at(40))
    time.go(60)

    assert time.seconds() == [40]


def test_preloaded_relations_come_from_there(routed, watch, time, order):
    watch(preload=["customer"])
    order(5)

    time.go(20)

    assert Execution.objects.get().context["data"]["customer"]["name"] == "Ada"


def test_a_record_is_planned_after_the_commit_of_its_database(
    routed, watch, time, order
):
    watch()
    with transaction.atomic(using="elsewhere"):
        saved = order(5)
        assert armed() == []

    assert armed() == [str(saved.pk)]


def test_a_rolled_back_save_leaves_nothing(routed, watch, time, order):
    watch()
    with transaction.atomic(using="elsewhere"):
        order(5)
        transaction.set_rollback(True, using="elsewhere")

    assert armed() == []


def test_what_was_committed_counts_not_what_was_saved_last(routed, watch, time, order):
    watch()
    with transaction.atomic(using="elsewhere"):
        saved = order(5)
        saved.created_at += timedelta(seconds=90)
    time.go(20)

    assert time.seconds() == [5]


def test_a_deleted_record_fires_no_more(routed, watch, order):
    watch()
    order(5).delete()

    assert armed() == []


def test_a_rolled_back_deletion_keeps_the_plan(routed, watch, time, order):
    watch()
    saved = order(5)
    with transaction.atomic(using="elsewhere"):
        saved.delete()
        transaction.set_rollback(True, using="elsewhere")
    time.go(20)

    assert time.seconds() == [5]


def test_equal_keys_on_two_databases_are_not_mixed_up(routed, watch, time, order, at):
    watch()
    there = order(9, using="default", pk=order(5).pk)
    there.created_at = at(7)
    there.save(using="default")
    there.delete(using="default")

    time.go(30)

    assert time.seconds() == [5]


def test_a_save_elsewhere_is_no_matter_of_the_collection(watch, time, order):
    watch()
    order(5, using="elsewhere")

    time.go(30)

    assert (time.seconds(), armed()) == ([], [])


def test_a_replica_that_lags_behind_is_not_asked(settings, watch, time, order):
    settings.DATABASE_ROUTERS = [ShopWithReplica()]
    watch()
    order(5, using="default")

    time.go(30)

    assert time.seconds() == [5]


def test_a_manual_run_reads_the_record_there(routed, watch, order, now):
    version = watch()

    execution = services.run_manually(version, {"record": order(5).pk}, now)

    assert execution.context["data"]["number"] == Order.objects.get().number


def test_saving_goes_on_while_the_schedules_do_not_answer(
    routed, watch, order, monkeypatch
):
    watch()
    monkeypatch.setattr("triggers.schedule.saving._plan", raising)

    assert order(5).pk
    assert armed() == []


def raising(*_):
    raise OperationalError("no route to host")


def test_a_database_that_is_down_stops_no_other_schedule(
    routed, watch, enable, time, at, outage
):
    watch()
    other = enable(starts_at=at(3))
    outage.lasting = True

    time.go(10)

    assert time.seconds(version=other.pk) == [3]


def test_a_database_that_is_down_is_named(routed, watch, time, outage):
    version = watch()
    register(Worker.Kind.SCHEDULER, time.now)
    outage.lasting = True

    time.go(10)

    assert explain(version, time.now) == (
        "The database 'elsewhere', where 'shop.order' is, cannot be read: "
        "no route to host. It tries again at 2026-11-22 09:00:15."
    )


def test_a_preview_says_that_the_database_is_down(routed, watch, now, outage):
    version = watch()
    subscription = Subscription(version.workflow_id, version.pk, version.trigger_config)
    outage.lasting = True

    preview = ScheduleTrigger().preview(subscription, now)

    assert "'elsewhere', where 'shop.order' is, cannot be read" in preview.remarks[0]


def test_a_calendar_leaves_out_what_cannot_be_read(routed, watch, enable, at, outage):
    watch()
    other = enable(starts_at=at(30))
    outage.lasting = True

    query = CalendarQuery([at(0), at(60)], at(0), most=10, each=10, counted=10)
    calendar = ScheduleTrigger().calendar(query)

    assert [planned.version_id for planned in calendar.runs] == [other.pk]


@pytest.mark.parametrize(
    ("misfire", "fired", "missed"), [("skip", [], [20]), ("all", [20], [])]
)
def test_what_came_due_while_it_was_down_is_missed(
    routed, watch, time, order, outage, misfire, fired, missed
):
    watch(misfire_grace=0, misfire=misfire)
    order(20)
    time.go(1)
    outage.lasting = True
    time.go(30)
    outage.lasting = False
    time.go(30)

    assert (time.seconds(), time.missed()) == (fired, missed)
    assert not Schedule.objects.exclude(error="").exists()


def test_a_repetition_goes_on_where_it_was(routed, watch, time, order, outage):
    watch(repeat=10, misfire="all")
    order(5)
    outage.lasting = True
    time.go(12)
    outage.lasting = False

    time.go(30)

    assert time.seconds() == [5, 15, 25, 35]


def test_a_record_that_moved_meanwhile_waits_for_its_new_time(
    routed, watch, time, order, outage, at
):
    watch()
    order(5)
    outage.lasting = True
    time.go(12)
    outage.lasting = False
    Order.objects.update(created_at=at(50))

    time.go(60)

    assert time.seconds() == [50]
