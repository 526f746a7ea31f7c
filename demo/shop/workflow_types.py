"""The examples of the shop, offered as templates for new workflows."""

from django.utils.translation import gettext_lazy as _

from demo.shop.examples import FOLDER
from workflows.contracts import Template
from workflows.registry import register_template

ORDERS, GOODS, MONEY, PEOPLE, CARE = (
    _("Orders"),
    _("Goods"),
    _("Money"),
    _("Customers"),
    _("Upkeep"),
)

register_template(
    Template(
        "every-minute",
        _("Cancel unpaid orders, every minute"),
        _(
            "Every minute: work out what time it was 30 minutes ago, and "
            "cancel what was ordered before and is still unpaid."
        ),
        ORDERS,
        FOLDER / "every-minute.json",
    )
)

register_template(
    Template(
        "date-field",
        _("Cancel an unpaid order, 30 minutes after it was created"),
        _(
            "For each order, 30 minutes after it was created: cancel it if "
            "it is still unpaid."
        ),
        ORDERS,
        FOLDER / "date-field.json",
    )
)

register_template(
    Template(
        "webhook-order",
        _("Take an order by webhook"),
        _(
            "Another program posts an order: find or create the customer, "
            "create the order, and answer with its number."
        ),
        ORDERS,
        FOLDER / "webhook-order.json",
    )
)

register_template(
    Template(
        "flaky-service",
        _("Tell the store of paid orders"),
        _(
            "When an order is paid: post it to the store, whose service "
            "often fails; try again with growing pauses, and tell the owner"
            " if nothing helps."
        ),
        ORDERS,
        FOLDER / "flaky-service.json",
    )
)

register_template(
    Template(
        "escalation",
        _("Have large orders checked"),
        _(
            "When an order of 1000 or more comes in: sales looks at it "
            "within an hour, else a manager within a day, else it is "
            "cancelled."
        ),
        ORDERS,
        FOLDER / "escalation.json",
    )
)

register_template(
    Template(
        "delivery-reminder",
        _("Remind of a delivery, three days before"),
        _(
            "Three days before the delivery of a paid order: send the "
            "customer an e-mail."
        ),
        PEOPLE,
        FOLDER / "delivery-reminder.json",
    )
)

register_template(
    Template(
        "thank-customer",
        _("Thank a customer"),
        _(
            "Started by another workflow for one customer: count the paid "
            "orders, and say thank you."
        ),
        PEOPLE,
        FOLDER / "thank-customer.json",
    )
)

register_template(
    Template(
        "thank-everybody",
        _("Thank every customer"),
        _(
            "Started by hand: go over all customers, and start a workflow "
            "of its own for each."
        ),
        PEOPLE,
        FOLDER / "thank-everybody.json",
        needs=("thank-customer",),
    )
)

register_template(
    Template(
        "refund-approval",
        _("Approve refunds"),
        _(
            "When a refund is asked for: a manager decides within two days,"
            " else it is refused and the owner is told."
        ),
        MONEY,
        FOLDER / "refund-approval.json",
    )
)

register_template(
    Template(
        "daily-report",
        _("Report of the day's sales"),
        _("Every evening: add up what was paid today, and send the figures by e-mail."),
        MONEY,
        FOLDER / "daily-report.json",
    )
)

register_template(
    Template(
        "currency-rates",
        _("Fetch currency rates"),
        _(
            "Every morning: read the rates of a service by HTTP, and keep "
            "them in a table."
        ),
        MONEY,
        FOLDER / "currency-rates.json",
    )
)

register_template(
    Template(
        "low-stock",
        _("Tell when a product runs low"),
        _(
            "When the stock of a product falls below 10: send an e-mail, "
            "once until it is filled up again."
        ),
        GOODS,
        FOLDER / "low-stock.json",
    )
)

register_template(
    Template(
        "import-goods",
        _("Import goods in the background"),
        _(
            "Every night: a background work loads goods by HTTP into a "
            "table of its own; the workflow waits for it and tells the "
            "owner."
        ),
        GOODS,
        FOLDER / "import-goods.json",
    )
)

register_template(
    Template(
        "clean-up",
        _("Delete old cancelled orders"),
        _(
            "Every Sunday night: delete cancelled orders that are older "
            "than 90 days, page by page."
        ),
        CARE,
        FOLDER / "clean-up.json",
    )
)

register_template(
    Template(
        "failure-watch",
        _("Tell when a workflow fails"),
        _(
            "When any other workflow fails or ends with an error: tell the "
            "owner which, and why."
        ),
        CARE,
        FOLDER / "failure-watch.json",
    )
)
