"""Settings for django-oscar, a shop."""

from oscar.defaults import *  # noqa: F403

SECRET_KEY = "real"
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "oscar.config"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
SILENCED_SYSTEM_CHECKS = ["*"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.flatpages",
    "oscar.config.Shop",
    "oscar.apps.analytics.apps.AnalyticsConfig",
    "oscar.apps.checkout.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig",
    "oscar.apps.shipping.apps.ShippingConfig",
    "oscar.apps.catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "oscar.apps.partner.apps.PartnerConfig",
    "oscar.apps.basket.apps.BasketConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "oscar.apps.order.apps.OrderConfig",
    "oscar.apps.customer.apps.CustomerConfig",
    "oscar.apps.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    *(
        f"oscar.apps.dashboard.{name}"
        for name in (
            "apps.DashboardConfig",
            "reports.apps.ReportsDashboardConfig",
            "users.apps.UsersDashboardConfig",
            "orders.apps.OrdersDashboardConfig",
            "catalogue.apps.CatalogueDashboardConfig",
            "offers.apps.OffersDashboardConfig",
            "partners.apps.PartnersDashboardConfig",
            "pages.apps.PagesDashboardConfig",
            "ranges.apps.RangesDashboardConfig",
            "reviews.apps.ReviewsDashboardConfig",
            "vouchers.apps.VouchersDashboardConfig",
            "communications.apps.CommunicationsDashboardConfig",
            "shipping.apps.ShippingDashboardConfig",
        )
    ),
    "widget_tweaks",
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
    "perfkit",
]


class NoMigrations(dict):  # type: ignore[type-arg]
    """Tables come from the models, whatever the label of the application."""

    def __contains__(self, label: object) -> bool:
        return True

    def __getitem__(self, label: str) -> None:
        return None


MIGRATION_MODULES = NoMigrations()
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
