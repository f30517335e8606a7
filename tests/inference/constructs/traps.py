# ruff: noqa
"""Traps: each hides a read as well as it can. Inference may follow or give up, but must not be silent."""

import collections
import contextlib
import copy
import enum
import functools
import itertools
import operator
import types
import weakref
from collections import UserDict, UserList, abc
from functools import partial, partialmethod, singledispatchmethod

from django.db.models import Model, QuerySet
from django.utils.functional import SimpleLazyObject, lazy

from tests.inference.app.models import Brand, Line, Product, Tag
from tests.inference.constructs import either, followed, given_up


@given_up
def getattr_of_operator(self):
    return operator.attrgetter("title").__call__(self)


@given_up
def call_dunder_of_function(self):
    def inner(row):
        return row.title

    return inner.__call__(self)


@given_up
def getattribute_called(self):
    return self.__getattribute__("title")


@given_up
def object_getattribute(self):
    return object.__getattribute__(self, "title")


@given_up
def type_getattribute(self):
    return type(self).__getattribute__(self, "title")


@given_up
def descriptor_called(self):
    return (
        type(self).__dict__["brand"].__get__(self).slogan if "brand" in type(self).__dict__ else 0
    )


@followed
def class_attribute_getter(self):
    return Product.title.__get__(self, Product)


@given_up
def property_getter(self):
    return property(lambda row: row.title).fget(self)


@given_up
def property_made_here(self):
    return property(lambda row: row.title).__get__(self)


@given_up
def method_type(self):
    return types.MethodType(lambda row: row.title, self)()


@given_up
def function_type_call(self):
    return types.FunctionType.__call__(lambda row: row.title, self)


@followed
def partial_called_later(self):
    function = partial(getattr, self)
    return function("title")


@followed
def partial_of_partial(self):
    return partial(partial(getattr, self), "title")()


@followed
def map_of_getattr(self):
    return list(map(getattr, [self], ["title"]))


@followed
def map_of_bound_method(self):
    return list(map(self.brand.describe, ["x"]))


@followed
def filter_by_bound_method(self):
    return list(filter(self.brand.describe, ["x"]))


@followed
def sorted_by_bound_method(self):
    return sorted(["x", "y"], key=self.brand.describe)


@given_up
def iter_with_sentinel(self):
    found = iter(lambda: self.title, "Lamp")
    return list(found)


@followed
def iter_of_row_sequence(self):
    return [row.title for row in iter([self])]


@followed
def next_of_iter_default(self):
    return next(iter([]), self).title


@followed
def reduce_with_initial_row(self):
    return functools.reduce(lambda row, _: row, [1], self).title


@followed
def min_default(self):
    return min([], default=self).title


@followed
def max_of_dict_by_get(self):
    found = {"a": self.price}
    return max(found, key=found.get)


@followed
def sum_with_start(self):
    return sum([[self.brand]], [])[0].slogan


@followed
def any_generator_side_effect(self):
    found = []
    any(found.append(line) for line in self.lines.all())
    return found[0].remark


@followed
def list_comprehension_side_effect(self):
    found = {}
    [found.setdefault(line.pk, line) for line in self.lines.all()]
    return [line.remark for line in found.values()]


@followed
def dict_of_lists(self):
    found = {}
    for line in self.lines.all():
        found.setdefault("a", []).append(line)
    return found["a"][0].remark


@followed
def dict_get_with_list(self):
    found = {}
    for line in self.lines.all():
        found["a"] = found.get("a", []) + [line]
    return found["a"][0].remark


@followed
def nested_dict(self):
    found = collections.defaultdict(dict)
    found["a"]["b"] = self.brand
    return found["a"]["b"].slogan


@followed
def nested_default_dict(self):
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    found["a"]["b"].append(self.brand)
    return found["a"]["b"][0].slogan


@followed
def default_dict_of_row(self):
    found = collections.defaultdict(lambda: self)
    return found["a"].title


@followed
def default_dict_get(self):
    found = collections.defaultdict(lambda: self)
    found["a"]
    return found.get("a").title


@followed
def counter_of_rows(self):
    return [tag.colour for tag in collections.Counter(self.tags.all())]


