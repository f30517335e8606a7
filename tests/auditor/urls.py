"""The pages of the audited app."""

from django.urls import path

from tests.auditor.app import api, views
from tests.auditor.app.admin import site

urlpatterns = [
    path("view/", views.plain),
    path("async/", views.asynchronous),
    path("template/", views.template),
    path("lazy-template/", views.lazy_template),
    path("callable/", views.Callable()),
    path("generic/", views.Generic.as_view()),
    path("stream/", views.streaming),
    path("async-stream/", views.streaming_asynchronously),
    path("template-stream/", views.streaming_template),
    path("async-template-stream/", views.streaming_template_asynchronously),
    path("async-lazy-template/", views.lazy_template_asynchronously),
    path("api/", api.ReadViewSet.as_view({"get": "list"})),
    path("api/books/", api.BookViewSet.as_view({"get": "list"})),
    path("admin/", site.urls),
]
