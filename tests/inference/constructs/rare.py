# ruff: noqa
"""What is rarely asked of a value, and the last way out of each rule."""

import collections
import copy
import dataclasses
import functools
import itertools
import operator
import sys
import types
from functools import cached_property
from typing import NamedTuple

from django.db import connection, connections
from django.db.models import Q, QuerySet

from perfkit.inference import reads, register_reads
from tests.inference.app.models import Brand, Line, Product, Tag
from tests.inference.constructs import alone, either, followed, given_up

# Live objects


class _Descriptor:
    def __get__(self, instance, owner=None):
        return (lambda row: row.slogan) if instance is None else (lambda row: row.motto)


class _Live:
    shared = "slogan"
    row_of = _Descriptor()

    def __init__(self):
        self.held = "name"

    def method(self, row):
        return getattr(row, self.held)

    @classmethod
    def of_class(cls, row):
        return getattr(row, cls.shared)

    @staticmethod
    def static(row):
        return row.motto

    @property
    def prop(self):
        return self.held

    @cached_property
    def cached(self):
        return "slogan"

    def __call__(self, row, *others):
        return row.name


class _Livelier(_Live):
    shared = "motto"

    @classmethod
    def of_class(cls, row):
        return super().of_class(row), cls.shared

    def method(self, row):
        return super().method(row), super().of_class(row), super().static(row), super().prop


_LIVE = _Live()
_LIVELIER = _Livelier()
_PARTIAL = functools.partial(
    lambda first, second, third=None: (first, second.slogan, third), 1, third=2
)
_ITEMS = {"slogan": 1}
_PAIR = ("slogan", "name")
_METHOD = _LIVE.method
_LAMBDA = lambda row: row.slogan


@followed
def live_method(self):
    return _LIVE.method(self.brand)


@followed
def live_method_that_is_bound(self):
    return _METHOD(self.brand), _METHOD.__func__(_LIVE, self.brand)


@followed
def live_class_method(self):
    return _LIVE.of_class(self.brand)


@followed
def live_static_method(self):
    return _LIVE.static(self.brand)


@followed
def live_property(self):
    return getattr(self.brand, _LIVE.prop)


@followed
def live_cached_property(self):
    return getattr(self.brand, _LIVE.cached)


@followed
def live_attributes(self):
    return getattr(self.brand, _LIVE.held), getattr(self.brand, _LIVE.shared)


@followed
def live_class(self):
    return _LIVE.__class__.static(self.brand)


@given_up
def live_descriptor(self):
    return _LIVE.row_of(self.brand)


@followed
def live_descriptor_of_the_class(self):
    return _Live.row_of(self.brand)


@followed
def live_object_that_is_called(self):
    return _LIVE(self.brand), _LIVE(self.brand, 1, 2)


@followed
def live_super(self):
    return _LIVELIER.method(self.brand)


@followed
def live_super_of_the_class(self):
    return _LIVELIER.of_class(self.brand), _Livelier.of_class(self.brand)


@followed
def live_nothing(self):
    return _LIVE.nothing


@followed
def live_partial(self):
    return _PARTIAL(self.brand)


@followed
def live_dict_with_the_row_as_key(self):
    return _ITEMS.get(self.title), _ITEMS[self.brand]


@given_up
def live_dict_of_names(self):
    return [getattr(self.brand, name) for name in _ITEMS]


@followed
def live_tuple_of_names(self):
    return getattr(self.brand, _PAIR[0]), getattr(self.brand, _PAIR[1]), _PAIR[2:]


@followed
def live_tuple_without_such_an_item(self):
    return _PAIR[5]


@followed
def module_without_such_a_name(self):
    return getattr(operator, "nothing", self.title)


@followed
def lambda_of_the_module(self):
    return _LAMBDA(self.brand)


@given_up
def object_set_by_object(self):
    object.__setattr__(_LIVE, "kept", self.brand)


@given_up
def live_object_gets_the_row(self):
    _LIVE.kept = self.brand


@followed
def live_object_gets_a_text(self):
    _LIVE.kept = self.title
    return self.tax


def _outside():
    kept = None

    def nonlocal_of_a_live_function(self):
        nonlocal kept
        kept = self.brand
        return self.title

    return nonlocal_of_a_live_function


either(_outside())


@alone
def database_cursor(self):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return self.title


@alone
def database_cursor_of_another(self):
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")
    return self.title


