"""What the shop stores: customers, products, and orders with their lines."""

from datetime import datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class Customer(models.Model):
    """Somebody who orders."""

    name = models.CharField(pgettext_lazy("customer", "name"), max_length=200)
    email = models.EmailField(_("email"), unique=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """Something that is sold."""

    name = models.CharField(
        pgettext_lazy("product", "name"), max_length=200, unique=True
    )
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    stock = models.PositiveIntegerField(_("stock"), default=0)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders by what is asked of them."""

    def unpaid(self) -> "OrderQuerySet":
        return self.filter(status=Order.Status.UNPAID)

    def cancelled(self) -> "OrderQuerySet":
        return self.filter(status=Order.Status.CANCELLED)

    def created_before(self, moment: datetime) -> "OrderQuerySet":
        return self.filter(created_at__lt=moment)


class Order(models.Model):
    """What a customer ordered, and whether it is paid."""

    class Status(models.TextChoices):
        UNPAID = (
            "unpaid",
            pgettext_lazy("order", "Unpaid"),
        )  #: The customer may still pay.
        PAID = "paid", pgettext_lazy("order", "Paid")  #: To be sent.
        CANCELLED = (
            "cancelled",
            pgettext_lazy("order", "Cancelled"),
        )  #: Not paid in time.
        SHIPPED = "shipped", pgettext_lazy("order", "Shipped")  #: Paid and on its way.

    number = models.CharField(
        pgettext_lazy("order", "number"), max_length=40, unique=True
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="orders", verbose_name=_("customer")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.UNPAID
    )
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, default=0)
    created_at = models.DateTimeField(
        pgettext_lazy("order", "created"), default=timezone.now, db_index=True
    )
    paid_at = models.DateTimeField(
        pgettext_lazy("order", "paid"), null=True, blank=True
    )
    delivery_on = models.DateField(_("delivery"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "created_at"], name="who_has_not_paid"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """A product in an order, at the price of that day."""

    order = models.ForeignKey(
        Order, models.CASCADE, related_name="lines", verbose_name=_("order")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, related_name="+", verbose_name=_("product")
    )
    quantity = models.PositiveIntegerField(
        _("quantity"), default=1, validators=[MinValueValidator(1)]
    )
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"


class Refund(models.Model):
    """Money that a customer wants back for an order."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("refund", "Asked for")  #: Nobody has decided.
        GRANTED = "granted", pgettext_lazy("refund", "Granted")  #: To be paid back.
        REFUSED = "refused", pgettext_lazy("refund", "Refused")  #: Not paid back.

    order = models.ForeignKey(
        Order, models.CASCADE, related_name="refunds", verbose_name=_("order")
    )
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.ASKED
    )
    created_at = models.DateTimeField(
        pgettext_lazy("refund", "asked for"), default=timezone.now
    )

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.amount}: {self.order}"


class ExchangeRate(models.Model):
    """What one euro costs in another currency."""

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    rate = models.DecimalField(_("rate"), max_digits=16, decimal_places=6)
    changed_at = models.DateTimeField(pgettext_lazy("rate", "changed"), auto_now=True)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency"]

    def __str__(self) -> str:
        return self.currency
