"""The admin's forms and filters: real requests, each against the plain admin's answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from types import ModuleType
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.admin import GenericTabularInline
from django.forms.models import ModelChoiceIterator
from django.test import Client
from django.urls import path

from perfkit import audit
from perfkit.integrations.admin import PresetAdminMixin
from perfkit.testing import assert_constant_queries
from tests.integrations.app.models import Collection, Hall, Piece, Wing
from tests.loads import queries
from tests.testapp.models import Author, Book, Note

pytestmark = pytest.mark.django_db
LIST, FORM = "/admin/composed/collection/", "/admin/composed/collection/1/change/"
NAMES = ["hall", "lent_to", "shown_in"]


class PieceInline(admin.TabularInline):
    """Three fields that offer halls, a callable, and the text of each piece."""

    model = Piece
    fields = ["name", *NAMES, "wing_name"]
    readonly_fields = ["wing_name"]
    extra = 1

    def wing_name(self, piece: Piece) -> str:
        return piece.hall.wing.name if piece.pk else "-"


class Stacked(PieceInline, admin.StackedInline):
    """Has another template."""

    template = "admin/edit_inline/stacked.html"


class Searching(PieceInline):
    """Its selects search."""

    autocomplete_fields = NAMES


class Radios(PieceInline):
    """Its choices are rendered by another widget."""

    radio_fields = {"hall": admin.HORIZONTAL}


class Shown(PieceInline):
    """Nothing is edited."""

    readonly_fields = ["name", *NAMES, "wing_name"]


class Options(admin.ModelAdmin):
    """What the plain admin and that with presets have in common."""

    list_display = ["name", "home"]
    list_filter = ["home", "halls", ("pieces__hall", admin.RelatedOnlyFieldListFilter), "pieces"]
    readonly_fields = ["piece_names"]
    filter_horizontal = ["halls"]
    inlines: list[Any] = [PieceInline]

    def piece_names(self, collection: Collection) -> str:
        return ", ".join(str(piece) for piece in collection.pieces.all()) if collection.pk else "-"


class HallOptions(admin.ModelAdmin):
    """Lets others search halls."""

    search_fields = ["name"]


def add(count: int, keeper: str = "ada") -> None:
    """Add so many halls, and pieces to collection 1, each in a wing of its own."""
    start = Hall.objects.count()
    for number in range(start, start + count):
        wing = Wing.objects.create(pk=number + 1, name=f"Wing {number}")
        hall = Hall.objects.create(pk=number + 1, wing=wing, name=f"hall {number}", keeper=keeper)
        collection, _ = Collection.objects.get_or_create(
            pk=1, defaults={"name": "Clocks", "home": hall, "keeper": keeper}
        )
        piece = Piece.objects.create(
            pk=number + 1, collection=collection, name=f"Clock {number}", hall=hall, lent_to=hall
        )
        piece.shown_in.add(hall, Hall.objects.first())
        collection.halls.add(hall)


@pytest.fixture
def client(admin_user: User) -> Client:
    add(3)
    made = Client()
    made.force_login(admin_user)
    return made


def use(settings: Any, *bases: type, model: Any = Collection) -> None:
    """Serve a site on which collections, or rows of another model, have these options."""
    site = admin.AdminSite()
    site.register(model, type("OwnAdmin", bases, {}))
    site.register(Hall, HallOptions)
    module: Any = ModuleType("urls_of_a_test")
    module.urlpatterns = [path("admin/", site.urls)]
    settings.ROOT_URLCONF = module


def page_of(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def changed(**attributes: Any) -> Any:
    return type("Changed", (Options,), attributes)


def same(settings: Any, client: Client, options: Any, url: str = FORM, data: Any = None) -> str:
    """Assert that both admins answer alike, and return the page."""
    call = (lambda: client.get(url)) if data is None else (lambda: client.post(url, data))
    use(settings, options)
    plain = page_of(call())
    use(settings, PresetAdminMixin, options)
    page = page_of(call())
    assert page == plain
    return page


def prove(settings: Any, client: Client, options: Any, url: str = FORM, data: Any = None) -> str:
    """Assert that both admins answer alike, and that of presets at a constant cost, with nothing lazy."""
    page = same(settings, client, options, url, data)
    call = (lambda: client.get(url)) if data is None else (lambda: client.post(url, data))
    with audit(mode="collect") as report:
        call()
    assert report.findings == ()
    assert_constant_queries(call, grow=lambda: add(4))
    return page


@pytest.mark.parametrize("inline", [PieceInline, Stacked, Searching, Radios, Shown])
def test_a_form_with_inlines_costs_as_many_queries_for_more_rows(
    client: Client, settings: Any, inline: Any
) -> None:
    """Each row's text, callables and choices, and the choices' text, are loaded for all rows at once."""
    page = prove(settings, client, changed(inlines=[inline]))
    assert "Clock 2 (Wing 2, hall 2)" in page


def test_the_form_of_a_new_row_costs_as_many_queries_for_more_choices(
    client: Client, settings: Any
) -> None:
    """Nothing is asked of a row that there is not."""
    assert "Wing 2, hall 2" in prove(settings, client, Options, "/admin/composed/collection/add/")


def test_a_list_costs_as_many_queries_for_more_choices_of_its_filters(
    client: Client, settings: Any
) -> None:
    """Filters by a relation, there and back, load the text of what they offer."""
    page = prove(settings, client, Options, LIST)
    assert page.count("Wing 2, hall 2") == 4
    assert "Clock 2 (Wing 2, hall 2)" in page
    same(settings, client, Options, f"{LIST}?home__id__exact=1&_facets=True")


def test_the_rows_of_list_editable_share_their_choices(client: Client, settings: Any) -> None:
    """Each row of the list has a select of all halls, which are fetched once."""
    options = changed(list_editable=["home"], list_filter=["name"])
    use(settings, PresetAdminMixin, options)

    def grow() -> None:
        add(2)
        for number in range(4):
            pk = Collection.objects.count() + 1
            Collection.objects.create(pk=pk, name=f"More {number}", home_id=1)

    assert_constant_queries(lambda: client.get(LIST), grow=grow)
    assert "Wing 4, hall 4" in same(settings, client, options, LIST)


def submitted(**values: Any) -> dict[str, Any]:
    """Return what the form of collection 1 posts, with other values."""
    pieces = list(Piece.objects.order_by("pk"))
    data: dict[str, Any] = {"name": "Clocks", "keeper": "ada", "home": 1, "halls": [1]}
    data |= {"pieces-TOTAL_FORMS": len(pieces), "pieces-INITIAL_FORMS": len(pieces)}
    for number, piece in enumerate(pieces):
        row = {"id": piece.pk, "name": piece.name, "hall": piece.hall_id, "collection": 1}
        data |= {f"pieces-{number}-{name}": value for name, value in row.items()}
    return {**data, **values}


@pytest.mark.parametrize("inline", [PieceInline, Searching])
def test_a_form_with_errors_is_shown_again_alike(
    client: Client, settings: Any, inline: Any
) -> None:
    """What was chosen is shown beside the errors, at a constant cost of what is rendered."""
    data = submitted(**{"pieces-0-name": "", "pieces-1-hall": 3, "pieces-2-hall": 999})
    page = same(settings, client, changed(inlines=[inline]), FORM, data)
    assert "Please correct the errors" in page


def test_what_is_chosen_and_saved_is_whole_and_fresh(client: Client, settings: Any) -> None:
    """A form that is saved gets whole rows, and nothing that was fetched before the saving."""
    seen: list[Any] = []

    def save_related(self: Any, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super(Options, self).save_related(request, form, formsets, change)
        for row in [form.instance, *(one.instance for one in formsets[0].forms)]:
            seen.append(row.get_deferred_fields())
        seen.extend(one.cleaned_data["hall"].get_deferred_fields() for one in formsets[0].forms)
        seen.append([piece.name for piece in form.instance.pieces.order_by("pk").all()])
        seen.append(form.instance.piece_count)

    Collection.piece_count = property(lambda self: len(self.pieces.all()))
    try:
        use(settings, PresetAdminMixin, changed(save_related=save_related))
        response = client.post(FORM, submitted(**{"pieces-1-name": "New", "pieces-1-hall": 3}))
    finally:
        del Collection.piece_count
    assert response.status_code == 302
    assert seen == [*[set()] * 7, ["Clock 0", "New", "Clock 2"], 3]
    assert Piece.objects.get(name="New").hall_id == Hall.objects.get(name="hall 2").pk


class Own(admin.options.BaseModelAdmin):
    """Offers each user the halls that are theirs."""

    def formfield_for_foreignkey(self, field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = Hall.objects.filter(keeper=request.user.username)
        return super().formfield_for_foreignkey(field, request, **kwargs)

    def formfield_for_manytomany(self, field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = Hall.objects.filter(keeper=request.user.username)
        return super().formfield_for_manytomany(field, request, **kwargs)


class OwnPieces(Own, PieceInline):
    """Shows each user the pieces in their halls."""

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).filter(hall__keeper=request.user.username)


class OwnCollections(Own, Options):
    """Shows each user the collections that are theirs."""

    inlines = [OwnPieces]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).filter(keeper=request.user.username)


def test_each_user_is_shown_their_own_rows(client: Client, settings: Any) -> None:
    """What was kept for one user is not served to another: rows, choices, filters, and what is not found."""
    add(2, keeper="bob")
    wing = Wing.objects.create(pk=50, name="Bob's wing")
    hall = Hall.objects.create(pk=50, wing=wing, name="bob's hall", keeper="bob")
    Collection.objects.create(pk=2, name="Maps", home=hall, keeper="bob")
    clients = {}
    for name in ("ada", "bob"):
        user = User.objects.create_user(name, is_staff=True, is_superuser=True)
        clients[name] = Client()
        clients[name].force_login(user)
    for _ in range(2):
        for name, shown in (("ada", 1), ("bob", 2)):
            own = clients[name]
            form = same(
                settings, own, OwnCollections, f"/admin/composed/collection/{shown}/change/"
            )
            page = same(settings, own, OwnCollections, LIST)
            assert ("Maps" in page) == (name == "bob")
            assert ("bob&#x27;s hall" in form) == (name == "bob")
            use(settings, PresetAdminMixin, OwnCollections)
            refused = own.get(f"/admin/composed/collection/{3 - shown}/change/", follow=True)
            assert "Perhaps it was deleted?" in refused.content.decode()
    form = same(settings, clients["ada"], OwnCollections)
    assert "Clock 2" in form
    assert 'value="Clock 3"' not in form


def test_a_user_who_may_look_alone_is_shown_the_same(client: Client, settings: Any) -> None:
    """What is not edited is shown as text, which is loaded for all rows at once."""
    user = User.objects.create_user("looker", is_staff=True)
    names = ["view_collection", "view_piece", "view_hall"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    page = prove(settings, client, Options)
    assert "<select" not in page
    assert "Wing 2, hall 2" in page


class OneOfEach(forms.ModelForm):
    """Offers what it edits alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            halls = Hall.objects.filter(pk=self.instance.hall_id)
            self.fields["hall"].queryset = halls  # type: ignore[attr-defined]


