"""Reviews in the admin."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from example_project.reviews.models import Review
from perfkit.integrations.admin import PresetAdminMixin


@admin.register(Review)
class ReviewAdmin(PresetAdminMixin, admin.ModelAdmin):
    """All reviews, those that were removed too; moderators bring them back in the list."""

    list_display = ["title", "product_label", "byline", "stars", "is_removed", "created"]
    list_editable = ["is_removed"]
    list_filter = ["is_removed", "rating"]
    date_hierarchy = "created"
    search_fields = ["title", "body"]
    autocomplete_fields = ["product", "author"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        """Return the removed ones too."""
        return Review.all_objects.all().order_by("-pk")

    @admin.display(description="product")
    def product_label(self, review: Review) -> str:
        """Show the product behind the name of its brand."""
        return review.product.label