# Objects that are made


class _Box:
    def __init__(self, row):
        self.row = row

    @property
    def text(self):
        return self.row.slogan

    @text.setter
    def text(self, row):
        self.row = row

    @classmethod
    def name_of(cls, row):
        return row.name

    @staticmethod
    def motto_of(row):
        return row.motto

    @property
    def only_read(self):
        return self.row.name


class _Kept:
    def __get__(self, instance, owner=None):
        return 1

    def __set__(self, instance, value):
        instance.other = value


class _Setting:
    kept = _Kept()


class _Keeping:
    def __setattr__(self, name, value):
        object.__setattr__(self, "other", value)


@dataclasses.dataclass
class _Late:
    row: object
    text: object = dataclasses.field(init=False, default="")
    other: object = dataclasses.field(default=1, kw_only=True)

    def __post_init__(self):
        self.text = self.row.slogan


class _Truthful(NamedTuple):
    row: object

    def __bool__(self):
        return bool(self.row.slogan)


class _Spoken(collections.namedtuple("_Spoken", "row")):
    def __str__(self):
        return self.row.slogan


class _Named(NamedTuple):
    row: object
    other: object = 1

    @classmethod
    def made(cls, row):
        return cls(row, 2)

    @staticmethod
    def motto_of(row):
        return row.motto

    @property
    def name(self):
        return self.row.name


@followed
def class_method_of_an_object(self):
    return _Box(self.brand).name_of(self.brand)


@followed
def static_method_of_an_object(self):
    return _Box(self.brand).motto_of(self.brand)


@followed
def setter_of_an_object(self):
    made = _Box(self.parent)
    made.text = self.brand
    return made.row.pk


@followed
def setter_of_an_object_by_name(self):
    made = _Box(1)
    setattr(made, "text", self.brand)
    return made.text


@followed
def setter_that_there_is_not(self):
    made = _Box(self.brand)
    made.only_read = self.parent


@given_up
def descriptor_that_sets(self):
    made = _Setting()
    made.kept = self.brand


@followed
def sets_in_its_own_way(self):
    made = _Keeping()
    made.anything = self.brand
    return made.other.slogan


@followed
def sets_what_it_is_told(self):
    made = _Box(1)
    object.__setattr__(made, "row", self.brand)
    return made.text


@followed
def field_that_is_set_late(self):
    made = _Late(self.brand, other=self.origin)
    return made.text, made.other.code


@followed
def class_method_of_a_named_tuple(self):
    return _Named(1).made(self.brand).row.slogan


@followed
def static_method_of_a_named_tuple(self):
    return _Named(1).motto_of(self.brand)


@followed
def property_of_a_named_tuple(self):
    return _Named(self.brand).name


@given_up
def truth_of_a_named_tuple(self):
    return 1 if _Truthful(self.brand) else 2


@given_up
def text_of_a_named_tuple(self):
    return str(_Spoken(self.brand))


@followed
def inherited_named_tuple(self):
    class_ = _Further(self.brand)
    return class_.name, class_.row.slogan


class _Further(collections.namedtuple("_Further", "row other", defaults=[1])):
    @property
    def name(self):
        return self.row.name


@given_up
def replaced_named_tuple(self):
    return _Named(self.brand)._replace(other=2).row.slogan


@given_up
def object_that_can_not_be_called(self):
    return _Box(self.brand)()


@given_up
def object_that_can_not_be_called_so(self):
    return _Box(self.brand)(1)


@given_up
def object_without_items(self):
    return _Box(self.brand)[0]


@given_up
def object_without_elements(self):
    return list(_Box(self.brand))


@given_up
def object_without_a_context(self):
    with _Box(self.brand) as one:
        return one


@given_up
def queryset_as_a_context(self):
    with self.tags.all() as one:
        return one


class _Odd:
    __bool__ = functools.partial(bool, 1)
    __len__ = _LIVE

    def __init__(self, row):
        self.row = row


@given_up
def truth_by_a_partial(self):
    return 1 if _Odd(self.brand) else 2


@given_up
def length_by_an_object(self):
    return len(_Odd(self.brand))


class _List(list):
    def first(self):
        return self[0].slogan

    @property
    def last(self):
        return self[-1].name


class _Dict(dict):
    kind = "slogan"

    def read(self, key):
        return getattr(self[key], self.kind)


