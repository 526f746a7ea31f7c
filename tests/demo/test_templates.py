"""Each example does on the data of the shop what it says, from its start to its end."""

import threading
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client

from demo.shop import examples, goods
from demo.shop.models import Customer, ExchangeRate, Order, OrderLine, Product, Refund
from demo.shop.sales import pay, place
from demo.shop.seeding import seed
from handlers.actions.databases import execute
from handlers.actions.session import Session
from handlers.actions.stack import HashMap
from handlers.people.answering import Answer, answer
from handlers.people.models import HumanTask
from handlers.people.pollers import CloseTasks
from handlers.work.crew import run_due
from tests.conftest import NOW, drain
from tests.handlers.work.conftest import Time, a_worker
from tests.nodes import node
from tests.triggers.schedule.conftest import Time as Clock
from triggers.models import Webhook
from triggers.schedule.firing import FireSchedules
from workflows import clock, registry, services
from workflows.contracts import Hands
from workflows.models import Execution, Workflow

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("at_noon")


@pytest.fixture
def at_noon(db, settings):
    settings.WORKFLOWS = {
        "COLLECTIONS": ["shop"],
        "HTTP_ALLOWED_HOSTS": ["127.0.0.1"],
    }
    with clock.at(NOW):
        yield


@pytest.fixture
def enabled():
    """Make the workflow of a template and enable it."""

    def enabled(name, now=NOW):
        return services.enable(services.create_from_template(name), now)

    return enabled


@pytest.fixture
def service():
    """Start the service of the goods, of rates and of the store."""
    goods.Goods.tries.clear()
    server = goods.server(0)
    threading.Thread(target=server.serve_forever, args=(0.02,)).start()
    goods.prepare(server.server_address[1])
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def people():
    """Ann is in sales, Max is a manager."""
    cast = {}
    for name, group in (("ann", "sales"), ("max", "managers")):
        cast[name] = User.objects.create_user(name, is_staff=True)
        cast[name].groups.add(Group.objects.create(name=group))
    return cast


@pytest.fixture
def order(make_order):
    return make_order(number="A-1", total=Decimal("250.00"))


def only(**criteria):
    return Execution.objects.get(**criteria)


def says(name, outcome, now):
    share = HumanTask.objects.latest("pk").shares.get(user__username=name)
    answer(share, Answer(outcome, {}, ""), share.user, now)
    drain(now)


def fire(moment):
    """Let the scheduler and the workers look at this moment."""
    with clock.at(moment):
        FireSchedules().drain(moment)
        drain(moment)


def let_pass(moment):
    """Let time pass until then: deadlines end, executions go on."""
    CloseTasks().drain(moment)
    with clock.at(moment):
        drain(moment)


@pytest.mark.parametrize("template", list(registry.templates), ids=lambda t: t.name)
def test_template_is_valid(template):
    goods.prepare()

    version = services.create_from_template(template.name)

    assert services.problems_of(version) == []


@pytest.mark.parametrize("template", list(registry.templates), ids=lambda t: t.name)
def test_template_says_what_its_document_says(template):
    document = examples.document(template.name)

    assert document["title"] == str(template.title)
    assert document["description"] == str(template.description)


def test_there_are_a_dozen_and_more():
    assert len(list(registry.templates)) >= 14


def test_store_is_told_once_when_a_product_runs_low(enabled):
    enabled("low-stock")
    product = Product.objects.create(name="Tea", price=5, stock=12)

    for stock in (11, 9, 8):
        product.stock = stock
        product.save()
    drain()

    [message] = mail.outbox
    assert message.subject == "Tea runs low"
    assert "Only 9 of Tea are left; there were 11." in message.body


