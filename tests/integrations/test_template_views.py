"""Class-based views whose preset is derived from their template: names of the rows, pages, overrides."""

from __future__ import annotations

from io import StringIO
from types import ModuleType
from typing import Any

import pytest
from django.core.management import call_command
from django.core.paginator import Paginator
from django.db.models import Value
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from django.views.generic import DeleteView, DetailView, ListView, TemplateView, UpdateView
from django.views.generic.base import ContextMixin
from django.views.generic.dates import ArchiveIndexView

from example_project.catalogue.models import Product as Shown
from perfkit import Preset, PresetError
from perfkit.checks import check_views
from perfkit.integrations.templates.viewing import derive_from_view
from perfkit.integrations.views import PresetViewMixin
from tests.inference.app.models import Product
from tests.inference.rows import make_rows
from tests.loads import queries

pytestmark = pytest.mark.django_db

LISTS = {
    "object_list": "{% for p in object_list %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
    "own_name": "{% for p in goods %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
    "page": "{% for p in page_obj %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
    "page_list": "{% for p in page_obj.object_list %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
    "page_index": "{{ page_obj.0.title }}{{ page_obj.0.brand.name }}",
    "page_filter": "{{ page_obj|length }}{% with p=page_obj|first %}{{ p.title }}{{ p.brand.name }}{% endwith %}",
    "page_numbers": "{% if is_paginated %}{{ page_obj.number }} of {{ page_obj.paginator.num_pages }}"
    "{% if page_obj.has_next %}{{ page_obj.next_page_number }}{% endif %}{% for n in paginator.page_range %}{{ n }}"
    "{% endfor %}{% endif %}{{ paginator.count }}{% for p in goods %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
    "paginator": "{% for p in paginator.object_list %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
    "view": "{% for p in view.object_list %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
    "view_method": "{{ view.heading }}{% for p in goods %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
    "view_rows": "{{ view.first_brand }}{{ object_list.0.title }}",
    "extra": "{{ greeting }}{{ now }}{% for p in goods %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
    "override": "{{ best.brand.name }}{{ best.title }}{{ count }}",
    "override_list": "{% for p in top %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
    "request": "{{ request.GET.x }}{{ user }}{% for p in goods %}{{ p.title }}{{ p.brand.name }}{% endfor %}",
}
DETAILS = {
    "object": "{{ object.title }}{{ object.brand.name }}",
    "model_name": "{{ product.title }}{{ product.brand.name }}",
    "view_object": "{{ view.object.title }}{{ view.object.brand.name }}",
    "part": "{{ product.title }}{{ maker.name }}",
}
HIDDEN = {
    "hidden": "{% for p in hidden %}{{ p.tax }}{% endfor %}",
    "own_page": "{{ paginator.cheapest.tax }}",
    "winner": "{{ view.winner.tax }}",
    "rated": "{% for p in goods %}{{ p.title_length }}{{ p.rating }}{% endfor %}",
    "lines": "<p>\n{% for p in goods %}\n{{ p.title }}\n{{ p.brand.name }}{% endfor %}",
    "lost": "{{ goods.0.nothing_of_the_kind }}",
    "known": "{{ request.path }}{% for p in goods %}{{ p.title }}{% endfor %}",
}
FORMS = {"form": "{{ form.title.value }}{{ product.brand.name }}"}


@pytest.fixture(autouse=True)
def templates(settings: Any) -> None:
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {**LISTS, **DETAILS, **HIDDEN, **FORMS},
                    )
                ],
                "context_processors": ["django.template.context_processors.request"],
            },
        }
    ]


@pytest.fixture
def rows() -> Any:
    return make_rows()


class Derived(PresetViewMixin):
    """One word."""

    preset_from = "template"


class Goods(ListView):
    """Puts rows into its context under names of its own, too."""

    queryset = Product.objects.order_by("pk")
    context_object_name = "goods"
    paginate_by = 2
    extra_context = {"greeting": "Hello", "now": len}
    size = 3

    def get_queryset(self) -> Any:
        """Return some of the rows."""
        self.size = int(self.request.GET.get("size", 3))
        return super().get_queryset()

    def heading(self) -> str:
        """Return a text that reads nothing of a row."""
        return f"{self.size} of {self.request.path}"

    def first_brand(self) -> Any:
        """Return what the view itself reads of its rows."""
        return next(iter(self.object_list)).brand.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context with the rows under other names."""
        context = super().get_context_data(**kwargs, count=5)
        context["best"] = context["object_list"][0]
        context["top"] = list(self.object_list[:1])
        return context


class OneGood(DetailView):
    """Puts a related row into its context."""

    model = Product

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the context with the brand."""
        return super().get_context_data(maker=self.object.brand, **kwargs)


def derived_class(base: Any, template: str, **options: Any) -> Any:
    return type(f"Derived{base.__name__}", (Derived, base), {"template_name": template, **options})


def answer(view: Any, **kwargs: Any) -> tuple[bytes, list[str]]:
    """Return what a view answers, and the statements that it sends."""
    with queries() as using:
        response = view.as_view()(RequestFactory().get("/"), **kwargs)
        response.render()
    return response.content, [sql for sql in using if "SAVEPOINT" not in sql]


