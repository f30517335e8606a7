# ruff: noqa
"""Who gets what: rows of several models go the same way, and each is read for what only it has.

Where one is taken for another the answer is incomplete, or has a path that is too much.
"""

import collections
import contextlib
import dataclasses
import functools
import itertools
import operator
from typing import Any, NamedTuple

from django.db.models import QuerySet

from tests.inference.app.models import Brand, Country, Tag
from tests.inference.constructs import alone, either, followed


_LAST = -1

# Unpacking


@either
def star_last(self):
    first, *rest = (self.brand, self.origin, self.origin)
    return first.slogan, [one.code for one in rest]


@either
def star_first(self):
    *rest, last = (self.brand, self.brand, self.origin)
    return last.code, [one.slogan for one in rest]


@either
def star_in_the_middle(self):
    first, *rest, last = (self.brand, self.parent, self.parent, self.origin)
    return first.slogan, [one.tax for one in rest], last.code


@either
def star_of_nothing(self):
    first, *rest, last = (self.brand, self.origin)
    return first.slogan, [one.nothing for one in rest], last.code


@followed
def nested_targets(self):
    (first, (second, third)), fourth = (self.brand, (self.origin, self.parent)), 1
    return first.slogan, second.code, third.tax


@either
def nested_star(self):
    (first, *(second, third)), [fourth] = (self.brand, self.parent, self.parent), [self.origin]
    return first.slogan, second.tax, third.tax, fourth.code


@followed
def swapped(self):
    first, second = self.brand, self.origin
    first, second = second, first
    return first.code, second.slogan


@followed
def chained_targets(self):
    first = (second, third) = (self.brand, self.origin)
    return first[0].slogan, first[1].code, second.slogan, third.code


@followed
def loop_targets(self):
    found = []
    for (first, second), third in [((self.brand, self.origin), self.parent)]:
        found.append((first.slogan, second.code, third.tax))
    return found


@either
def loop_star(self):
    found = []
    for first, *rest in [(self.brand, self.origin)]:
        found.append((first.slogan, rest[0].code))
    return found


@followed
def attribute_and_item_targets(self):
    kept, held = _Chest(1, 1), {}
    kept.first, held["second"] = self.brand, self.origin
    return kept.first.slogan, held["second"].code


# Calls


def _pair(first, second, /, third=None, *, fourth=None):
    found = [first.slogan, second.code]
    if third is not None:
        found.append(third.tax)
    if fourth is not None:
        found.append(fourth.body)
    return found


@followed
def by_position(self):
    return _pair(self.brand, self.origin)


@followed
def by_position_and_name(self):
    return _pair(self.brand, self.origin, fourth=self.detail, third=self.parent)


@followed
def by_star(self):
    return _pair(*(self.brand, self.origin))


@followed
def by_star_in_the_middle(self):
    return _pair(self.brand, *(self.origin, self.parent), fourth=self.detail)


@followed
def by_two_stars(self):
    return _pair(*(self.brand,), *(self.origin,), **{"third": self.parent, "fourth": self.detail})


@followed
def by_a_star_of_no_known_length(self):
    def reads(first, second, third=None):
        return first.slogan, second.name, third and third.name

    return reads(*(self.brand,), *[self.origin]), reads(self.brand, *[self.origin], self.origin)


@followed
def by_mappings(self):
    return _pair(self.brand, self.origin, **{"third": self.parent}, **{"fourth": self.detail})


@followed
def through_partial(self):
    return functools.partial(_pair, self.brand, fourth=self.detail)(self.origin, self.parent)


@followed
def through_a_wrapper(self):
    def wrapper(*args, **kwargs):
        return _pair(*args, **kwargs)

    return wrapper(self.brand, self.origin, third=self.parent, fourth=self.detail)


@followed
def rest_of_the_arguments(self):
    def reads(first, *rest, last, **others):
        return first.slogan, rest[0].code, rest[1].tax, last.body, others["more"].code

    return reads(self.brand, self.origin, self.parent, last=self.detail, more=self.origin)


@followed
def no_rest_of_the_arguments(self):
    def reads(first, *rest, **others):
        return first.slogan, [one.nothing for one in rest], others.get("none")

    return reads(self.brand)


@followed
def defaults_of_a_closure(self):
    def reads(first, second=self.origin, *, third=self.parent):
        return first.slogan, second.code, third.tax

    return reads(self.brand)


