"""The admin's change lists, on a site of their own."""

from django.contrib import admin

from tests.auditor.app.models import Book, Note
from tests.auditor.app.reads import read

site = admin.AdminSite(name="audited_admin")


class _Admin(admin.ModelAdmin):
    """A change list that shows what the test asks for."""

    def blurb_column(self, row):
        return read(row, "blurb")

    def author_column(self, row):
        return read(row, "author")

    def chapters_column(self, row):
        return read(row, "chapters")


class BookAdmin(_Admin):
    """Books."""

    list_display = ["title"]
    list_select_related = False


class NoteAdmin(_Admin):
    """Notes."""

    list_display = ["text"]


site.register(Book, BookAdmin)
site.register(Note, NoteAdmin)
