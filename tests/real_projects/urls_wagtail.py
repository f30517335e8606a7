"""The URLs of Wagtail's own tests, with Django's admin."""

from django.contrib import admin
from django.urls import path
from wagtail.test.urls import urlpatterns as of_wagtail

urlpatterns = [path("django-admin/", admin.site.urls), *of_wagtail]