def asked(view_class: Any, **kwargs: Any) -> Any:
    """Return what is derived for a view."""
    view = view_class()
    view.setup(RequestFactory().get("/"), **kwargs)
    return view.get_derived(
        view.queryset.all() if view.queryset is not None else Product.objects.all()
    )


@pytest.mark.parametrize("name", LISTS)
def test_rows_of_a_list_view_are_known_by_all_their_names(name: str, rows: Any) -> None:
    """The answer is the same bytes, complete, with the brands in the same query as the rows."""
    plain, _ = answer(type("Plain", (Goods,), {"template_name": name}))
    view = derived_class(Goods, name)
    derived = asked(view)
    assert derived.complete, str(derived)
    assert "brand" in [join.relation.name for join in derived.plan.joins]
    assert derived.plan.columns == ("id", "title", "brand_id")
    found, using = answer(view)
    assert found == plain
    lazy = [sql for sql in using if "brand" in sql and "JOIN" not in sql and '"title"' not in sql]
    assert not lazy


@pytest.mark.parametrize("name", DETAILS)
def test_the_row_of_a_detail_view_is_known_by_all_its_names(name: str, rows: Any) -> None:
    """One query, the same bytes, and no column besides."""
    plain, _ = answer(type("Plain", (OneGood,), {"template_name": name}), pk=rows.pk)
    view = derived_class(OneGood, name)
    derived = asked(view, pk=rows.pk)
    assert derived.complete, str(derived)
    assert derived.plan.columns == ("id", "title", "brand_id")
    found, using = answer(view, pk=rows.pk)
    assert found == plain
    assert len(using) == 1


def test_a_context_that_is_not_followed_is_never_a_silent_miss(rows: Any) -> None:
    """A view that renders another context, or a page of its own class, gives incomplete answers."""

    class Rendering(Goods):
        def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
            return super().render_to_response({**context, "hidden": context["object_list"]})

    class OwnPage(Paginator):
        def cheapest(self) -> Any:
            return self.object_list[0]

    class Setting(Goods):
        def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
            self.winner = self.object_list[0]
            return super().get_context_data(**kwargs)

    class Unknown(Goods):
        def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
            return super().get_context_data(**eval("{'hidden': self.object_list}"), **kwargs)

    assert not asked(derived_class(Rendering, "hidden")).complete
    assert not asked(derived_class(Goods, "own_page", paginator_class=OwnPage)).complete
    assert not asked(derived_class(Setting, "winner")).complete
    assert not asked(derived_class(Unknown, "hidden")).complete
    assert asked(derived_class(Rendering, "known")).complete


def test_a_form_of_the_row_leaves_it_whole(rows: Any) -> None:
    """What a form shows of its row is not followed, which is said; a view that saves has whole rows anyway."""
    view = derived_class(UpdateView, "form", model=Product, fields=["title"], success_url="/")
    derived = asked(view, pk=rows.pk)
    assert not derived.complete
    assert "the form, which is bound to the row" in str(derived)
    found, using = answer(view, pk=rows.pk)
    assert found
    assert len(using) == 1
    deleting = derived_class(DeleteView, "model_name", model=Product, success_url="/")
    assert asked(deleting, pk=rows.pk).complete


def test_date_views_are_list_views(rows: Any) -> None:
    """Their rows stand where those of other lists do."""
    view = derived_class(
        ArchiveIndexView, "object_list", model=Product, date_field="created", allow_future=True
    )
    derived = asked(view)
    assert derived.complete, str(derived)
    assert derived.plan.columns == ("id", "title", "brand_id")


def test_mixins_behind_those_of_django_are_followed(rows: Any) -> None:
    """A class that stands last, and that Django's own call goes on to, names rows too."""

    class Last(ContextMixin):
        def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
            return super().get_context_data(best=kwargs["object_list"][0], **kwargs)

    view = type("View", (Derived, ListView, Last), {"model": Product, "template_name": "override"})
    assert asked(view).plan.columns == ("id", "title", "brand_id")


class Helpers(Goods):
    """Reads a row in methods of each kind, and in what it inherits."""

    @staticmethod
    def static(row: Any) -> Any:
        return row.brand.name

    @classmethod
    def of_class(cls, row: Any) -> Any:
        return cls.static(row)

    def plain(self, row: Any) -> Any:
        return self.static(row)

    @property
    def best(self) -> Any:
        return self.object_list[0]


class Inheriting(Helpers):
    """Asks for the same by ``super()``."""

    @staticmethod
    def static(row: Any) -> Any:
        return row.tax

    @classmethod
    def of_class(cls, row: Any) -> Any:
        return super().of_class(row)

    def plain(self, row: Any) -> Any:
        return super().static(row)

    @property
    def best(self) -> Any:
        return super().best