@followed
def defaults_that_are_replaced(self):
    def reads(first, second=self.tax, *, third=self.price):
        return first.slogan, second.code, third.body

    return reads(self.brand, self.origin, third=self.detail)


@followed
def defaults_of_a_lambda(self):
    reads = lambda first, second=self.origin, *rest, third=self.parent: (
        first.slogan,
        second.code,
        third.tax,
        len(rest),
    )
    return reads(self.brand)


@followed
def one_function_for_many(self):
    def give(one):
        return one

    return give(self.brand).slogan, give(self.origin).code, give(self.parent).tax


@followed
def one_function_that_reads_what_it_is_told(self):
    def give(one, name):
        return getattr(one, name)

    return give(self.brand, "slogan"), give(self.origin, "code"), give(self, "tax")


@followed
def falls_off_its_end(self):
    def does():
        self.price

    return self.title if does() is None else self.tax


@followed
def returns_nothing(self):
    def does():
        if self.price:
            return
        return self.brand

    found = does()
    return self.title if found is None else found.slogan


@followed
def never_returns(self):
    def does():
        raise ValueError(self.price)

    try:
        return does().nothing
    except ValueError:
        return self.title


@followed
def makes_functions(self):
    def make(one):
        def read(name):
            return getattr(one, name)

        return read

    first, second = make(self.brand), make(self.origin)
    return first("slogan"), second("code")


@followed
def three_functions_deep(self):
    row = self.brand

    def first():
        other = self.origin

        def second():
            def third():
                return row.slogan, other.code

            return third()

        return second()

    return first()


@followed
def nonlocal_of_the_middle(self):
    kept = self.brand

    def first():
        kept = self.tax

        def second():
            nonlocal kept
            kept = self.origin

        second()
        return kept

    found = first()
    return kept.slogan, found.code if found is not self.tax else 1


@followed
def comprehension_in_a_closure(self):
    row = self.origin

    def read():
        return [(one.slogan, row.code) for one in [self.brand]]

    return read()


@followed
def names_of_a_comprehension_are_its_own(self):
    one = self.origin
    found = [one.slogan for one in [self.brand]]
    return found, one.code


@followed
def names_of_a_comprehension_with_a_function_are_its_own(self):
    one = self.origin
    found = [(lambda: one.slogan)() for one in [self.brand]]
    return found, one.code


@followed
def names_of_a_generator_are_its_own(self):
    one = self.origin
    found = list(one.slogan for one in [self.brand])
    return found, one.code


@followed
def two_clauses(self):
    pairs = [(self.brand, self.origin)]
    return [
        (first.slogan, second.code, line.remark)
        for first, second in pairs
        for line in self.lines.all()
        if second.code
    ]


@followed
def clause_that_hangs_on_another(self):
    return {
        other.colour: row.tax
        for row in [self.parent]
        if row is not None
        for other in row.tags.all()
        if other.name
    }


@followed
def comprehension_in_a_comprehension(self):
    return [[one.slogan for one in [row.brand]] for row in [self.parent] if row]


@followed
def walrus_outlives_a_comprehension(self):
    found = [(kept := one).slogan for one in [self.brand]]
    return found, kept.name


# Items


@followed
def items_of_a_tuple(self):
    found = (self.brand, self.origin, self.parent)
    return found[0].slogan, found[1].code, found[_LAST].tax


@followed
def items_of_a_dict(self):
    found = {"a": self.brand, 1: self.origin, 2: self.parent}
    return found["a"].slogan, found[1].code, found[2].tax


@followed
def items_of_a_dict_by_get(self):
    found = {"a": self.brand}
    found.setdefault("b", self.origin)
    found.update(c=self.parent)
    found.update({"d": self.detail})
    one = found.get("d")
    return (
        found.get("a").slogan,
        found.get("b", None).code,
        found.pop("c").tax,
        one.body,
    )


@followed
def items_of_a_spread_dict(self):
    found = {"a": self.parent, **{"a": self.parent, "b": self.origin}}
    return found["a"].tax, found["b"].code


@followed
def items_of_a_dict_that_is_made(self):
    found = dict([("a", self.brand), ("b", self.origin)], c=self.parent)
    return found["a"].slogan, found["b"].code, found["c"].tax


@followed
def items_of_a_copy(self):
    found = {"a": self.brand, "b": self.origin}.copy()
    return found["a"].slogan, found["b"].code


@followed
def items_of_a_union(self):
    found = {"a": self.brand} | {"b": self.origin}
    found |= {"c": self.parent}
    return found["a"].slogan, found["b"].code, found["c"].tax