@given_up
def counter_elements(self):
    return [tag.colour for tag in collections.Counter(self.tags.all()).elements()]


@given_up
def ordered_dict_move(self):
    found = collections.OrderedDict(a=self.brand)
    found.move_to_end("a")
    return found.popitem()[1].slogan


@followed
def deque_rotate(self):
    found = collections.deque([1, self.brand])
    found.rotate(1)
    return found[0].slogan


@given_up
def user_list(self):
    return UserList([self.brand])[0].slogan


@given_up
def user_dict(self):
    return UserDict(a=self.brand)["a"].slogan


@followed
def chain_map(self):
    return collections.ChainMap({"a": self.brand})["a"].slogan


@followed
def zip_dict(self):
    return dict(zip(["a"], self.lines.all()))["a"].remark


@followed
def dict_from_generator(self):
    return dict((line.pk, line) for line in self.lines.all()).popitem()[1].remark


@followed
def set_pop(self):
    found = set(self.lines.all())
    return found.pop().remark


@given_up
def set_symmetric_difference_update(self):
    found = set()
    found.symmetric_difference_update(self.lines.all())
    return found.pop().remark


@given_up
def set_difference_update(self):
    found = set(self.tags.all())
    found.difference_update([])
    return found.pop().colour


@followed
def list_dunder(self):
    found = []
    found.__iadd__([self.brand])
    return found.__getitem__(0).slogan


@followed
def list_setitem_dunder(self):
    found = [1]
    found.__setitem__(0, self.brand)
    return found[0].slogan


@given_up
def list_unbound_append(self):
    found = []
    list.append(found, self.brand)
    return found[0].slogan


@given_up
def dict_unbound_update(self):
    found = {}
    dict.update(found, a=self.brand)
    return found["a"].slogan


@given_up
def dict_unbound_get(self):
    return dict.get({"a": self.brand}, "a").slogan


@given_up
def str_unbound_join(self):
    return str.join(",", (tag.name for tag in self.tags.all()))


@given_up
def str_unbound_format(self):
    return str.format("{0.title}", self)


@given_up
def str_format_kept(self):
    return "{0.title}".format.__call__(self)


@followed
def format_by_map(self):
    return list(map("{0.title}".format, [self]))


@followed
def format_builtin_nested(self):
    return "{:{}}".format(self.brand, 10)


@followed
def format_star(self):
    return "{0.title} {b.slogan}".format(*[self], **{"b": self.brand})


@followed
def percent_with_star(self):
    return "%*d" % (self.tax, self.price)


@given_up
def percent_of_mapping_object(self):
    class Mapping(dict):
        def __missing__(inner, key):
            return getattr(self, key)

    return "%(title)s" % Mapping()


@given_up
def template_method(self):
    import string

    return string.Template("$t").substitute(t=self.brand)


@followed
def textwrapped(self):
    import textwrap

    return textwrap.shorten(str(self.brand), 10)


@followed
def decimal_of_column(self):
    from decimal import Decimal

    return Decimal(self.price).quantize(Decimal("1.0"))


@given_up
def logged(self):
    import logging

    logging.getLogger("perfkit.tests").warning("%s", self) if self.price < 0 else None
    return self.tax


@given_up
def json_default(self):
    import json

    return json.dumps({"a": self.brand}, default=lambda row: row.slogan)


@given_up
def copied_row(self):
    return copy.copy(self.brand).slogan


@given_up
def weak_reference(self):
    return weakref.ref(self)().title


@given_up
def weak_method(self):
    return weakref.WeakMethod(self.brand.describe)()()


@given_up
def weak_dictionary(self):
    found = weakref.WeakValueDictionary()
    found["a"] = self
    return found["a"].title


@given_up
def lazy_object(self):
    return str(SimpleLazyObject(lambda: self.title))


@given_up
def lazy_function(self):
    return str(lazy(lambda: self.title, str)())


@given_up
def exit_stack(self):
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: self.title)
    return 1


@given_up
def exit_stack_enter(self):
    with contextlib.ExitStack() as stack:
        row = stack.enter_context(contextlib.nullcontext(self))
        return row.title


