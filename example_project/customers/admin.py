"""Customers in the admin."""

from django.contrib import admin

from example_project.customers.models import Address, Customer
from perfkit.integrations.admin import PresetAdminMixin


class AddressInline(admin.StackedInline):
    """The addresses of a customer, each shown by what its text reads."""

    model = Address
    extra = 0


@admin.register(Customer)
class CustomerAdmin(PresetAdminMixin, admin.ModelAdmin):
    """The town is read from the addresses."""

    list_display = ["display_name", "email", "town", "created"]
    date_hierarchy = "created"
    search_fields = ["first_name", "last_name", "email"]
    inlines = [AddressInline]


@admin.register(Address)
class AddressAdmin(PresetAdminMixin, admin.ModelAdmin):
    """Addresses, with their customers."""

    list_display = ["street", "place", "customer", "is_default"]
    list_filter = ["country", "is_default"]
    list_editable = ["is_default"]
    search_fields = ["street", "city"]
    autocomplete_fields = ["customer"]