@followed
def keys_and_values(self):
    found = {self.brand: self.origin}
    return (
        [one.slogan for one in found],
        [one.slogan for one in found.keys()],
        [one.code for one in found.values()],
        [(key.slogan, value.code) for key, value in found.items()],
    )


@either
def items_by_name(self):
    found = {"a": self.brand, "b": self.origin}
    return [value.slogan if key == "a" else value.code for key, value in found.items()]


@followed
def item_that_is_deleted(self):
    found = {"a": self.brand, "b": self.origin}
    del found["b"]
    return found["a"].slogan


@followed
def slice_of_a_tuple(self):
    found = (self.brand, self.brand, self.origin)
    return [one.name for one in found[:2]]


@followed
def dict_of_tuples(self):
    found = {"a": (self.brand, self.origin)}
    first, second = found["a"]
    return first.slogan, second.code


@followed
def default_dict(self):
    found = collections.defaultdict(list)
    found["a"].append(self.brand)
    return [one.slogan for one in found["a"]]


@followed
def stack_and_queue(self):
    stack, queue = [self.brand], collections.deque([self.origin])
    return stack.pop().slogan, queue.popleft().code


@followed
def inserted(self):
    found, other = [], []
    found.insert(0, self.brand)
    other.extend([self.origin])
    found += [self.brand]
    return [one.slogan for one in found], [one.code for one in other]


# What goes through containers


@followed
def zipped(self):
    found = zip([self.brand], (self.origin,), [self.parent])
    return [(first.slogan, second.code, third.tax) for first, second, third in found]


@followed
def zipped_longest(self):
    found = itertools.zip_longest([self.brand], [self.brand], fillvalue=self.brand)
    return [(first.slogan, second.name) for first, second in found]


@followed
def numbered(self):
    return [(number, first.slogan) for number, first in enumerate([self.brand])]


@followed
def product_of_two(self):
    found = itertools.product([self.brand], [self.origin])
    return [(first.slogan, second.code) for first, second in found]


@followed
def star_map(self):
    found = itertools.starmap(
        lambda first, second: (first.slogan, second.code), [(self.brand, self.origin)]
    )
    return list(found)


@followed
def star_map_of_lists(self):
    found = itertools.starmap(
        lambda first, second: (first.slogan, second.name), [[self.brand, self.brand]]
    )
    return list(found)


@followed
def map_of_two(self):
    return list(map(lambda first, second: (first.slogan, second.code), [self.brand], [self.origin]))


@followed
def grouped_by(self):
    found = itertools.groupby(self.lines.all(), lambda line: self.brand)
    return [(key.slogan, [line.remark for line in group]) for key, group in found]


@followed
def accumulated_from(self):
    found = itertools.accumulate([1, 2], lambda before, one: before, initial=self.brand)
    return [one.slogan for one in found]


@followed
def reduced_from(self):
    return functools.reduce(lambda before, line: before, self.lines.all(), self.brand).slogan


@followed
def reduced_to_the_last(self):
    return functools.reduce(lambda before, line: line, self.lines.all(), None).remark


@followed
def filtered(self):
    found = filter(lambda one: one.slogan, [self.brand])
    return [one.name for one in found]


@followed
def sorted_by_another(self):
    found = sorted([self.brand], key=lambda one: one.slogan)
    return [one.name for one in found]


@followed
def extremes(self):
    first = max([self.brand], key=lambda one: one.slogan, default=None)
    second = min(self.brand, self.brand, key=operator.attrgetter("motto"))
    return first.name, second.name


@followed
def getters(self):
    first, second = operator.attrgetter("brand.slogan", "origin.code")(self)
    third, fourth = operator.itemgetter(0, _LAST)((self.brand, self.parent, self.origin))
    return first, second, third.name, fourth.name


@followed
def method_caller(self):
    return operator.methodcaller("describe", "x")(self.brand)


# Objects


@dataclasses.dataclass
class _Three:
    first: Any
    second: Any = None
    third: Any = dataclasses.field(default_factory=list)

    @property
    def both(self):
        return self.first.slogan, self.second.code


class _Named(NamedTuple):
    first: Any
    second: Any = None

    @property
    def both(self):
        return self.first.slogan, self.second.code

    def swapped(self):
        return _Named(self.second, self.first)


@followed
def data_class(self):
    made = _Three(self.brand, self.origin)
    made.third.append(self.parent)
    return made.both, made.first.name, made.second.name, made.third[0].tax


