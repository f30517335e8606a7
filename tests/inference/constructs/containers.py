# ruff: noqa
"""Rows in containers, and containers made of containers."""

import collections
import copy
import itertools
import operator
import types
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.inference.constructs import either, followed, given_up


@followed
def list_display(self):
    return [self.brand, self.title][0].name if False else [self.brand][0].slogan


@followed
def tuple_display(self):
    return (self.title, self.brand)[1].slogan


@followed
def tuple_negative_index(self):
    return (self.title, self.brand)[-1].slogan


@followed
def tuple_slice(self):
    return [part.slogan for part in (self.title, self.brand)[1:]]


@followed
def dict_display(self):
    return {"brand": self.brand, "n": 1}["brand"].slogan


@followed
def dict_get(self):
    return {"brand": self.brand}.get("brand").slogan


@followed
def dict_get_default(self):
    return {}.get("brand", self.brand).slogan


@followed
def dict_unknown_key(self):
    return {self.title: self.brand}.popitem()[1].slogan


@followed
def dict_values(self):
    return [value.slogan for value in {"a": self.brand}.values()]


@followed
def dict_items(self):
    return [value.slogan for key, value in {"a": self.brand}.items()]


@followed
def dict_keys_are_rows(self):
    return [key.slogan for key in {self.brand: 1}]


@followed
def dict_keys_are_rows_items(self):
    return [key.slogan for key, value in {self.brand: 1}.items()]


@followed
def dict_update(self):
    found = {}
    found.update({"a": self.brand}, b=self.brand.owner)
    return found["a"].slogan + found["b"].email


@followed
def dict_setdefault(self):
    found = {}
    return found.setdefault("a", self.brand).slogan


@followed
def dict_pop(self):
    return {"a": self.brand}.pop("a").slogan


@followed
def dict_merge(self):
    return ({"a": 1} | {"b": self.brand})["b"].slogan


@followed
def dict_spread(self):
    return {**{"b": self.brand}}["b"].slogan


@followed
def dict_call(self):
    return dict(b=self.brand)["b"].slogan


@followed
def dict_of_pairs(self):
    return dict([("b", self.brand)])["b"].slogan


@followed
def dict_of_zip(self):
    return dict(zip(["b"], [self.brand]))["b"].slogan


@followed
def dict_comprehension(self):
    return {tag.pk: tag for tag in self.tags.all()}.popitem()[1].colour


@followed
def dict_copy(self):
    return {"b": self.brand}.copy()["b"].slogan


@followed
def list_append(self):
    found = []
    found.append(self.brand)
    return found[0].slogan


@followed
def list_append_in_loop(self):
    found = []
    for line in self.lines.all():
        found.append(line)
    return found[-1].remark


@followed
def list_extend(self):
    found = []
    found.extend(self.lines.all())
    return found[0].remark


@followed
def list_insert(self):
    found = [1]
    found.insert(0, self.brand)
    return found[0].slogan


@followed
def list_plus(self):
    return ([1] + [self.brand])[1].slogan


@followed
def list_plus_in_place(self):
    found = [1]
    found += [self.brand]
    return found[1].slogan


@followed
def list_times(self):
    return ([self.brand] * 2)[1].slogan


@followed
def list_item_assignment(self):
    found = [None]
    found[0] = self.brand
    return found[0].slogan


@followed
def list_slice_assignment(self):
    found = [None]
    found[:] = [self.brand]
    return found[0].slogan


@followed
def list_pop(self):
    return [self.brand].pop().slogan


@followed
def list_reverse_and_copy(self):
    found = [self.brand]
    found.reverse()
    return found.copy()[0].slogan


@followed
def list_of_lists(self):
    return [[self.brand]][0][0].slogan


@followed
def list_starred(self):
    return [1, *[self.brand]][1].slogan


@followed
def tuple_starred(self):
    return (1, *[self.brand])[1].slogan


@followed
def set_display(self):
    return {self.brand}.pop().slogan


@followed
def set_add(self):
    found = set()
    found.add(self.brand)
    return found.pop().slogan


@followed
def set_union(self):
    return (set() | {self.brand}).pop().slogan


@followed
def set_union_method(self):
    return set().union([self.brand]).pop().slogan


@followed
def set_difference(self):
    return [b.slogan for b in {self.brand} - set()]


@followed
def set_in_place(self):
    found = set()
    found |= {self.brand}
    return found.pop().slogan


@followed
def frozen_set(self):
    return next(iter(frozenset([self.brand]))).slogan


@followed
def unpacking(self):
    a, b = self.brand, self.title
    return a.slogan