@followed
def list_with_methods(self):
    made = _List([self.brand])
    return made.first(), made.last, 1 if made else 2


@followed
def dict_with_methods(self):
    made = _Dict(a=self.brand)
    made["b"] = self.brand
    return made.read("a"), made.read("b"), [one.motto for one in made.values()]


class _Base:
    @staticmethod
    def static(row):
        return row.motto

    @classmethod
    def of_class(cls, row):
        return row.slogan

    kind = "name"


class _Sub(_Base):
    @classmethod
    def of_class(cls, row):
        return super().of_class(row), super().static(row), getattr(row, super().kind)

    @classmethod
    def nothing_above(cls, row):
        return super().nothing

    @staticmethod
    def static(row):
        return super(_Sub, _Sub).static(row)

    def __init__(self, row=None):
        self.row = row

    def instance(self):
        return super().static(self.row), super().of_class(self.row), getattr(self.row, super().kind)


@followed
def super_of_a_class_method(self):
    return _Sub.of_class(self.brand)


@followed
def super_of_nothing(self):
    return _Sub.nothing_above(self.brand)


@followed
def super_with_two_arguments(self):
    return _Sub.static(self.brand)


@followed
def super_of_an_instance(self):
    return _Sub(self.brand).instance()


@given_up
def super_of_a_class_that_is_not_known(self):
    return super(self.title and _Sub or _Base, self.brand)


@given_up
def super_of_something_else(self):
    return super(_Sub, self.title).static(self.brand)


# Containers


@followed
def dict_of_a_dict(self):
    found = dict({"a": self.brand, "b": self.origin})
    return found["a"].slogan, found["b"].code


@followed
def dict_of_a_dict_that_is_spread(self):
    return dict({"a": self.brand}, b=self.origin)["b"].code


@given_up
def part_of_arguments_that_are_not_known(self):
    return list(itertools.islice(*[self.tags.all(), 2]))


@given_up
def accumulated_rows(self):
    return list(itertools.accumulate(self.tags.all()))


@followed
def accumulated_numbers(self):
    return list(itertools.accumulate(line.amount for line in self.lines.all()))


@followed
def searched_tuple(self):
    return (self.brand, 1).index(self.brand), (self.brand, 2).count(self.origin)


@given_up
def other_method_of_a_tuple(self):
    return (self.brand, 1).__len__()


@followed
def other_method_of_a_plain_tuple(self):
    return (self.title, 1).__len__()


@given_up
def method_of_a_function(self):
    def inner():
        return self.title

    return inner.__call__()


@given_up
def mapping_that_is_not_known(self):
    return "{a}".format_map(self.__dict__)


@given_up
def text_method_with_the_row(self):
    return "a".zfill(self)


@followed
def text_in_parts(self):
    first, second = self.title.split("e", 1) if "e" in self.title else ("a", "b")
    return first.upper(), [one.strip() for one in self.title.partition(" ")], second


@given_up
def number_of_a_generator(self):
    return int(one for one in [self])


@given_up
def number_with_the_row(self):
    return int("1", self)


@given_up
def number_of_rows(self):
    return float(self.tags.all())


@followed
def hash_of_a_method(self):
    return hash(self.brand.describe), {self.brand.describe: 1}


@given_up
def hash_of_a_part(self):
    return hash(self.__dict__)


@given_up
def hash_of_a_partial(self):
    return hash(functools.partial(print, self))


@followed
def hash_of_a_tuple(self):
    return hash((self.brand, self.title)), {(self.origin, 1): 2}


@given_up
def sign_before_a_list(self):
    return -[self.brand]


@followed
def sign_before_a_row(self):
    return -self.brand


@alone
def sign_before_a_condition(self):
    return Tag.objects.filter(~Q(name=self.title)).count()


@followed
def sign_before_a_number(self):
    return -self.price, +self.tax, ~self.tax


@given_up
def power_modulo_the_row(self):
    return pow(2, 3, self)


@followed
def power(self):
    return pow(self.price, 2), pow(2, self.tax, 5), operator.pow(2, self.price)


@given_up
def quotient_of_a_list(self):
    return divmod(self, [1])


@followed
def quotient(self):
    return divmod(self.price, 3)


@given_up
def partial_of_arguments_that_are_not_known(self):
    return functools.partial(*[print, self])()


@followed
def partial_of_plain_arguments_that_are_not_known(self):
    return functools.partial(*[len, self.title])()