@followed
def data_class_by_name(self):
    made = _Three(second=self.origin, first=self.brand, third=[self.parent])
    return made.first.slogan, made.second.code, made.third[0].tax


@followed
def named_tuple(self):
    made = _Named(self.brand, second=self.origin)
    first, second = made
    return made.both, first.name, second.name, made[0].motto, made[1].code


@followed
def named_tuple_that_is_swapped(self):
    made = _Named(self.brand, self.origin).swapped()
    return made.first.code, made.second.slogan


@followed
def named_tuple_with_a_default(self):
    made = _Named(self.brand)
    return made.first.slogan, made.second is None


class _Chest:
    kind = "slogan"

    def __init__(self, first, second):
        self.first, self.second = first, second

    def __call__(self, other):
        return self.first.slogan, other.code

    def __getitem__(self, key):
        return self.second if key else self.second

    def __iter__(self):
        return iter([self.first])

    def __enter__(self):
        return self.first

    def __exit__(self, *error):
        self.second.name

    def __len__(self):
        return len(self.first.slogan)

    def __contains__(self, other):
        return other.code == self.first.slogan

    def __add__(self, other):
        return (self.first, other)

    @classmethod
    def make(cls, first, second):
        return cls(first, second)

    @staticmethod
    def second_of(chest):
        return chest.second


class _Deep(_Chest):
    kind = "name"

    def __init__(self, first, second):
        super().__init__(first, second)
        self.third = second

    def __call__(self, other):
        return super().__call__(other), self.third.name


@followed
def object_that_is_called(self):
    return _Chest(self.brand, self.origin)(self.origin)


@followed
def object_with_items(self):
    return _Chest(self.brand, self.origin)[1].code


@followed
def object_with_elements(self):
    return [one.slogan for one in _Chest(self.brand, self.origin)]


@followed
def object_that_is_entered(self):
    with _Chest(self.brand, self.origin) as one:
        return one.slogan


@followed
def object_with_a_length(self):
    return len(_Chest(self.brand, self.origin))


@followed
def object_that_contains(self):
    return self.origin in _Chest(self.brand, 1)


@followed
def object_that_is_added_to(self):
    first, second = _Chest(self.brand, 1) + self.origin
    return first.slogan, second.code


@followed
def object_made_by_its_class(self):
    made = _Chest.make(self.brand, self.origin)
    return made.first.slogan, _Chest.second_of(made).code


@followed
def object_of_a_subclass(self):
    made = _Deep(self.brand, self.origin)
    return made(self.origin), getattr(made.first, made.kind), made.third.code


@followed
def objects_of_one_class_made_in_two_places(self):
    first, second = _Chest(self.brand, 1), _Chest(self.origin, 1)
    return first.first.slogan, second.first.code


@followed
def objects_of_one_class_made_in_two_calls(self):
    def make(one):
        return _Chest(one, 1)

    first, second = make(self.brand), make(self.origin)
    return first.first.slogan, second.first.code


# Control flow


@followed
def narrowed_by_none(self):
    one = None if self.price else self.brand
    if one is None:
        return self.title
    return one.slogan


@followed
def narrowed_by_a_constant(self):
    kind = "brand" if self.price else "origin"
    if kind == "brand":
        return getattr(self, kind).slogan
    return getattr(self, kind).code


@followed
def narrowed_by_another_constant(self):
    kind = "brand" if self.price else "origin"
    if kind != "brand":
        return getattr(self, kind).code
    return getattr(self, kind).slogan


@followed
def narrowed_by_class(self):
    one = self.brand if self.price else self.origin
    if isinstance(one, Country):
        return one.code
    return one.slogan


@followed
def narrowed_by_classes(self):
    one = self.brand if self.price else self.origin
    return one.name if isinstance(one, (Country, Brand)) else one.nothing


@followed
def narrowed_by_not(self):
    one = self.brand if self.price else self.origin
    if not isinstance(one, Country):
        return one.slogan
    return one.code


@followed
def narrowed_in_an_expression(self):
    one = self.brand if self.price else self.origin
    return one.code if isinstance(one, Country) else one.slogan


@followed
def narrowed_by_and(self):
    one = self.brand if self.price else self.origin
    return isinstance(one, Country) and one.code


@followed
def narrowed_by_or(self):
    one = self.brand if self.price else self.origin
    return not isinstance(one, Country) or one.code


@followed
def narrowed_in_a_comprehension(self):
    return [one.code for one in (self.brand, self.origin) if isinstance(one, Country)]