def test_report_adds_up_the_day(enabled, shop):
    enabled("daily-report")
    evening = NOW.replace(hour=18)
    seed(evening, 40, Random(2), add=True)
    today = Order.objects.filter(paid_at__gte=NOW.replace(hour=0, minute=0))
    expected = sum(order.total for order in today.filter(paid_at__lte=evening))
    number = today.count()
    assert number

    Clock().go(hours=9)

    [message] = mail.outbox
    assert message.subject == f"{number} orders paid today"
    assert f"Turnover: {expected}" in message.body
    best = OrderLine.objects.filter(order__in=today).values_list("product__name")
    assert any(name in message.body for (name,) in best)


def test_posted_order_is_created_and_answered(enabled):
    version = enabled("webhook-order")
    token = Webhook.objects.get(workflow=version.workflow_id).secrets["token"]
    sent = {"number": "W-7", "name": "Eve", "email": "eve@example.com", "total": "9.50"}
    client = Client(headers={"Idempotency-Key": "W-7"})

    answers = [
        client.post(f"/hooks/{token}/", sent, "application/json") for _ in range(2)
    ]

    created = Order.objects.get()
    assert (created.customer.email, created.total) == (
        "eve@example.com",
        Decimal("9.5"),
    )
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json()["output"] == {"order": created.pk, "number": "W-7"}


def test_posted_order_finds_its_customer(enabled, customer):
    version = enabled("webhook-order")
    token = Webhook.objects.get(workflow=version.workflow_id).secrets["token"]
    sent = {"number": "W-8", "name": "?", "email": customer.email, "total": 1}

    Client().post(f"/hooks/{token}/", sent, "application/json")

    assert Order.objects.get().customer == customer


def test_rates_are_fetched_and_kept(enabled, service):
    enabled("currency-rates")
    ExchangeRate.objects.create(currency="USD", rate=1)
    time = Clock()

    time.go(days=2)

    assert {each.currency: float(each.rate) for each in ExchangeRate.objects.all()} == (
        goods.RATES
    )
    assert set(Execution.objects.values_list("status", flat=True)) == {"succeeded"}


@pytest.mark.parametrize(
    ("outcome", "status"), [("approve", "granted"), ("reject", "refused")]
)
def test_manager_decides_about_a_refund(enabled, people, order, outcome, status):
    enabled("refund-approval")
    refund = Refund.objects.create(order=order, amount=25, reason="Broken")
    drain()

    says("max", outcome, NOW + HOUR)

    refund.refresh_from_db()
    assert refund.status == status
    assert only().status == "succeeded"
    news = [each.to for each in mail.outbox if "refund for A-1" in each.subject]
    assert bool(news) is (outcome == "approve")


def test_refund_is_refused_when_nobody_decides(enabled, people, order):
    enabled("refund-approval")
    refund = Refund.objects.create(order=order, amount=25)
    drain()

    let_pass(NOW + 2 * DAY + HOUR)

    refund.refresh_from_db()
    assert refund.status == "refused"
    assert mail.outbox[-1].subject == "Nobody decided about a refund"


def test_customer_is_reminded_three_days_before(enabled, make_order):
    enabled("delivery-reminder")
    day = (NOW + 5 * DAY).date()
    make_order(number="A-1", status="paid", delivery_on=day)
    make_order(number="A-2", status="cancelled", delivery_on=day)
    moment = NOW.replace(hour=0) + 2 * DAY

    for passed in (NOW, moment - MINUTE):
        fire(passed)
    assert mail.outbox == []
    fire(moment)

    [message] = mail.outbox
    assert message.to == ["ada@example.com"]
    assert "A-1" in message.subject


def test_store_is_told_after_some_failures(enabled, service, order):
    enabled("flaky-service")
    moments = [NOW, NOW + timedelta(seconds=10), NOW + timedelta(seconds=40)]

    pay(order, NOW)
    for moment in moments:
        drain(moment)

    assert sum(goods.Goods.tries.values()) == goods.FAILURES + 1
    assert only().status == "succeeded"
    assert mail.outbox == []