@followed
def unpacking_nested(self):
    (a, [b]), c = (1, [self.brand]), 2
    return b.slogan


@followed
def unpacking_starred(self):
    a, *b = [1, self.brand]
    return b[0].slogan


@followed
def unpacking_swap(self):
    a, b = self.brand, self.brand.owner
    a, b = b, a
    return a.email


@followed
def unpacking_in_for(self):
    return [brand.slogan for _, (brand, n) in [(1, (self.brand, 2))]]


@followed
def enumerated(self):
    return [line.remark for i, line in enumerate(self.lines.all(), 1) if i]


@followed
def zipped(self):
    return [line.remark + image.url for line, image in zip(self.lines.all(), self.images.all())]


@followed
def zipped_longest(self):
    return [
        line.pk
        for line, _ in itertools.zip_longest(self.lines.all(), [], fillvalue=self)
        if line.pk
    ]


@followed
def zip_star(self):
    return [pair[0] for pair in zip(*[self.lines.all()])][0].remark


@followed
def chained(self):
    return [item.pk for item in itertools.chain(self.lines.all(), [self])]


@followed
def chained_from_iterable(self):
    return [line.remark for line in itertools.chain.from_iterable([self.lines.all()])]


@followed
def sliced(self):
    return [line.remark for line in itertools.islice(self.lines.all(), 1)]


@followed
def produced(self):
    return [a.remark + b.url for a, b in itertools.product(self.lines.all(), self.images.all())]


@followed
def grouped(self):
    return [
        (key, [tag.name for tag in tags])
        for key, tags in itertools.groupby(self.tags.all(), key=lambda t: t.colour)
    ]


@followed
def grouped_by_attrgetter(self):
    return [key for key, tags in itertools.groupby(self.tags.all(), operator.attrgetter("colour"))]


@followed
def starmapped(self):
    return list(itertools.starmap(lambda a, b: a.slogan + b, [(self.brand, "x")]))


@followed
def accumulated(self):
    return list(itertools.accumulate(self.tags.all(), lambda a, b: b if a.colour else a))


@followed
def compressed(self):
    return [brand.slogan for brand in itertools.compress([self.brand], [1])]


@followed
def repeated(self):
    return [brand.slogan for brand in itertools.repeat(self.brand, 2)]


@followed
def teed(self):
    return [[line.remark for line in one] for one in itertools.tee(self.lines.all())]


@followed
def permuted(self):
    return [pair[0].remark for pair in itertools.permutations(self.lines.all(), 2)]


@followed
def combined(self):
    return [pair[0].remark for pair in itertools.combinations(self.lines.all(), 2)]


@followed
def pairwise(self):
    return [a.remark + b.remark for a, b in itertools.pairwise(self.lines.all())]


@followed
def default_dict(self):
    found = defaultdict(list)
    for tag in self.tags.all():
        found[tag.colour].append(tag)
    return [tag.name for tags in found.values() for tag in tags]


@followed
def ordered_dict(self):
    return OrderedDict(a=self.brand)["a"].slogan


@followed
def double_ended_queue(self):
    found = deque()
    found.append(self.brand)
    return found.popleft().slogan


@followed
def chain_map(self):
    return ChainMap({}, {"a": self.brand})["a"].slogan


@followed
class counted:
    class Tag:
        def __hash__(self):
            return hash(self.colour)

    def member(self):
        return Counter(self.tags.all())


@followed
def counted_columns(self):
    return Counter(tag.colour for tag in self.tags.all()).most_common(1)


Pair = namedtuple("Pair", "brand title")


@followed
def named_tuple(self):
    return Pair(self.brand, self.title).brand.slogan


@followed
def named_tuple_unpacked(self):
    brand, title = Pair(brand=self.brand, title=1)
    return brand.slogan


class Typed(NamedTuple):
    brand: object
    count: int = 0

    @property
    def slogan(self):
        return self.brand.slogan


@followed
def typed_named_tuple(self):
    return Typed(self.brand).slogan


@dataclass
class Wrapped:
    product: object
    parts: list = field(default_factory=list)

    @property
    def label(self):
        return self.product.title

    def price(self):
        return self.product.price


@followed
def data_class(self):
    return Wrapped(self).label


@followed
def data_class_by_name(self):
    wrapped = Wrapped(product=self)
    wrapped.parts.append(self.brand)
    return wrapped.price(), wrapped.parts[0].slogan


@dataclass
class Prepared:
    product: object

    def __post_init__(self):
        self.label = self.product.title


