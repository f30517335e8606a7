"""The names of Django that perfkit uses and Django doesn't promise: each where perfkit expects it.

When Django moves one, the test of that name fails; what perfkit begins to use has to be written down.
"""

from __future__ import annotations

import ast
import functools
import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.contrib.contenttypes.fields import GenericForeignKey
from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, Prefetch, prefetch_related_objects
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init
from django.http import HttpResponse
from django.template import Variable, engines
from django.template.defaulttags import IfChangedNode

from perfkit._compat import HAS_FETCH_MODES
from tests.test_boundaries import SOURCES, WithoutTypeChecking
from tests.testapp.models import Author, Book, Tag

PRIVATE = re.compile(r"(?<!\w)_[A-Za-z]\w*")


def a_prefetched_row() -> Book:
    book = Book(pk=1)
    prefetch_related_objects([book], Prefetch("tags", Tag.objects.none()))
    return book


def a_rendered_condition() -> object:
    source = "{% ifchanged a %}{% endifchanged %}"
    return (
        engines["django"].from_string(source).template.nodelist.get_nodes_by_type(IfChangedNode)[0]
    )


#: Where the names are that begin with an underscore: what has them, and how a test comes by it.
PLACES: dict[str, tuple[Callable[[], Any], str]] = {
    "a queryset": (
        lambda: Book.objects.all(),
        """
        _add_hints _chain _clone _db _deferred_filter _fetch_all _fields _for_write _hints _iterable_class
        _iterator _known_related_objects _not_support_combined_queries _prefetch_related_lookups _query
        _result_cache
        """,
    ),
    "a queryset since 6.1": (lambda: Book.objects.all(), "_fetch_mode"),
    "a manager": (lambda: Book.objects, "_queryset_class"),
    "a related manager": (lambda: Book(pk=1).reviews, "_apply_rel_filters"),
    "a many-to-many manager": (lambda: Book(pk=1).tags, "_add_items _remove_items"),
    "the manager of a nullable key": (lambda: Author(pk=1).edited, "_clear"),
    "a model": (lambda: Book, "_base_manager _default_manager _meta"),
    "any model": (
        lambda: Model,
        "_get_FIELD_display _get_next_or_previous_by_FIELD _get_pk_val _is_pk_set",
    ),
    "a row": (lambda: Book(), "_state"),
    "a prefetched row": (a_prefetched_row, "_prefetched_objects_cache"),
    "a column": (lambda: DeferredAttribute, "_check_parent_chain"),
    "a generic key": (lambda: GenericForeignKey, "_check_content_type_field"),
    "a cursor": (lambda: CursorWrapper, "_execute _executemany"),
    "a transaction": (lambda: transaction.atomic(), "_from_testcase"),
    "a handler": (lambda: BaseHandler, "_get_response _get_response_async"),
    "a response": (lambda: HttpResponse(), "_resource_closers"),
    "a signal": (lambda: post_init, "_live_receivers"),
    "a variable of a template": (lambda: Variable, "_resolve_lookup"),
    "ifchanged": (a_rendered_condition, "_varlist"),
}
NAMES = [(place, name) for place, (_, names) in PLACES.items() for name in names.split()]
#: Names that Django has as well, used here of something else.
OTHERS = {
    "_args": "serializers and fields of Django REST framework",
    "_context": "serializers and fields of Django REST framework",
    "_data": "serializers of Django REST framework",
    "_declared_fields": "serializers of Django REST framework",
    "_kwargs": "serializers and fields of Django REST framework",
    "_M": "a type variable",
    "_OTHER": "the method of a request that is none of HTTP",
    "_getframe": "sys",
    "_id": "the end of the name of a key's column",
    "_lru_cache_wrapper": "functools",
    "_queryset": "what stands in for a queryset in forms of the admin",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("place", "name"), NAMES, ids=[f"{name} of {place}" for place, name in NAMES]
)
def test_a_private_name_is_where_it_was(place: str, name: str) -> None:
    """What perfkit uses of Django by a name with an underscore is there."""
    if place.endswith("since 6.1") and not HAS_FETCH_MODES:
        pytest.skip("it came with Django 6.1")
    assert hasattr(PLACES[place][0](), name), f"Django {django.__version__}: {place} has no {name}"


@functools.cache
def trees() -> dict[str, ast.AST]:
    """Return the syntax trees of the modules that this Django runs, less what type checkers read."""
    other = "perfkit.auditor.backport" if HAS_FETCH_MODES else "perfkit.auditor.native"
    return {
        module: WithoutTypeChecking().visit(ast.parse(path.read_text(encoding="utf-8")))
        for module, path in SOURCES.items()
        if module != other
    }


def used() -> set[str]:
    """Return the private names that all of perfkit uses, of anything but ``self``, and in strings."""
    names = set()
    for path in SOURCES.values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("self", "cls"):
                names.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
    return {name for name in names if PRIVATE.fullmatch(name)}


def test_every_private_name_is_written_down() -> None:
    """A private name of Django that perfkit uses has its test above, and none is there in vain."""
    sources = Path(django.__file__).parent.rglob("*.py")
    djangos = {
        name for path in sources for name in PRIVATE.findall(path.read_text(encoding="utf-8"))
    }
    tested = {name for _, name in NAMES}
    untested = used() & djangos - set(OTHERS) - tested
    assert not untested, f"add {untested} to PLACES, or to OTHERS where they aren't Django's"
    assert not tested - used(), "perfkit no longer uses these"


def imported() -> Iterator[tuple[str, str]]:
    """Yield what perfkit names of Django's modules and classes: where it is, and its name.

    Each ``from django.db.models.query import ModelIterable``, and each attribute of what was imported.
    """
    for tree in trees().values():
        origins: dict[str, tuple[str, ...]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "django":
                for alias in node.names:
                    yield str(node.module), alias.name
                    origins[alias.asname or alias.name] = (str(node.module), alias.name)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                continue
            if node.value.id in origins:
                yield ".".join(origins[node.value.id]), node.attr


def found(path: str) -> Any:
    """Return the module, or what a module has, at a dotted path."""
    try:
        return importlib.import_module(path)
    except ImportError:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)


SINCE_6_1 = ("fetch_modes", "FieldFetchBlocked")
IMPORTED = sorted(
    (path, name)
    for path, name in set(imported())
    if HAS_FETCH_MODES or not {name, path.rpartition(".")[2]} & set(SINCE_6_1)
)


@pytest.mark.parametrize(("path", "name"), IMPORTED, ids=[".".join(entry) for entry in IMPORTED])
def test_an_imported_name_is_where_it_was(path: str, name: str) -> None:
    """What perfkit imports of Django, in functions too, is there, and has the attributes that are asked for."""
    owner = found(path)
    assert hasattr(owner, name) or found(f"{path}.{name}"), f"{path} has no {name}"