def test_owner_hears_of_a_store_that_never_answers(
    enabled, service, order, monkeypatch
):
    monkeypatch.setattr(goods, "FAILURES", 99)
    enabled("flaky-service")
    pay(order, NOW)

    for minutes in range(20):
        drain(NOW + timedelta(minutes=minutes))

    assert sum(goods.Goods.tries.values()) == 4
    assert "does not know order A-1" in mail.outbox[0].subject


def test_every_customer_is_thanked_by_a_workflow_of_its_own(enabled, shop):
    version = services.create_from_template("thank-everybody")
    paid = Customer.objects.filter(orders__paid_at__isnull=False).distinct()

    services.run_manually(version, {}, NOW)
    drain()

    children = Execution.objects.filter(workflow__title="Thank a customer")
    assert children.count() == Customer.objects.count()
    assert only(version=version).output == Customer.objects.count()
    assert {each.to[0] for each in mail.outbox} == set(
        paid.values_list("email", flat=True)
    )


def test_child_of_a_template_is_made_once(enabled):
    services.create_from_template("thank-everybody")
    services.create_from_template("thank-everybody")

    assert Workflow.objects.filter(title="Thank a customer").count() == 1


def test_old_cancelled_orders_are_deleted_in_pages(enabled, make_order):
    enabled("clean-up")
    old = [make_order(NOW - 91 * DAY, status="cancelled") for _ in range(60)]
    kept = [
        make_order(NOW - 80 * DAY, status="cancelled"),
        make_order(NOW - 91 * DAY, status="paid"),
    ]
    assert len(old) > 50

    Clock().go(days=7)

    assert set(Order.objects.all()) == set(kept)
    assert "60 cancelled orders" in only().jobs.get(node_key="said").result


def a_large_order(customer):
    product = Product.objects.create(name="Lathe", price=1200, stock=3)
    return place(customer, [(product, 1)], number="L-1", created_at=NOW)


def test_sales_lets_a_large_order_go(enabled, people, customer):
    enabled("escalation")
    order = a_large_order(customer)
    drain()

    says("ann", "approve", NOW + timedelta(minutes=5))

    order.refresh_from_db()
    assert (order.status, only().status) == ("unpaid", "succeeded")


def test_manager_is_asked_when_sales_is_silent(enabled, people, customer):
    enabled("escalation")
    order = a_large_order(customer)
    drain()
    let_pass(NOW + 2 * HOUR)

    says("max", "reject", NOW + 3 * HOUR)

    order.refresh_from_db()
    assert order.status == "cancelled"


def test_order_is_cancelled_when_nobody_looks_at_it(enabled, people, customer):
    enabled("escalation")
    order = a_large_order(customer)
    drain()

    let_pass(NOW + 2 * HOUR)
    let_pass(NOW + 2 * HOUR + 2 * DAY)

    order.refresh_from_db()
    assert order.status == "cancelled"
    assert mail.outbox[-1].subject == "Order L-1 was cancelled"


def test_small_order_needs_nobody(enabled, people, order):
    enabled("escalation")
    order.save()

    assert not Execution.objects.exists()


def test_goods_are_imported_by_a_background_work(enabled, service):
    version = enabled("import-goods")
    services.run_manually(version, {"date": NOW}, NOW)
    drain()
    time, worker = Time(), a_worker()

    run_due(Hands(worker.pk, str(worker), time, lambda: False))
    drain(NOW + HOUR)

    told = execute(Session(HashMap(), lambda: NOW), "select count(*) as n from goods")
    assert str(len(goods.goods())) in told
    assert only().status == "succeeded"
    assert mail.outbox[0].subject == "The goods are loaded"


def test_owner_hears_of_workflows_that_fail(enabled, make_version, run):
    enabled("failure-watch")
    failing = make_version(node("refuse"), title="Doomed")

    run(failing)

    assert mail.outbox[0].subject == "“Doomed” has failed"
    assert "not today" in mail.outbox[0].body