@followed
def data_class_post_init(self):
    return Prepared(self).label


@given_up
def data_class_equality(self):
    return Wrapped(self.brand) == Wrapped(self.parent.brand)


class Presenter:
    kind = "x"

    def __init__(self, product, **more):
        self.product = product
        self.more = more

    @property
    def label(self):
        return self.product.title

    def total(self):
        return self.product.price + self.tax

    @property
    def tax(self):
        return self.more["product"].tax if "product" in self.more else self.product.tax


class LouderPresenter(Presenter):
    def total(self):
        return super().total() * 2


@followed
def presenter(self):
    return Presenter(self).label


@followed
def presenter_method(self):
    return LouderPresenter(self).total()


@followed
def presenter_keyword(self):
    presenter = Presenter(product=self, extra=self.brand)
    return presenter.more["extra"].slogan


class Proxy:
    def __init__(self, target):
        self._target = target

    def __getattr__(self, name):
        return getattr(self._target, name)


@followed
def proxy(self):
    return Proxy(self).title


@followed
def proxy_of_relation(self):
    return Proxy(self.brand).owner.email


class Slotted:
    __slots__ = ("row",)

    def __init__(self, row):
        self.row = row


@followed
def slotted(self):
    return Slotted(self.brand).row.slogan


class Callable:
    def __init__(self, row):
        self.row = row

    def __call__(self, suffix=""):
        return self.row.slogan + suffix


@followed
def callable_object(self):
    return Callable(self.brand)("x")


@followed
def callable_object_plain(self):
    return Callable(self.brand)()


@given_up
def namespace(self):
    return types.SimpleNamespace(brand=self.brand).brand.slogan


@given_up
def mapping_proxy(self):
    return types.MappingProxyType({"a": self.brand})["a"].slogan


@given_up
def copied(self):
    return copy.copy([self.brand])[0].slogan


@given_up
def deep_copied(self):
    return copy.deepcopy(self).title


@given_up
def copied_row(self):
    return copy.copy(self).title


REGISTRY = {}
ITEMS = []


@given_up
def kept_in_global_dict(self):
    REGISTRY["x"] = self
    return REGISTRY["x"].title


@given_up
def kept_in_global_list(self):
    ITEMS.append(self)
    return ITEMS.pop().title


@given_up
def kept_by_setdefault(self):
    return REGISTRY.setdefault(self.pk, self).title


@given_up
def kept_on_function(self):
    kept_on_function.row = self
    return kept_on_function.row.title


@followed
def inert_global(self):
    return REGISTRY.get(self.title), len(ITEMS)


class ListOfRows(list):
    def titles(self):
        return [row.title for row in self]


class CarefulDict(dict):
    def __setitem__(self, key, value):
        super().__setitem__(key, value.brand)


@followed
def dict_subclass_that_sets(self):
    found = CarefulDict(a=self)
    found["b"] = self
    return found["b"].pk, found.get("a").title


class DefaultingDict(dict):
    def __missing__(self, key):
        return key.title

    def first(self):
        return next(iter(self.values()))


@given_up
def dict_subclass_that_misses(self):
    return DefaultingDict()[self]


@followed
def list_subclass(self):
    return ListOfRows([self]).titles()


@followed
def comprehension_over_dict_of_lists(self):
    groups = {"a": [line for line in self.lines.all()]}
    return {key: [line.remark for line in lines] for key, lines in groups.items()}


@followed
def sorted_by_key(self):
    return sorted(self.lines.all(), key=lambda line: (line.amount, line.remark))


@followed
def sorted_by_attrgetter(self):
    return sorted(self.lines.all(), key=operator.attrgetter("product.tax", "remark"))


@followed
def sorted_by_methodcaller(self):
    return sorted([self.brand], key=operator.methodcaller("describe", "x"))


@followed
def sorted_by_itemgetter(self):
    return sorted([(1, self.brand)], key=operator.itemgetter(0))[0][1].slogan


@followed
def sorted_reverse_slice(self):
    return sorted(self.lines.all(), key=lambda l: l.amount, reverse=True)[:1][0].remark


@followed
def list_index_of_row(self):
    return [self.brand].index(self.brand)


@followed
def nested_mutation(self):
    found = {"a": []}
    found["a"].append(self.brand)
    return found["a"][0].slogan


@followed
def aliased_list(self):
    first = []
    second = first
    second.append(self.brand)
    return first[0].slogan


@given_up
def escaped_list(self):
    found = []
    __import__("weakref").finalize(int, list, found) if False else eval("found")
    found.append(self)
    return 1
