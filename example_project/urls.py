"""URLs of the example shop: the showroom, and each page of the shop in its forms."""

from pathlib import Path

from django.apps import apps
from django.contrib import admin
from django.contrib.staticfiles.views import serve as serve_static
from django.urls import include, path
from django.views.static import serve

from example_project.orders.views import PlaceOrder
from example_project.search.views import search
from example_project.showroom import views
from example_project.showroom.pages import FORMS
from example_project.showroom.pages import urlpatterns as shop_urlpatterns

ASSETS = Path(__file__).resolve().parent / "showroom" / "assets"

urlpatterns = [
    path("", views.Start.as_view(), name="start"),
    path("chapters/<slug:name>/", views.ShowChapter.as_view(), name="chapter"),
    path("evidence/usage/<slug:form>/", views.usage_page, name="usage_page"),
    path("evidence/routes/", views.routes_page, name="routes_page"),
    path("compare/", views.CompareAll.as_view(), name="compare_all"),
    path("compare/<slug:name>/", views.Compare.as_view(), name="compare"),
    path("admin/", admin.site.urls),
    path("api/", include("example_project.api.urls")),
    path("search/", search, name="search"),
    path("naive/search/", search, {"timeout": None}, name="naive_search"),
    path("order/<int:pk>/", PlaceOrder.as_view(), name="place_order"),
    # By views of their own, so that the shop looks the same with DEBUG off.
    path("assets/<path:path>", serve, {"document_root": ASSETS}, name="asset"),
    path("static/<path:path>", serve_static, {"insecure": True}),
    *(path(f"{form}/", include((shop_urlpatterns(form), form))) for form in FORMS),
]
if apps.is_installed("debug_toolbar"):
    urlpatterns += [
        path("__debug__/", include("debug_toolbar.urls")),
    ]
