"""Orders in the admin, with their lines."""

from django.contrib import admin

from example_project.orders.models import Order, OrderLine
from perfkit.integrations.admin import PresetAdminMixin


class LineInline(admin.TabularInline):
    """The lines of an order: a product to search for, and properties that read order, product and brand."""

    model = OrderLine
    fields = ["product", "label", "quantity", "unit_price", "subtotal"]
    readonly_fields = ["label", "subtotal"]
    autocomplete_fields = ["product"]
    extra = 1

    def subtotal(self, line: OrderLine) -> str:
        """Show what the line costs, once there is a line."""
        return line.display_subtotal if line.pk else "-"


@admin.register(Order)
class OrderAdmin(PresetAdminMixin, admin.ModelAdmin):
    """Three of the columns read the lines; the status is edited in the list, as is the currency."""

    list_display = ["number", "status", "currency", "summary", "contents", "display_total"]
    list_editable = ["status", "currency"]
    list_filter = ["status", "currency"]
    date_hierarchy = "created"
    search_fields = ["number", "customer__last_name"]
    autocomplete_fields = ["customer"]
    raw_id_fields = ["shipping_address", "billing_address"]
    readonly_fields = ["contents", "display_total", "status_changed"]
    inlines = [LineInline]