@given_up
def closing_row(self):
    class Closer:
        def close(inner):
            return self.title

    with contextlib.closing(Closer()):
        return 1


@given_up
def context_decorator(self):
    class Around(contextlib.ContextDecorator):
        def __enter__(inner):
            return self.title

        def __exit__(inner, *error):
            return False

    @Around()
    def inner():
        return 1

    return inner()


@followed
def generator_close(self):
    def inner():
        try:
            yield 1
        finally:
            self.title

    generator = inner()
    next(generator)
    generator.close()


@given_up
def generator_sent_row(self):
    def inner():
        while True:
            row = yield
            if row is not None:
                row.title

    generator = inner()
    next(generator)
    generator.send(self)


@given_up
def generator_frame(self):
    def inner(row):
        yield 1

    return inner(self).gi_frame.f_locals["row"].title


@given_up
def closure_cell(self):
    def inner():
        return self

    return inner.__closure__[0].cell_contents.title


@given_up
def defaults_of_function(self):
    def inner(row=self):
        return row

    return inner.__defaults__[0].title


@given_up
def keyword_defaults_of_function(self):
    def inner(*, row=self):
        return row

    return inner.__kwdefaults__["row"].title


@given_up
def attribute_of_function(self):
    def inner():
        return inner.row.title

    inner.row = self
    return inner()


@followed
def self_of_bound_method(self):
    return self.brand.describe.__self__.slogan


@followed
def func_of_bound_method(self):
    return self.brand.describe.__func__(self.brand)


@given_up
def args_of_partial(self):
    return partial(print, self).args[0].title


@given_up
def keywords_of_partial(self):
    return partial(print, row=self).keywords["row"].title


@given_up
def exception_with_row(self):
    try:
        raise LookupError(self)
    except LookupError as error:
        return str(error)


@given_up
def exception_with_cause(self):
    error = ValueError(self.title)
    error.row = self
    return error.row.price


@given_up
def assertion_message(self):
    try:
        assert False, self
    except AssertionError as error:
        return error.args[0].title


@given_up
def stop_iteration_value(self):
    def inner():
        return self
        yield

    try:
        next(inner())
    except StopIteration as stop:
        return stop.value.title


@given_up
def key_error_row(self):
    try:
        {}[self]
    except KeyError as error:
        return error.args[0].title


@given_up
def attribute_error_object(self):
    try:
        self.nothing
    except AttributeError as error:
        return getattr(error, "obj", self).title


@given_up
def traceback_of_system(self):
    import sys

    try:
        int("x")
    except ValueError:
        return sys.exc_info()[2].tb_frame.f_locals["self"].title


@given_up
def broad_exception(self):
    try:
        {}[self]
    except Exception as error:
        return error.args[0].title


@given_up
def traceback_frames(self):
    try:
        int("x")
    except ValueError as error:
        return error.__traceback__.tb_frame.f_locals["self"].title


class Kind(enum.Enum):
    A = "a"

    def of(self, row):
        return row.title


@followed
def enum_method(self):
    return Kind.A.of(self)


@given_up
def enum_method_by_value(self):
    return Kind(self.status).of(self)


class Meta(type):
    def __call__(cls, row):
        return row.title


class WithMeta(metaclass=Meta):
    pass


@given_up
def metaclass_call(self):
    return WithMeta(self)


class New:
    def __new__(cls, row):
        return row.brand


@given_up
def new_gives_another(self):
    return New(self).slogan


class Indexed:
    def __class_getitem__(cls, row):
        return row.title


@given_up
def class_getitem(self):
    return Indexed[self]


class Stringy(str):
    def __new__(cls, row):
        made = super().__new__(cls, "x")
        made.row = row
        return made


@given_up
def string_subclass(self):
    return Stringy(self).row.title


