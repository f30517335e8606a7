"""The catalogue in the admin: change lists of properties and methods, and nothing said of how to load them."""

from django.contrib import admin

from example_project.catalogue.models import (
    Brand,
    Category,
    Currency,
    DigitalProduct,
    PhysicalProduct,
    Product,
    ProductImage,
    ProductRanking,
)
from perfkit import reads
from perfkit.integrations.admin import PresetAdminMixin


@admin.register(Category)
class CategoryAdmin(PresetAdminMixin, admin.ModelAdmin):
    """Properties of the model, and a count that presets annotate."""

    list_display = ["label", "depth", "branches", "product_count"]
    list_filter = ["depth"]
    search_fields = ["name"]
    autocomplete_fields = ["parent"]


@admin.register(Brand)
class BrandAdmin(PresetAdminMixin, admin.ModelAdmin):
    """Columns, one of which is edited in the list."""

    list_display = ["name", "country"]
    list_editable = ["country"]
    list_filter = ["country"]
    search_fields = ["name"]


@admin.register(Currency)
class CurrencyAdmin(PresetAdminMixin, admin.ModelAdmin):
    """Columns alone."""

    list_display = ["code", "name", "symbol"]
    search_fields = ["code", "name"]


class ImageInline(admin.TabularInline):
    """The pictures of a product."""

    model = ProductImage
    fields = ["position", "motif", "hue", "alt"]
    extra = 1


class ProductOptions(PresetAdminMixin, admin.ModelAdmin):
    """What products of all kinds have in common."""

    list_display = ["label", "display_price", "main_category", "stars", "tag_names", "created"]
    list_filter = ["currency", ("main_category", admin.RelatedOnlyFieldListFilter)]
    date_hierarchy = "created"
    search_fields = ["title", "sku"]
    autocomplete_fields = ["brand", "main_category"]
    filter_horizontal = ["categories"]
    readonly_fields = ["display_price", "tag_names", "created", "modified"]
    inlines = [ImageInline]

    @admin.display(description="rating")
    @reads("rating", "review_count")
    def stars(self, product: Product) -> str:
        """Show the mean of all ratings and how many there are, of which presets know an annotation."""
        if product.rating is None:
            return "-"
        return f"{float(product.rating):.1f} ({product.review_count})"

    @admin.display(description="categories")
    def tag_names(self, product: Product) -> str:
        """Show the names of all categories."""
        return ", ".join(product.tags)


@admin.register(Product)
class ProductAdmin(ProductOptions):
    """Products of all kinds; the subclass knows how each is delivered."""

    list_display = [*ProductOptions.list_display, "delivery"]


@admin.register(PhysicalProduct)
class PhysicalProductAdmin(ProductOptions):
    """Products that are packed; the stock is edited in the list."""

    list_display = ["label", "display_price", "delivery", "stock"]
    list_editable = ["stock"]
    list_filter = ["ships_from"]


@admin.register(DigitalProduct)
class DigitalProductAdmin(ProductOptions):
    """Products that are downloaded."""

    list_display = ["label", "display_price", "delivery"]
    list_filter = ["file_format"]


@admin.register(ProductRanking)
class ProductRankingAdmin(PresetAdminMixin, admin.ModelAdmin):
    """How often products were sold; the product is chosen by its key."""

    list_display = ["product", "product__brand__name", "sold"]
    raw_id_fields = ["product"]