@either
def narrowed_by_a_pattern(self):
    match self.brand if self.price else self.origin:
        case Country() as one:
            return one.code
        case Brand(slogan=text):
            return text


@either
def pattern_of_a_tuple(self):
    match (self.brand, self.origin, self.parent):
        case (first, *rest, last):
            return first.slogan, rest[0].code, last.tax


@followed
def pattern_of_a_dict(self):
    match {"a": self.brand, "b": self.origin}:
        case {"a": first, "b": second}:
            return first.slogan, second.code


@followed
def branches_that_end(self):
    if self.price:
        one = self.brand
    elif self.tax:
        raise ValueError
    else:
        return self.title
    return one.slogan


@followed
def branches_that_meet(self):
    if self.price:
        one, other = self.brand, self.origin
    else:
        one, other = self.brand, self.origin
    return one.slogan, other.code


@followed
def name_that_is_replaced(self):
    one = self.origin
    one = self.brand
    return one.slogan


@followed
def name_that_is_replaced_in_a_loop(self):
    one = self.brand
    while self.price:
        one.slogan
        one = self.brand
        break
    return one.name


@followed
def loop_that_breaks(self):
    one = self.brand
    for line in self.lines.all():
        one = self.origin
        break
    else:
        return one.slogan
    return one.name


@followed
def loop_that_goes_on(self):
    found = []
    for line in self.lines.all():
        one = self.brand
        if line.amount:
            one = self.origin
            continue
        found.append(one.slogan)
    return found


@followed
def loop_with_an_end(self):
    for line in self.lines.all():
        one = self.brand
    else:
        one = self.origin
    return one.code


@followed
def tried(self):
    try:
        one = self.brand
    except ValueError:
        return self.title
    else:
        found = one.slogan
    finally:
        self.tax
    return found


@followed
def tried_and_failed(self):
    one = self.origin
    try:
        one = self.brand
        int(self.title)
    except (ValueError, TypeError) as error:
        return one.name, str(error)
    return one.slogan


@followed
def suppressed(self):
    with contextlib.suppress(ValueError):
        return int(self.title)
    return self.brand.slogan


@followed
def chosen_by_or(self):
    return (None or self.brand).slogan


@followed
def chosen_by_and(self):
    return (self.brand and self.origin).code


@followed
def compared_in_a_chain(self):
    return self.price < self.tax < self.brand.name < 5


@followed
def branch_of_a_known_call(self):
    name = "brand"
    if name.startswith("br"):
        return self.brand.slogan
    return self.title


@followed
def given_by_a_generator(self):
    def give():
        kept = yield self.brand
        yield self.brand
        return self.origin

    def gives():
        found = yield from give()
        yield found.code

    return [one for one in gives()]


# Rows without a relation


_TAGS = Tag._default_manager


@alone
def manager_of_a_module(self):
    return _TAGS.filter(colour=self.status).count()


@alone
def manager_that_is_told(self):
    def count(manager):
        return manager.filter(name=self.title).exists()

    return count(Tag.objects)


@followed
def class_of_a_row(self):
    return type(self.brand).__name__


@followed
def class_of_an_object(self):
    made = _Chest(self.brand, self.origin)
    return type(made).make(self.brand, 1).first.slogan, made.__class__.kind


@followed
def class_of_a_list(self):
    return [one.slogan for one in [self.brand]], type([self.brand]) is list, type([1])("ab")


@followed
def caught_in_between(self):
    one = self.origin
    try:
        int(self.title)
    except ValueError:
        one = self.brand
        int(self.status)
        one = self.detail
    finally:
        one.pk, one is None or self.tax
    return self.price


@followed
def read_at_last(self):
    one = self.brand
    try:
        int(self.title)
    except ValueError:
        one = self.parent.brand
        int(self.status)
        one = self.brand
        raise
    finally:
        one.slogan
    return self.price


class _Closed:
    def __init__(self, one):
        self.__one = one

    def __read(self):
        return self.__one.slogan

    def read(self):
        return self.__read(), getattr(self, "_Closed__one").name


@followed
def private_names(self):
    return _Closed(self.brand).read()


@followed
def private_names_of_a_class_with_underscores(self):
    return __Hidden__(self.brand).read()


class __Hidden__:
    def __init__(self, one):
        self.__one = one

    def read(self):
        return self.__one.slogan


@followed
class private_names_of_the_row:
    def __heading(self):
        return self.title

    def member(self):
        return self.__heading()


# Classes