@pytest.mark.parametrize(
    ("base", "first", "column"),
    [
        (Helpers, lambda view: view.static(view.best), "brand_id"),
        (Helpers, lambda view: view.of_class(view.best), "brand_id"),
        (Helpers, lambda view: view.plain(view.best), "brand_id"),
        (Helpers, lambda view: view.__class__.static(view.best), "brand_id"),
        (Helpers, lambda view: view.nothing.brand, None),
        (Inheriting, lambda view: view.static(view.best), "tax"),
        (Inheriting, lambda view: view.of_class(view.best), "tax"),
        (Inheriting, lambda view: view.plain(view.best), "brand_id"),
    ],
)
def test_methods_of_the_view_of_each_kind_are_followed(
    base: Any, first: Any, column: str | None, rows: Any
) -> None:
    """Static, of the class, inherited: what they read of a row is in the plan, and nothing else is."""
    view = derived_class(base, "view_rows", first_brand=first)
    derived = asked(view)
    assert derived.complete, str(derived)
    assert derived.plan.columns == ("id", "title", *([column] if column else []))
    assert bool(derived.plan.joins) is (column == "brand_id")


def test_annotations_of_the_view_stay_its_own(rows: Any) -> None:
    """A name that the view's queryset annotates is not annotated anew as a preset does."""

    class Rated(Goods):
        queryset = Shown.objects.annotate(title_length=Value(1), rating=Value(2.0)).order_by("pk")

    view = derived_class(Rated, "rated")
    view_object = view()
    view_object.setup(RequestFactory().get("/"))
    derived = view_object.get_derived(view.queryset.all())
    assert derived.complete, str(derived)
    assert not derived.plan.annotations


def test_answers_are_kept_by_view(rows: Any) -> None:
    """The second request derives nothing; a view of another name for its rows is another question."""
    view = derived_class(Goods, "own_name")
    assert asked(view) is asked(view)
    other = derived_class(Goods, "own_name", context_object_name="others")
    assert asked(other).plan.columns != asked(view).plan.columns


def test_what_has_no_rows_or_no_template_is_told(rows: Any) -> None:
    """A wrong word, a view of no model, and a template that a row names."""
    with pytest.raises(PresetError, match="\"template\" or None, not 'templates'"):
        asked(derived_class(Goods, "own_name", preset_from="templates"))
    view = TemplateView(template_name="own_name")
    view.setup(RequestFactory().get("/"))
    with pytest.raises(PresetError, match="neither a list view nor a detail view"):
        derive_from_view(view, Product.objects.all())
    with pytest.raises(PresetError, match="the view alone names"):
        asked(derived_class(OneGood, "object", template_name_field="title"))


class Listed(PresetViewMixin, ListView):
    """Loads as it is told, and adds nothing."""

    model = Product
    context_object_name = "goods"
    template_name = "lines"


def said(view: Any) -> list[tuple[str, str]]:
    """Return what the checks say of a view that a URL leads to."""
    module: Any = ModuleType("urls_of_a_test")
    module.urlpatterns = [path("x", view)]
    with override_settings(ROOT_URLCONF=module):
        return [(str(message.id), message.msg) for message in check_views(app_configs=None)]


def test_a_preset_that_loads_less_than_the_template_reads_is_a_warning() -> None:
    """It names the path, the template and the line; with the right preset there is nothing to say."""
    assert said(Listed.as_view(preset=Preset(only=["title", "brand__name"]))) == []
    ((number, message),) = said(Listed.as_view(preset=Preset(only=["title"])))
    assert number == "perfkit.W005"
    assert "'brand__name' (lines:4)" in message


def test_a_preset_that_loads_more_is_an_information() -> None:
    """Loading too much breaks nothing."""
    ((number, message),) = said(
        Listed.as_view(preset=Preset(only=["title", "brand__name", "tax", "lines__remark"]))
    )
    assert number == "perfkit.I002"
    assert "'lines', 'tax'" in message


def test_a_view_that_chooses_its_rows_may_load_the_rest_itself() -> None:
    """An override of ``get_queryset()`` can't be looked into: it is an information, not a warning."""

    class Chosen(Listed):
        def get_queryset(self) -> Any:
            return super().get_queryset().select_related("brand")

    ((number, _),) = said(Chosen.as_view(preset=Preset(only=["title"])))
    assert number == "perfkit.I004"


def test_views_that_derive_are_told_what_is_lost_and_others_are_left_alone() -> None:
    """A derived preset is right as long as all is followed; a plain view, or one without a preset, is no news."""
    assert said(Listed.as_view(preset_from="template")) == []
    ((number, message),) = said(Listed.as_view(preset_from="template", template_name="lost"))
    assert number == "perfkit.I003"
    assert "nothing_of_the_kind" in message
    assert said(Listed.as_view()) == []
    assert said(ListView.as_view(model=Product, template_name="lines")) == []
    assert said(TemplateView.as_view(template_name="lines")) == []
    (number, _) = said(Listed.as_view(preset_from="template", template_name="nowhere"))[0]
    assert number == "perfkit.I003"


def test_a_preset_to_paste_is_suggested_for_a_view() -> None:
    """``manage.py perfkit presets --suggest`` prints what the template reads, in the words of the template."""
    out = StringIO()
    call_command("perfkit", "presets", suggest=f"{__name__}.Listed", stdout=out)
    assert "brand__name" in out.getvalue()