class Reading(forms.Select):
    """A widget that reads more of a row than its text."""

    def create_option(self, name: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        if hasattr(value, "instance"):
            option["attrs"]["data-drawing"] = value.instance.drawing
        return option


class Grouping(ModelChoiceIterator):
    """An iterator that groups its rows."""

    def __iter__(self) -> Iterator[Any]:
        for wing, halls in groupby(self.queryset, key=lambda hall: hall.wing.name):
            yield wing, [self.choice(hall) for hall in halls]


class Labelling(forms.ModelChoiceField):
    """A field that makes its labels of something else."""

    iterator = Grouping

    def label_from_instance(self, hall: Hall) -> str:
        return f"{hall.name} of {hall.wing.name} ({hall.drawing})"


class Labelled(forms.ModelForm):
    """Has its own field."""

    hall = Labelling(Hall.objects.order_by("wing__name"), widget=Reading)


class Listed(forms.ModelForm):
    """Has a list in place of the rows, and labels made on the spot."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hall"].choices = [(1, "One"), (2, "Two")]  # type: ignore[attr-defined]
        self.fields["lent_to"].label_from_instance = lambda hall: hall.drawing  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", [OneOfEach, Labelled, Listed])
def test_forms_of_the_project_s_own_are_those_of_the_plain_admin(
    client: Client, settings: Any, form: Any
) -> None:
    """Rows chosen for each form, labels, groups, widgets and lists of the project's own are left as they are."""
    inline = type("Inline", (PieceInline,), {"form": form})
    add(2)
    page = same(settings, client, changed(inlines=[inline]))
    use(settings, PresetAdminMixin, changed(inlines=[inline]))
    with audit(mode="collect") as report:
        client.get(FORM)
    # A form that chooses rows of its own asks for them on its own.
    kinds = [finding.kind for finding in report.findings]
    assert kinds == ["repeated-query"] * (form is OneOfEach)
    if form is Labelled:
        assert page.count('data-drawing="drawn"') == 5 * 7
        assert "hall 2 of Wing 2 (drawn)" in page


class Defaulting(forms.ModelForm):
    """Has a default that no row has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial["hall"] = 50


def test_the_default_of_a_new_row_is_found(client: Client, settings: Any) -> None:
    """The form that is copied for new rows shows its default in a select that searches."""
    wing = Wing.objects.create(pk=50, name="Spare")
    Hall.objects.create(pk=50, wing=wing, name="hall")
    inline = type("Inline", (Searching,), {"form": Defaulting, "extra": 0})
    options = changed(inlines=[inline], readonly_fields=[], fields=["name"])
    assert "Spare, hall</option>" in same(settings, client, options)


def test_a_raw_id_is_left_as_it_is(client: Client, settings: Any) -> None:
    """The widget of raw_id_fields sends what it sends in the plain admin, and no select is made of it."""
    inline = type("Raw", (PieceInline,), {"raw_id_fields": NAMES, "fields": ["name", *NAMES]})
    options = changed(inlines=[inline], readonly_fields=[], fields=["name"])
    page = same(settings, client, options)
    assert "vForeignKeyRawIdAdminField" in page
    sent = []
    for bases in ((options,), (PresetAdminMixin, options)):
        use(settings, *bases)
        client.get(FORM)
        with queries() as captured:
            client.get(FORM)
        sent.append(
            {query["sql"] for query in captured if '"composed_hall"."name"' in query["sql"]}
        )
    plain, preset = ({sql for sql in found if "LIMIT" in sql} for found in sent)
    assert plain <= preset


def test_an_inline_of_any_model_is_served(client: Client, settings: Any) -> None:
    """An inline by a generic relation shows its rows at a constant cost, too."""

    class Notes(GenericTabularInline):
        model = Note
        fields = ["text", "about"]
        readonly_fields = ["about"]

        def about(self, note: Note) -> str:
            return note.target.title if note.pk else "-"

    class Books(admin.ModelAdmin):
        fields = ["title"]
        inlines = [Notes]

    author = Author.objects.create(pk=1, name="Ada")
    book = Book.objects.create(pk=1, title="Engines", author=author)

    def grow() -> None:
        for number in range(3):
            Note.objects.create(text=f"Note {number}", target=book)

    grow()
    pages, url = [], "/admin/testapp/book/1/change/"
    for bases in ((Books,), (PresetAdminMixin, Books)):
        use(settings, *bases, model=Book)
        pages.append(page_of(client.get(url)))
    assert pages[0] == pages[1]
    assert "Engines" in pages[1]
    assert_constant_queries(lambda: client.get(url), grow=grow)


def test_what_a_project_overrides_is_called(client: Client, settings: Any) -> None:
    """A ChangeList, formsets, and the methods that give them, are the project's own."""

    class OwnList(admin.views.main.ChangeList):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.title = "Own list"

    class OwnFormSet(forms.BaseInlineFormSet):
        def add_fields(self, form: Any, index: Any) -> None:
            super().add_fields(form, index)
            form.fields["hall"].queryset = Hall.objects.filter(name="hall 1")

    def get_changelist(self: Any, request: Any, **kwargs: Any) -> Any:
        return OwnList

    inline = type("Inline", (PieceInline,), {"formset": OwnFormSet})
    options = changed(get_changelist=get_changelist, inlines=[inline])
    assert "Own list" in same(settings, client, options, LIST)
    page = same(settings, client, options)
    assert page.count("Wing 1, hall 1</option>") > page.count("Wing 2, hall 2</option>")