class _Meta(type):
    def first_of(cls, one):
        return one.slogan

    @property
    def kind(cls):
        return "name"


class _Made(metaclass=_Meta):
    pass


@followed
def method_of_a_metaclass(self):
    return _Made.first_of(self.brand)


@alone
def queryset_of_a_model(self):
    return QuerySet(Tag).filter(name=self.title).count()


@alone
def queryset_of_a_model_by_name(self):
    return [tag.colour for tag in QuerySet(model=Tag).filter(name=self.title)]


@followed
class text_of_object:
    def __str__(self):
        return object.__str__(self)

    def __repr__(self):
        return self.title

    def member(self):
        return str(self)


@followed
class format_of_object:
    def __str__(self):
        return self.title

    def member(self):
        return object.__format__(self, "")


@followed
class representation_of_object:
    def __repr__(self):
        return self.title

    def member(self):
        return object.__repr__(self.brand), repr(self)


@followed
def star_in_a_display(self):
    found = (1, *[self.brand])
    return [one and one.slogan for one in found if isinstance(one, Brand)]


@followed
def star_in_other_displays(self):
    found = [*(self.brand,), *[self.brand]]
    return [one.slogan for one in found], len({*found, self.brand})


@followed
def slices_of_a_list(self):
    found = [self.brand, self.brand]
    found[:1] = [self.parent.brand]
    return [one.slogan for one in found[1:]], [one.name for one in found[: self.price]]


@followed
def sum_from(self):
    return sum([[self.brand]], [self.parent.brand])[0].slogan


@followed
def sum_of_numbers(self):
    return sum(line.amount for line in self.lines.all()) + sum([self.price], self.tax)


@followed
def any_and_all(self):
    return any(line.amount for line in self.lines.all()) and all([self.brand.name, self.tax])


@followed
def joined(self):
    return ", ".join(line.remark for line in self.lines.all()) + "-".join((self.title, "x"))


@followed
def joined_name(self):
    return getattr(self, "_".join(("brand", "id"))), getattr(self, "%s" % "tax")


@followed
def formatted_with_names(self):
    return "{0.slogan} {one.code} {1}".format(self.brand, self.parent.tax, one=self.origin)


@followed
def formatted_in_the_old_way(self):
    return "%(a)s %(b)s" % {"a": self.brand, "b": self.origin.code}


@followed
def formatted_with_a_width(self):
    return f"{self.title:>{self.tax}} {self.brand!s:>9} {self.origin!r} {self.price=}"


@followed
def hashed(self):
    return len({self.brand, self.brand}), hash(self.brand), self.brand in {self.brand: 1}


@followed
def counter_of_columns(self):
    found = collections.Counter(line.remark for line in self.lines.all())
    return [(key, number) for key, number in found.most_common(2)]


@followed
def compared_rows(self):
    return self.brand == self.parent.brand, self.brand != self.origin, self.brand is self.origin


@followed
def in_a_list_of_rows(self):
    return self.brand in [self.parent.brand], self.title not in [self.status]


@followed
def added_lists(self):
    return [one.slogan for one in [self.brand] + [self.brand]], [
        one.code for one in [self.origin] * 2
    ]


@followed
def added_tuples(self):
    return [one.name for one in (self.brand,) + (self.origin,)]


@followed
def delegated(self):
    def outer():
        def inner():
            yield self.brand
            return self.origin

        found = yield from inner()
        return found

    return [one.slogan for one in outer()]


@followed
def deleted_name(self):
    one = self.brand
    found = one.slogan
    del one
    return found


@followed
def asserted(self):
    assert self.price, self.tax
    assert self.brand is not None
    return self.brand.slogan


@followed
def annotated(self):
    one: Brand = self.brand
    other: Any
    return one.slogan


@followed
def augmented(self):
    found = self.price
    found += self.tax
    parts = [self.brand]
    parts += [self.parent.brand]
    return found, [one.slogan for one in parts]


@followed
def imported_inside(self):
    from operator import attrgetter as getter
    import itertools as tools

    return [getter("slogan")(one) for one in tools.chain([self.brand], [self.brand])]


@followed
def kept_on_a_row(self):
    row = self.detail
    row._kept = self.brand
    return row._kept.slogan


@followed
def set_by_name(self):
    setattr(self, "_kept", self.brand)
    return getattr(self, "_kept").slogan


@followed
def asked_for_its_attributes(self):
    return hasattr(self, "title") and hasattr(self.brand, "slogan"), callable(self.brand.describe)
