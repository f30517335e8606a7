"""Settings for django-oscar, a shop."""

from oscar.defaults import *  # noqa: F403

from tests.real_projects.common import *  # noqa: F403

ROOT_URLCONF = "oscar.config"
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
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
MIGRATION_MODULES = NoMigrations()  # noqa: F405
