"""perfkit.integrations.templates: what is followed, and that the preset made of it is enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist, engines, loader
from django.urls import path, register_converter
from django.urls.converters import get_converters

from perfkit import PresetError
from perfkit.integrations.templates import derive_from_template, preset_from_template
from perfkit.integrations.templates.deriving import forget
from tests.inference.app.models import Product
from tests.inference.rows import make_rows
from tests.integrations.template_constructs import FOLLOWED, GIVEN_UP, NEWER, PARTS
from tests.loads import queries

pytestmark = pytest.mark.django_db

CONSTRUCTS = {**FOLLOWED, **NEWER, **GIVEN_UP}


class SloganConverter:
    """Reads the slogan of what it is given, as path converters of projects do."""

    regex = ".*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: Any) -> str:
        return str(value.slogan)


if "slogan" not in get_converters():
    register_converter(SloganConverter, "slogan")


def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("row/<int:key>/", view, name="row"),
    path("text/<str:text>/", view, name="text"),
    path("slogan/<slogan:text>/", view, name="slogan"),
]


@pytest.fixture(autouse=True)
def project(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    settings.STATIC_URL = "/static/"
    settings.MEDIA_URL = "/media/"
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.locmem.Loader", {**PARTS, **CONSTRUCTS})],
                "libraries": {"probe": "tests.integrations.template_tags"},
                "context_processors": ["django.template.context_processors.request"],
            },
        }
    ]


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """Give the key of a product that has something in every relation."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_rows().pk
        transaction.set_rollback(True)


def variable_of(source: str) -> str:
    """Return the name of the context variable that a construct reads."""
    return (
        "product"
        if (
            "{% for product in products" not in source
            and "product." in source.replace("products.", "")
        )
        or "products" not in source
        else "products"
    )


def rendered(name: str, variable: str, given: Any) -> str:
    request = HttpRequest()
    request.method = "GET"
    return loader.render_to_string(name, {variable: given}, request)


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_no_silent_miss(name: str, rows: int) -> None:
    """What is complete needs no lazy load and shows the same bytes; what must be followed is."""
    source = CONSTRUCTS[name]
    if name in NEWER and "partialdef" not in engines["django"].engine.template_builtins[0].tags:
        pytest.skip("This version of Django has no partials.")
    variable = variable_of(source)
    derived = derive_from_template(name, **{variable: Product})
    assert derived.complete is (name not in GIVEN_UP), str(derived)
    queryset = Product.objects.order_by("pk")
    if variable == "products":
        plain, planned = queryset, derived.preset.apply(queryset)
        len(planned)
    else:
        plain = queryset.get(pk=rows)
        planned = derived.preset.apply(queryset).get(pk=rows)
    if name in ("endless", "debug", "json_script"):
        return  # Rendering them is endless, other each time, or an error.
    expected = rendered(name, variable, plain)
    with queries() as using:
        found = rendered(name, variable, planned)
    assert found == expected
    if derived.complete and not derived.own_queries:
        assert [sql for sql in using if "SAVEPOINT" not in sql] == []


def test_there_are_many() -> None:
    """The constructs cover what templates are made of."""
    assert len(CONSTRUCTS) >= 140


def test_an_answer_names_template_and_line() -> None:
    """What can't be followed is told with the name of the template and the line."""
    derived = derive_from_template("own_node", product=Product)
    assert [(one.file, one.line) for one in derived.unresolved] == [("own_node", 1)]
    assert "the tag title_of" in str(derived)


def test_an_answer_is_kept_until_a_template_changes() -> None:
    """The same question gives the same object; when a file changes it is asked anew."""
    first = derive_from_template("rows", products=Product)
    assert derive_from_template("rows", products=Product) is first
    forget()
    again = derive_from_template("rows", products=Product)
    assert again is not first
    assert again == first


def test_a_queryset_tells_its_annotations() -> None:
    """A name that the queryset annotates is no unknown attribute of the row."""
    from django.db.models import Value

    source = Product.objects.annotate(annotated=Value(1))
    assert not derive_from_template("annotation", product=Product).complete
    assert "annotated" in source.query.annotations
    derived = derive_from_template("rows", products=source)
    assert derived.complete


@pytest.mark.parametrize("variables", [{}, {"a": Product, "b": Product}, {"product": "Product"}])
def test_bad_variables_are_told(variables: dict[str, Any]) -> None:
    """Anything but one variable with a model is an error that says what to write."""
    with pytest.raises(PresetError, match="takes"):
        preset_from_template("column", **variables)


def test_a_template_that_there_is_not() -> None:
    """A missing template is the error that Django's own loader raises."""
    with pytest.raises(TemplateDoesNotExist):
        preset_from_template("nowhere.html", product=Product)


def test_other_template_languages_are_refused(settings: Any) -> None:
    """A template of another engine is an error that names the engine."""
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.dummy.TemplateStrings", "APP_DIRS": True}
    ]
    with pytest.raises(PresetError, match="not supported"):
        preset_from_template("perfkit_plain.html", product=Product)