class Slotted:
    __slots__ = ("row", "__dict__")

    def __init__(self, row):
        self.row = row

    def __eq__(self, other):
        return self.row.title == other

    def __hash__(self):
        return hash(self.row.price)

    def __str__(self):
        return self.row.brand.slogan

    def __len__(self):
        return self.row.tax

    def __contains__(self, item):
        return item == self.row.status

    def __iter__(self):
        return iter([self.row.brand])

    def __getitem__(self, key):
        return self.row.parent

    def __del__(self):
        self.row.title

    def __reversed__(self):
        return iter([self.row.brand])


@followed
def wrapper_equal(self):
    return Slotted(self) == "x"


@followed
def wrapper_equal_reflected(self):
    return "x" == Slotted(self)


@followed
def wrapper_in_list(self):
    return "x" in [Slotted(self)]


@followed
def wrapper_hash(self):
    return {Slotted(self)}


@followed
def wrapper_text(self):
    return f"{Slotted(self)}"


@followed
def wrapper_len(self):
    return len(Slotted(self))


@followed
def wrapper_truth(self):
    return 1 if Slotted(self) else 2


@followed
def wrapper_contains(self):
    return "a" in Slotted(self)


@followed
def wrapper_iterated(self):
    return [brand.slogan for brand in Slotted(self)]


@followed
def wrapper_unpacked(self):
    (brand,) = Slotted(self)
    return brand.slogan


@followed
def wrapper_item(self):
    return Slotted(self)[0].title


@followed
def wrapper_slice(self):
    return Slotted(self)[1:].title


@followed
def wrapper_reversed(self):
    return [brand.slogan for brand in reversed(Slotted(self))]


@followed
def wrapper_sorted_text(self):
    return sorted([Slotted(self)], key=str)


@followed
def wrapper_deleted(self):
    wrapped = Slotted(self)
    del wrapped
    return 1


@given_up
def wrapper_vars(self):
    wrapped = Slotted(self)
    wrapped.extra = self.brand
    return vars(wrapped)["extra"].slogan


@given_up
def wrapper_dict(self):
    wrapped = Slotted(self)
    wrapped.extra = self.brand
    return wrapped.__dict__["extra"].slogan


@followed
def wrapper_getattr_builtin(self):
    return getattr(Slotted(self), "row").title


@followed
def wrapper_setattr_builtin(self):
    wrapped = Slotted(None)
    setattr(wrapped, "row", self)
    return wrapped.row.title


@given_up
class dispatch_method:
    @singledispatchmethod
    def show(self, thing):
        return thing

    @show.register
    def _(self, thing: int):
        return self.title

    def member(self):
        return self.show(1)


@followed
class wrapped_with_dunder_wrapped:
    def outer(self):
        return self.price

    outer.__wrapped__ = lambda self: self.title

    def member(self):
        return self.outer()


@given_up
class property_subclass:
    class loud(property):
        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            return super().__get__(instance, owner) + instance.status

    member = loud(lambda self: self.title)


@followed
class property_with_getter_replaced:
    @property
    def label(self):
        return self.title

    label = label.getter(lambda self: self.price)

    def member(self):
        return self.label


@followed
class class_method_gets_row:
    @classmethod
    def of(cls, row):
        return row.title

    def member(self):
        return self.of(self), type(self).of(self.parent)


@followed
class staticmethod_as_attribute:
    of = staticmethod(operator.attrgetter("title"))

    def member(self):
        return self.of(self)


@followed
class callable_class_attribute:
    of = operator.attrgetter("title")

    def member(self):
        return self.of(self)


@followed
class lambda_class_attribute:
    of = lambda self: self.title

    def member(self):
        return self.of()


@followed
class partial_method_with_row:
    def show(self, name, *, extra):
        return getattr(self, name) + extra

    shown = partialmethod(show, "title", extra="x")

    def member(self):
        return self.shown()


@followed
class row_eq_by_functools:
    class Brand:
        __eq__ = lambda self, other: self.slogan == getattr(other, "slogan", None)
        __hash__ = Model.__hash__

    def member(self):
        return [self.brand].index(self.parent.brand)


@followed
class row_count_in_list:
    class Brand:
        __eq__ = lambda self, other: self.slogan == getattr(other, "slogan", None)
        __hash__ = Model.__hash__

    def member(self):
        return [self.brand].count(self.parent.brand)