@given_up
def reduced_without_end(self):
    return functools.reduce(lambda before, one: (before, one), self.tags.all())


@given_up
def method_caller_with_names(self):
    return operator.methodcaller("describe", prefix="a")(self.brand)


@given_up
def method_caller_of_a_name_that_is_not_known(self):
    return operator.methodcaller(self.title)(self.brand)


@given_up
def getter_of_a_name_that_is_not_known(self):
    return operator.attrgetter(self.title)(self.brand)


@followed
def getter_of_a_plain_thing(self):
    return operator.attrgetter(self.title)(_LIVE)


@followed
def operators_as_functions(self):
    return (
        operator.add(self.price, self.tax),
        operator.eq(self.brand, self.origin),
        operator.contains([self.brand], self.origin),
        operator.getitem([self.brand], 0).slogan,
        operator.not_(self.title),
        operator.neg(self.price),
    )


@given_up
def index_that_is_the_row(self):
    return [1][self]


@given_up
def index_of_a_tuple_that_is_the_row(self):
    return (1, self.brand)[self]


@given_up
def item_of_a_queryset_that_is_the_row(self):
    return self.tags.all()[self]


@given_up
def item_of_what_is_prefetched(self):
    return self._prefetched_objects_cache[self.title]


@given_up
def item_of_the_row(self):
    return self.__dict__[self.title]


@given_up
def deleted_item_of_the_row(self):
    del self.__dict__["title"]


@given_up
def deleted_attribute_of_a_queryset(self):
    del self.tags.all().nothing


@followed
def deleted_attribute_of_an_object(self):
    made = _Box(self.brand)
    del made.row
    return self.title


@given_up
def deleted_item_of_a_queryset(self):
    del self.tags.all()[0]


@given_up
def state_of_the_row(self):
    return self._state.nothing


@followed
def state_that_is_plain(self):
    return self._state.db, self._state.adding


@given_up
def slice_bounded_by_the_row(self):
    return self.title[self:]


@given_up
def asserted_with_the_row(self):
    assert self.price, self


@given_up
def raised_from_the_row(self):
    raise ValueError(1) from self


@given_up
def raised_with_the_row(self):
    raise ValueError(self)


# Patterns


@given_up
def pattern_of_a_sequence_on_a_queryset(self):
    match self.tags.all():
        case [first]:
            return first.name


@followed
def pattern_of_a_sequence_on_a_list(self):
    match [self.brand, self.brand]:
        case [first, second]:
            return first.slogan, second.name


@followed
def pattern_of_a_sequence_of_another_length(self):
    match (self.brand, self.origin):
        case (first,):
            return first.slogan
        case (first, second):
            return first.motto, second.code


@followed
def pattern_of_a_sequence_on_a_text(self):
    match self.title:
        case [first, *rest]:
            return first, rest


@given_up
def pattern_of_a_mapping_on_a_queryset(self):
    match self.tags.all():
        case {"a": first}:
            return first


@followed
def pattern_of_a_mapping_with_the_rest(self):
    match {"a": self.brand, "b": self.origin}:
        case {"a": first, **rest}:
            return first.slogan, rest["b"].code


@followed
def pattern_of_a_class_that_is_not_known(self):
    kind = {self.title: Brand}[self.title]
    match self.brand:
        case kind():
            return 1


@followed
def pattern_by_position_of_a_builtin(self):
    match self.title:
        case str(text):
            return text


@given_up
def pattern_by_position_of_nothing(self):
    match self.brand:
        case Brand(text):
            return text


@followed
def pattern_of_a_value(self):
    match self.brand:
        case _Live.shared:
            return 1
        case None:
            return 2
    return 3


@followed
def pattern_with_a_guard(self):
    match self.brand:
        case Brand(slogan=text) if text == self.title:
            return text
        case Brand() as one:
            return one.name


# Querysets


@followed
def manager_that_is_asked_for_its_queryset(self):
    return [tag.name for tag in self.tags.get_queryset()]


@alone
def copies_of_a_queryset(self):
    return [tag.name for tag in self.tags.all()._chain()], self.tags.all()._clone().count()


@given_up
def called_queryset(self):
    return self.tags.all()()


@given_up
def called_manager_without_a_name(self):
    return self.tags(manager=self.title)


@given_up
def called_manager_with_a_wrong_name(self):
    return self.tags(manager="name")


