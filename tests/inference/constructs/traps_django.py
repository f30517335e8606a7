# ruff: noqa
"""Traps of Django and of objects; as in ``traps``."""

import collections
import functools
import itertools
import operator

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import F, Prefetch, Q, Value
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_str, smart_str
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator, capfirst, get_text_list, slugify
from django.utils.timesince import timesince

from tests.inference.app.models import Brand, Image, Line, Owner, Product, Tag
from tests.inference.constructs import either, followed, given_up


@followed
def null_text(self):
    motto = self.brand.motto
    return motto.upper() if motto is not None else self.brand.slogan


@followed
def joined_parts(self):
    return ", ".join(filter(None, [self.title, self.brand and self.brand.motto, str(self.price)]))


@followed
def joined_with_str(self):
    return " ".join(map(str, (self.brand, self.price)))


@followed
def first_or_none(self):
    return next(iter(self.images.all()), None)


@followed
def first_of_list(self):
    found = list(self.images.all()[:1])
    return found[0].url if found else None


@followed
def ordered_in_python(self):
    return sorted(self.images.all(), key=lambda image: image.position)[-1].url


@followed
def dates(self):
    return (timezone.now() - self.created).days, timesince(self.created)


@followed
def truncated(self):
    return Truncator(self.title).chars(3), capfirst(self.title), slugify(self.brand)


@followed
def text_list(self):
    return get_text_list([tag.name for tag in self.tags.all()], "and")


@followed
def text_list_of_rows(self):
    return get_text_list(list(self.tags.all()), "and")


@given_up
def stripped(self):
    return strip_tags(self.title) + smart_str(self.brand)


@followed
def html_of_parts(self):
    return format_html("{} {name}", self.brand, name=self.parent.title)


@followed
def safe_string(self):
    return SafeString(self.title) + mark_safe(self.brand.slogan)


@followed
def choices_of_field(self):
    return dict(self._meta.get_field("status").choices)[self.status]


@followed
def display_of_related(self):
    return self.parent.get_status_display()


@followed
def verbose_names(self):
    return {
        field.name: field.verbose_name
        for field in self._meta.get_fields()
        if hasattr(field, "verbose_name")
    }


@given_up
def values_of_fields(self):
    return {field.name: getattr(self, field.name) for field in self._meta.fields}


@followed
def values_of_tag_fields(self):
    return [{f.name: getattr(tag, f.name) for f in tag._meta.fields} for tag in self.tags.all()]


@followed
def concrete_model(self):
    return self._meta.concrete_model is type(self), self._meta.model is Product


@given_up
def got_or_404(self):
    return get_object_or_404(Line, product=self, amount=1).remark


@followed
def got_or_404_of_manager(self):
    return get_object_or_404(self.lines, amount=1).product.title


@followed
def filtered_by_f(self):
    return self.lines.filter(amount__lt=F("product__price")).count()


@followed
def updated(self):
    return self.lines.update(remark=self.title)


@followed
def conditional_queryset(self):
    lines = self.lines.all()
    if self.price:
        lines = lines.filter(amount=1)
    return [line.product.status for line in lines]


@followed
def queryset_given_to_helper(self):
    return total_of(self.lines.all())


def total_of(lines):
    return sum(line.amount for line in lines if line.product.price)


@followed
def manager_given_to_helper(self):
    return count_of(self.tags)


def count_of(manager):
    return manager.count() + len([tag.colour for tag in manager.all()])


@followed
def helper_by_name_of_relation(self):
    return [remark for remark in collect(self, "lines", "remark")]


def collect(row, relation, attribute):
    return [getattr(one, attribute) for one in getattr(row, relation).all()]


@followed
def dispatch_by_class(self):
    return [show(thing) for thing in (self.brand, self.parent)]


def show(thing):
    if isinstance(thing, Brand):
        return thing.slogan
    elif isinstance(thing, Product):
        return thing.title
    return str(thing)


@followed
def cached_in_dict(self):
    if "_label" not in self.__dict__:
        self.__dict__["_label"] = self.brand.slogan
    return self.__dict__["_label"]


@followed
class cached_by_try:
    def member(self):
        try:
            return self._cached_brand.slogan
        except AttributeError:
            self._cached_brand = self.brand
            return self._cached_brand.slogan


@followed
class cached_by_getattr:
    def member(self):
        brand = getattr(self, "_cached", None)
        if brand is None:
            brand = self._cached = self.brand
        return brand.slogan