@followed
class row_remove_from_list:
    class Brand:
        __eq__ = lambda self, other: self.slogan == getattr(other, "slogan", None)
        __hash__ = Model.__hash__

    def member(self):
        found = [self.brand]
        found.remove(self.parent.brand)
        return found


@followed
class row_in_tuple_compare:
    class Brand:
        __lt__ = lambda self, other: self.slogan < other.slogan

    def member(self):
        return sorted([(1, self.brand), (1, self.parent.parent.brand)], key=lambda pair: pair)


@followed
class rows_heap:
    class Tag:
        __lt__ = lambda self, other: self.colour < other.colour

    def member(self):
        import heapq

        return heapq.nsmallest(1, self.tags.all())


@given_up
class rows_bisect:
    class Tag:
        __lt__ = lambda self, other: self.colour < other

    def member(self):
        import bisect

        return bisect.bisect(list(self.tags.all()), "x", key=lambda tag: tag.colour)


@either
def statistics_of_rows(self):
    import statistics

    return statistics.mean(line.amount for line in self.lines.all())


@given_up
def queryset_iter_dunder(self):
    return [line.remark for line in self.lines.all().__iter__()]


@given_up
def queryset_len_dunder(self):
    return self.lines.all().__len__()


@given_up
def queryset_getitem_dunder(self):
    return self.lines.all().__getitem__(0).remark


@given_up
def queryset_result_cache(self):
    found = self.lines.all()
    len(found)
    return found._result_cache[0].remark


@given_up
def queryset_instance_hint(self):
    return self.lines.all()._hints["instance"].title


@followed
def manager_instance(self):
    return self.lines.instance.title


@given_up
def manager_core_filters(self):
    return self.lines.core_filters["product"].title


@followed
def queryset_in_condition(self):
    return 1 if self.lines.all() and self.tags.all() else 2


@followed
def queryset_equality(self):
    return self.lines.all() == self.tags.all()


@followed
def queryset_in_list(self):
    return self.brand in list(self.lines.all())


@followed
def queryset_none(self):
    return [line.remark for line in self.lines.none()]


@followed
def queryset_raw(self):
    return [line.remark for line in Line.objects.raw("select * from inferred_line")]


@followed
def queryset_dates(self):
    return list(self.children.dates("created", "year"))


@followed
def queryset_using(self):
    return [line.remark for line in self.lines.using("default")]


@followed
def queryset_earliest(self):
    return self.lines.earliest("amount").product.title


@followed
def queryset_get_and_back(self):
    return self.lines.get(amount=1).product.title


@followed
def queryset_first_filter_and_back(self):
    return self.lines.filter(amount=1).first().product.title


@followed
def queryset_distinct_and_back(self):
    return [line.product.title for line in self.lines.distinct()]


@followed
def queryset_union_and_back(self):
    both = self.lines.filter(amount=1) | self.lines.filter(amount=2)
    return [line.product.title for line in both]


@followed
def queryset_slice_of_filter_and_back(self):
    return [line.product.title for line in self.lines.filter(amount=1)[:1]]


@followed
def own_row_reverse_back(self):
    line = Line.objects.select_related("product").first()
    return line.product.title


@given_up
def related_through_values(self):
    return self.tags.through.objects.filter(product=self).count()


@given_up
def prefetch_to_attr(self):
    from django.db.models import Prefetch, prefetch_related_objects

    prefetch_related_objects([self], Prefetch("lines", to_attr="kept_lines"))
    return [line.remark for line in self.kept_lines]


@given_up
def state_of_fields(self):
    self._state.fields_cache["brand"] = self.parent.brand
    return self.brand.slogan


@given_up
def detached_by_pk(self):
    self.pk = None
    return self.title


@given_up
def swapped_class(self):
    self.__class__ = type(self)
    return self.title


@given_up
def dict_update(self):
    self.__dict__.update(extra=self.brand)
    return self.extra.slogan


@given_up
def vars_of_self(self):
    vars(self)["extra"] = self.brand
    return self.extra.slogan


@given_up
def dir_names(self):
    return [getattr(self, name) for name in dir(self) if name == "title"]