@alone
def called_manager(self):
    return [tag.name for tag in self.tags(manager="objects").all()]


@alone
def filtered_by_a_subquery(self):
    return self.tags.filter(product__in=Product.objects.all()).count()


@alone
def filtered_by_a_queryset_by_position(self):
    return self.tags.union(self.tags.all()).count()


@given_up
def filtered_by_the_row_by_position(self):
    return self.tags.filter(self)


@given_up
def filtered_by_more_than_is_known(self):
    return self.tags.filter(**{self.title: self})


@given_up
def filtered_by_a_text_that_is_the_row(self):
    return self.tags.filter(name=self)


@followed
def filtered_by_rows(self):
    return Product.objects.filter(brand__in=[self.brand], origin=self.origin).count()


@alone
def rows_of_values(self):
    return [one["name"] for one in self.tags.values("name")], self.tags.values_list("name").first()


@alone
def rows_in_bulk(self):
    return [one.name for one in self.tags.in_bulk().values()]


@alone
def rows_by_iterator(self):
    return [one.name for one in self.tags.iterator()], list(self.tags.values("name").iterator())


@given_up
def rows_that_are_created(self):
    return self.tags.create(name=self.title)


@alone
def rows_that_are_bulk_created(self):
    return Tag.objects.bulk_create([])


@alone
def last_row(self):
    return self.lines.last().remark, self.images.order_by("-pk").first().url


@followed
def first_rows(self):
    return self.images.first().url, self.lines.first(), self.images.all()[0].position


@followed
def asked_of_a_queryset(self):
    found = self.tags.all()
    return found.model, found.db, found.ordered, found.query, found.__class__


@followed
def method_of_a_class_of_querysets(self):
    return self.tags.red(), self.tags.all().reds, self.tags.all().limit


@alone
def combined_querysets(self):
    return [tag.name for tag in self.tags.all() | self.tags.all()]


@followed
def truth_of_querysets(self):
    return bool(self.tags.all()), 1 if self.lines.all() else 2, not self.images.all()


@followed
def text_of_a_queryset(self):
    return str(self.tags.all()), f"{self.tags.all()!r:>5}", repr(self.lines)


# Rows


@given_up
def long_chain(self):
    return self.parent.parent.parent.parent.parent.parent.parent.parent.title


@given_up
def long_chain_of_many(self):
    return [
        one
        for first in self.children.all()
        for second in first.children.all()
        for third in second.children.all()
        for fourth in third.children.all()
        for fifth in fourth.children.all()
        for sixth in fifth.children.all()
        for seventh in sixth.children.all()
        for one in seventh.children.all()
    ]


@alone
def generic_key_of_a_fetched_row(self):
    return [note.target for note in self.notes.filter(text="x")]


@alone
def relations_of_a_fetched_row(self):
    return [line.product.title for line in self.lines.filter(amount=1)]


@given_up
def value_of_a_field(self):
    return self._meta.get_field("title").value_from_object(self), self.serializable_value("tax")


@given_up
def value_of_a_field_that_is_not_known(self):
    return self.serializable_value(self.title)


@followed
def key_of_the_row(self):
    return self._get_pk_val(), self.pk, self.id


@given_up
def row_made_with_the_row(self):
    return Line(product=self).amount


@followed
def dates_of_the_row(self):
    return self.get_status_display(), self.created.year


@alone
def refreshed(self):
    self.refresh_from_db(fields=["title"])
    return self.title


@followed
def deferred_names(self):
    return "title" in self.get_deferred_fields(), sorted(self.get_deferred_fields())


# Functions


def _made_of_many(count):
    lines = [f"def f{one}(row): return f{one + 1}(row)" for one in range(count)]
    return "\n".join([*lines, f"def f{count}(row): return row.slogan"])


@given_up
def function_that_holds_itself(self):
    def inner():
        return inner, self.title

    return copy.copy(inner) and 1


@followed
def functions_that_hold_each_other(self):
    def first():
        return second

    def second():
        return first

    print(first)
    return self.title


@given_up
def recursion(self):
    def down(number):
        return self.title if number <= 0 else down(number - 1)

    return down(self.tax)


@given_up
def recursion_over_rows(self):
    def up(row):
        return up(row.parent) if row.parent else row.title

    return up(self)


@given_up
def class_inside(self):
    class Inner:
        kept = self.brand

        def read(self):
            return self.kept.slogan

    return Inner.kept.slogan


