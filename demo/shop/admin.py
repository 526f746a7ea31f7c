from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, ngettext

from demo.shop.models import (
    Customer,
    ExchangeRate,
    Order,
    OrderLine,
    Product,
    Refund,
)
from demo.shop.sales import pay


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    autocomplete_fields = ["product"]


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["number", "customer", "status", "total", "created_at", "paid_at"]
    list_filter = ["status", "created_at", "delivery_on"]
    list_select_related = ["customer"]
    search_fields = ["number", "customer__name", "customer__email"]
    autocomplete_fields = ["customer"]
    inlines = [OrderLineInline]
    actions = ["mark_paid"]

    @admin.action(description=_("Mark as paid"), permissions=["change"])
    def mark_paid(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        now = timezone.now()
        paid = [order for order in queryset if pay(order, now)]
        for order in paid:
            self.log_change(request, order, [{"changed": {"fields": ["status"]}}])
        text = ngettext("%d order was paid.", "%d orders were paid.", len(paid))
        self.message_user(request, text % len(paid), messages.SUCCESS)


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ["name", "email"]
    search_fields = ["name", "email"]


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "price", "stock"]
    search_fields = ["name"]


@admin.register(Refund)
class RefundAdmin(admin.ModelAdmin):
    list_display = ["order", "amount", "status", "created_at"]
    list_filter = ["status"]
    list_select_related = ["order"]
    search_fields = ["order__number", "reason"]
    autocomplete_fields = ["order"]


@admin.register(ExchangeRate)
class ExchangeRateAdmin(admin.ModelAdmin):
    list_display = ["currency", "rate", "changed_at"]
    search_fields = ["currency"]