@given_up
def names_from_split(self):
    return [getattr(self, name) for name in "title price".split()]


@given_up
def name_from_join(self):
    return getattr(self, "".join(["ti", "tle"]))


@followed
def name_from_replace(self):
    return getattr(self, "x_title".replace("x_", ""))


@given_up
def name_from_replaced_column(self):
    return getattr(self, "x_title".replace(self.title, ""), None)


@given_up
def name_from_slice(self):
    return getattr(self, "titlexx"[:5])


@followed
def name_from_dict(self):
    return getattr(self, {"a": "title"}[self.status])


@followed
def name_from_choice(self):
    return getattr(self, "title" if self.status == "a" else "price")


@given_up
def name_accumulated(self):
    name = "ti"
    for part in ("t", "le"):
        name += part
    return getattr(self, name)


@given_up
def name_in_while(self):
    name = "title!"
    while name.endswith("!"):
        name = name[:-1]
    return getattr(self, name)


@given_up
def conditional_import(self):
    try:
        from nowhere import helper
    except ImportError:
        helper = lambda row: row.title
    return helper(self)


@followed
def star_in_subscript(self):
    found = {("a", "b"): self.brand}
    key = ("a", "b")
    return found[key].slogan


@followed
def ternary_chain(self):
    row = self.brand if self.price else self.parent if self.tax else self
    return row.pk


@followed
def walrus_in_call(self):
    return str(row := self.brand) and row.slogan


@given_up
def augmented_list(self):
    rows = (self.brand,)
    rows += (self.brand.owner,)
    return rows[-1].email


@followed
def augmented_set(self):
    rows = {self.brand}
    rows ^= {self.brand.owner}
    return sorted(row._meta.model_name for row in rows)


@given_up
def slices_assigned(self):
    rows = [1, 2, 3]
    rows[::2] = [self.brand, self.brand.owner]
    return rows[0].slogan


@given_up
def delete_and_reread(self):
    self.__dict__.pop("title", None)
    return self.title


@followed
def loop_variable_after(self):
    for line in self.lines.all():
        pass
    return line.remark


@followed
def shadowed_in_comprehension(self):
    line = self.brand
    [line for line in self.lines.all()]
    return line.slogan


@followed
def late_bound_loop(self):
    functions = []
    for row in (self.brand, self.brand.owner):
        functions.append(lambda: row.pk and row.name)
    return [function() for function in functions]


@followed
def recursive_default(self, seen=None):
    seen = seen or []
    seen.append(self.brand)
    return seen[0].slogan


KEPT = []


@given_up
def mutable_default(self, seen=KEPT):
    seen.append(self)
    return seen.pop().title


@followed
def try_else(self):
    try:
        row = self.brand
    except AttributeError:
        row = None
    else:
        row = row.owner
    return row.email


@followed
def nested_functions_with_nonlocal(self):
    row = None

    def first():
        def second():
            nonlocal row
            row = self.brand

        second()

    first()
    return row.slogan


@followed
def yield_in_expression(self):
    def inner():
        row = yield self.brand
        yield row

    return [part.slogan for part in inner() if part]


@followed
def yield_from_list(self):
    def inner():
        yield from [self.brand]
        yield from (line for line in self.lines.all())

    return [part.pk for part in inner()]


@followed
def chained_comparison_of_rows(self):
    return self.brand == self.brand == self.parent.brand


@followed
def bool_of_generator(self):
    return bool(line.remark for line in self.lines.all())


@followed
def any_short_circuit(self):
    return any(line.remark == "line 2" for line in self.lines.all())


@followed
def product_rows_by_attribute(self):
    attribute = "brand"
    return getattr(getattr(self, attribute), "slogan")


@followed
def one_way_in_a_comprehension_and_the_other(self):
    return [brand.name if brand is not None else self.title for brand in [self.brand]]


@followed
def one_truth_in_a_comprehension_and_the_other(self):
    return [brand.name if brand else self.title for brand in [self.brand, None]]


@followed
def one_class_in_a_comprehension_and_the_other(self):
    return [
        self.price if isinstance(one, Product) else one.slogan for one in [self, self.brand] if one
    ]