@given_up
def class_inside_that_reads_names(self):
    row = self.brand

    class Inner:
        text = row.slogan
        many = [one for one in (row.name, text)]

    return self.title


@given_up
def decorated_inside(self):
    def twice(function):
        @functools.wraps(function)
        def wrapper(*args):
            return function(*args), function(*args)

        return wrapper

    @twice
    def read(row):
        return row.slogan

    return read(self.brand)


@reads("slogan")
def _declared(row):
    return row.slogan


def _declared_of_another(row, other=None) -> str:
    return ""


register_reads(_declared_of_another, "slogan", argument="other")


@reads("slogan")
def _declared_text(row, *others) -> str:
    return row.slogan


@followed
def declared_function(self):
    return _declared(self.brand)


@given_up
def declared_function_of_a_queryset(self):
    return _declared_text(self.tags.all())


@followed
def declared_function_of_a_text(self):
    return _declared_text(self.title)


@given_up
def declared_function_with_another_row(self):
    return _declared_text(self.brand, self.origin)


@followed
def declared_function_of_another_argument(self):
    return _declared_of_another(1, self.brand), _declared_of_another(1, other=self.brand)


@given_up
def declared_function_of_a_wrong_argument(self):
    return _declared_of_another(self.brand, 1)


@followed
def named_tuple_of_its_own_without_a_row(self):
    return _Spoken(self.title).row, str(_Spoken(1))


@given_up
def named_tuple_of_its_own_that_gets_a_row(self):
    held = []
    made = _Spoken(held)
    held.append(self.brand)
    return str(made)


@followed
def class_inside_that_is_left_alone(self):
    class Inner:
        """Its functions run when somebody calls them."""

        kind = "a"

        def read(row):
            return row.slogan

        @property
        def text(self):
            return self.kind

    return self.title


@given_up
def class_inside_with_a_base(self):
    class Inner(type(self.brand.slogan)):
        pass

    return self.title


@given_up
def class_inside_with_a_decorator(self):
    @functools.partial(lambda row, cls: row.slogan, self.brand)
    class Inner:
        pass

    return self.title


@given_up
def class_inside_with_a_default(self):
    class Inner:
        def read(self, text=self.brand.slogan):
            return text

    return self.title


@given_up
def class_inside_with_a_default_by_name(self):
    class Inner:
        def read(self, *, text=self.brand.slogan):
            return text

    return self.title


@given_up
def class_inside_with_a_keyword(self):
    class Inner(_Taking, text=self.brand.slogan):
        pass

    return self.title


class _Taking:
    def __init_subclass__(cls, text):
        pass


@given_up
def class_inside_with_a_decorated_function(self):
    def now(function):
        return function(self.brand)

    class Inner:
        @now
        def read(row):
            return row.slogan

    return self.title


@followed
def function_that_wraps_nothing(self):
    return getattr(_LAMBDA, "__wrapped__", None) or self.title


@followed
def spread_of_one_of_two(self):
    held = dict(zip([self.title], [self.brand]))
    given = held if self.price else {"a": self.brand, **held}
    return [one.slogan for one in {**given}.values()]


@followed
def private_names_everywhere(self):
    return _Private(self.brand).read(self.origin, __kept=1)


class _Private:
    def __init__(self, row):
        self.__row = row

    def read(self, __other, **__named):
        def __inner(__one):
            return __one.slogan

        import operator as __tool

        for __each in [self.__row]:
            pass
        with_match = self.__row
        match with_match:
            case Brand(name=__name):
                __name
        try:
            int("x")
        except ValueError as __error:
            str(__error)
        return (
            __inner(self.__row),
            __other.code,
            __named["__kept"],
            __tool.attrgetter("motto")(__each),
        )


# Names that Python stores as those of the class around them


@followed
class private_function:
    def member(self):
        def __inner(one):
            return one.slogan

        return __inner(self.brand)


@followed
class private_module:
    def member(self):
        import operator as __tool

        return __tool.attrgetter("slogan")(self.brand)


@followed
class private_loop:
    def member(self):
        for __each in [self.brand]:
            pass
        return __each.slogan


@followed
class private_pattern:
    def member(self):
        match self.brand:
            case x as __name:
                pass
        return __name.slogan


@followed
class private_error:
    def member(self):
        try:
            int("x")
        except ValueError as __error:
            str(__error)
        return self.brand.slogan