@followed
class setter_that_reads:
    @property
    def label(self):
        return getattr(self, "_label", None)

    @label.setter
    def label(self, value):
        self._label = value
        self._other = self.brand.slogan

    def member(self):
        self.label = self.title
        return self._other


@given_up
class deleter:
    @property
    def label(self):
        return self.title

    @label.deleter
    def label(self):
        self.brand.slogan

    def member(self):
        del self.label


@followed
class iterable_row:
    def __iter__(self):
        for name in ("title", "price"):
            yield name, getattr(self, name)

    def member(self):
        return dict(self)


@given_up
class mapping_row:
    def keys(self):
        return ["title"]

    def __getitem__(self, key):
        return self.title

    def member(self):
        return dict(**self), {**self}


@given_up
class callable_row:
    def __call__(self, name="title"):
        return getattr(self, name)

    def member(self):
        return self()


@given_up
class callable_row_by_map:
    def __call__(self, name):
        return getattr(self, name)

    def member(self):
        return list(map(self, ["title"]))


@followed
class row_with_len_in_bool:
    class Line:
        def __len__(self):
            return self.amount

    def member(self):
        return [1 for line in self.lines.all() if line]


@followed
class row_sorted_by_len:
    class Line:
        def __len__(self):
            return self.amount

    def member(self):
        return sorted(self.lines.all(), key=len)


@followed
class manager_method_chain:
    def member(self):
        return self.tags.all().red()[0].name


@followed
class method_with_star_arguments:
    def show(self, *names, sep=", "):
        return sep.join(str(getattr(self, name)) for name in names)

    def member(self):
        return self.show("title", "price", sep=self.status)


@followed
class decorator_that_keeps:
    @functools.lru_cache
    def label(self):
        return self.title

    def member(self):
        return self.label()


@followed
class decorator_with_state:
    class Once:
        def __init__(self, function):
            self.function = function
            self.found = {}

        def __get__(self, instance, owner=None):
            def call():
                if instance.pk not in self.found:
                    self.found[instance.pk] = self.function(instance)
                return self.found.pop(instance.pk)

            return call

    label = Once(lambda self: self.title)

    def member(self):
        return self.label()


@followed
class related_decorated:
    class Brand:
        @property
        @functools.lru_cache
        def loud(self):
            return self.slogan.upper()

    def member(self):
        return self.brand.loud


@followed
class inherited_property_of_mixin:
    class Mixin:
        @property
        def heading(self):
            return self.title

    heading = Mixin.heading

    def member(self):
        return self.heading


@followed
class abstract_hook:
    def hook(self):
        raise NotImplementedError

    def member(self):
        try:
            return self.hook()
        except NotImplementedError:
            return self.title


@followed
def reversed_url(self):
    try:
        return reverse("nowhere", args=[self.pk, self.title])
    except Exception:
        return self.price


@given_up
def reversed_url_of_row(self):
    try:
        return reverse("nowhere", args=[self.brand])
    except Exception:
        return self.price


@followed
def exists_of_reverse(self):
    return hasattr(self, "detail") and self.detail is not None


@followed
def generic_relation_counts(self):
    return self.notes.count() + len(self.notes.all())


@given_up
def text_of_generic(self):
    return [str(note.target) for note in self.notes.all()]


@given_up
def generic_compared(self):
    return [note.target == self for note in self.notes.all()]


@followed
def generic_isinstance(self):
    return [note.target.title for note in self.notes.all() if isinstance(note.target, Product)]


@followed
def content_types(self):
    return [note.content_type.model for note in self.notes.all()]


@followed
def grouped_lines(self):
    groups = collections.defaultdict(list)
    for line in self.lines.all():
        groups[line.amount].append(line)
    return {amount: [line.remark for line in lines] for amount, lines in sorted(groups.items())}


@followed
def zipped_attributes(self):
    return [row.slogan + text for row, text in zip(itertools.repeat(self.brand), ("a", "b"))]


@followed
def batches(self):
    lines = iter(self.lines.all())
    return [line.remark for line in itertools.islice(lines, 1)] + [line.amount for line in lines]


@followed
def tree_by_two(self):
    return [
        grandchild.title for child in self.children.all() for grandchild in child.children.all()
    ]


@followed
def parent_chain_of_two(self):
    parents = []
    if self.parent_id:
        parents.append(self.parent)
        if self.parent.parent_id:
            parents.append(self.parent.parent)
    return [row.title for row in parents]


@followed
def comparison_key(self):
    return max([self.brand, self.parent.brand], key=operator.attrgetter("slogan")).name