@followed
class private_parameter:
    def member(self):
        def g(__other):
            return __other.slogan

        return g(self.brand)


@followed
class private_captured:
    def member(self):
        __x = self.brand
        return (lambda: __x.slogan)()


@followed
class private_keywords:
    def member(self):
        def g(**__named):
            return __named["a"].slogan

        return g(a=self.brand)


@followed
class private_rest:
    def member(self):
        def g(*__named):
            return __named[0].slogan

        return g(self.brand)


@followed
class private_keyword:
    def member(self):
        def g(__a):
            return __a.slogan

        return g(__a=self.brand)


@followed
class private_comprehension:
    def member(self):
        return [__x.slogan for __x in [self.brand]]


@followed
class private_generator:
    def member(self):
        return list((__x).slogan for __x in [self.brand])


@followed
class private_walrus:
    def member(self):
        (__x := self.brand)
        return __x.slogan


@followed
class private_nonlocal:
    def member(self):
        def g():
            nonlocal __x
            __x = self.brand

        __x = 1
        g()
        return __x.slogan


@followed
class private_deleted:
    def member(self):
        del_ = self.brand
        __x = del_
        del __x
        return del_.slogan


@followed
class private_keyword_with_a_default:
    def member(self):
        return self.read(__other=self.brand), self.read()

    def read(self, *, __other=None):
        return __other and __other.slogan


@followed
class private_default:
    def member(self):
        def read(__one=self.brand, *, __other=self.origin):
            return __one.slogan, __other.code

        return read()


@followed
class _private_of_a_class_with_an_underscore:
    def member(self):
        __one = self.brand
        return (lambda: __one.slogan)()


@followed
class private_attribute:
    def member(self):
        self.__kept = self.brand
        return self.__kept.slogan


@followed
class private_attribute_of_another_method:
    def __init__(self, *args, **kwargs):
        super(Product, self).__init__(*args, **kwargs)
        self.__kept = "a"

    def member(self):
        return self.__kept, self.title


@given_up
class private_attribute_that_is_deleted:
    @property
    def __kept(self):
        return self.title

    def member(self):
        del self.__kept


@followed
def live_tuple_that_is_iterated(self):
    return [getattr(self.brand, name) for name in _PAIR]


@followed
def arguments_of_an_error(self):
    try:
        return int(self.title)
    except (ValueError, TypeError) as error:
        return error.args[0], str(error)


@followed
def arguments_of_any_error(self):
    try:
        return self.brand.slogan
    except (ValueError, Exception) as error:
        return error.args


class _Compared:
    def __init__(self, row):
        self.row = row

    def __lt__(self, other):
        return self.row


@followed
def outcomes_of_a_chain_of_comparisons(self):
    found = _Compared(self.brand) < _Compared(None) < _Compared(1)
    return found and found.slogan


class _Calling(list):
    def __call__(self, other=None):
        return self[0].slogan if other is None else other.code


@followed
def extended_list_that_is_called(self):
    return _Calling([self.brand])()


@followed
def extended_list_that_is_called_with_a_row(self):
    return _Calling([self.brand])(self.origin)


@given_up
def extended_list_that_is_not_called(self):
    return _List([self.brand])()


@either
class representations_in_the_old_way:
    class Brand:
        def __repr__(self):
            return self.motto

    def member(self):
        return "%r" % self.brand, "%s" % (self.origin,), "%r" % [self.brand], "%d" % self.price


@alone
def named_manager_with_methods(self):
    return self.offers(manager="objects").dear()


@alone
def served_after_an_order(self):
    return self.lines.order_by("pk").first().remark, self.images.reverse().first().url


_PARENT, _CHILD = types.ModuleType("rare_parent"), types.ModuleType("rare_parent.child")
_CHILD.column = "slogan"
sys.modules["rare_parent.child"] = _CHILD


@followed
def module_below_another(self):
    return getattr(self.brand, getattr(_PARENT, "child", _CHILD).column)


@followed
def starred_tuple_in_a_loop(self):
    found = []
    for first, *others in [(self.brand, self.brand), (self.parent.brand,)]:
        found += [first.slogan, [one.name for one in others]]
    return found


@followed
def lambda_with_a_walrus(self):
    kept = self.origin
    found = [(lambda one: (kept := one).slogan)(one) for one in [self.brand]]
    return found, kept.code
