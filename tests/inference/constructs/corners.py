# ruff: noqa
"""Corners of the rules above: each was found by breaking a rule that nothing missed."""

import builtins
import dataclasses
import inspect
import itertools
import operator
from functools import cached_property

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.functional import cached_property as django_cached_property
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext_lazy, npgettext, pgettext, pgettext_lazy

from tests.inference.app.models import Brand, Line, Owner, Product, Tag
from tests.inference.constructs import either, followed, given_up


@followed
def hasattr_of_nothing(self):
    return self.title if not hasattr(self, "nothing_at_all") else 1


@followed
def hasattr_of_a_property(self):
    return hasattr(self, "brand")


@followed
def pattern_or(self):
    match self.brand:
        case Owner(email=text) | Brand(slogan=text):
            return text


@followed
def pattern_none(self):
    match self.brand:
        case None | True:
            return 1
        case Brand(slogan=text):
            return text


@followed
def condition_with_to_field(self):
    return Product.objects.filter(Q(origin=self.origin)).exists()


@followed
def condition_in_condition(self):
    return Product.objects.filter(Q(Q(origin=self.origin), price=self.price)).exists()


@given_up
def condition_of_unknown_names(self):
    names = {self.title and "origin": self.origin}
    return Product.objects.filter(Q(**names)).exists()


@followed
def item_of_dict_of_row(self):
    return self.title and self.__dict__["title"]


@followed
def relation_in_dict_of_row(self):
    self.__dict__["_kept"] = self.brand
    return self.__dict__["_kept"].slogan


@followed
class lists_of_rows_compared:
    class Brand:
        def __eq__(self, other):
            return self.slogan == other.slogan

        __hash__ = None

    def member(self):
        return [self.brand] == [self.parent.brand]


@followed
class tuples_of_rows_ordered:
    class Brand:
        def __lt__(self, other):
            return self.slogan < other.slogan

    def member(self):
        return (1, self.brand) < (1, self.parent.parent.brand)


@followed
def queryset_method_of_the_project(self):
    return [tag.name for tag in self.tags.all().red()]


@followed
def manager_method_of_the_project(self):
    return [tag.name for tag in self.tags.red()]


@followed
def filtering_method_of_the_project(self):
    return [tag.colour for tag in self.tags.named("tag 1")]


@followed
def manager_that_looks_at_its_row(self):
    return [offer.text for offer in self.offers.all()]


@followed
def manager_with_a_method_that_looks_at_its_row(self):
    return self.offers.dear()


@followed
def manager_by_name(self):
    return [line.remark for line in self.lines(manager="objects").all()]


@followed
def manager_by_name_and_back(self):
    return [line.product.tax for line in self.lines(manager="objects").all()]


@followed
class own_fields_in_a_loop:
    class Tag:
        def everything(self):
            return [getattr(self, field.attname) for field in self._meta.concrete_fields]

    def member(self):
        return [tag.everything() for tag in self.tags.all()]


@followed
class own_fields_by_get_fields:
    class Detail:
        def everything(self):
            return [getattr(self, field.name) for field in self._meta.get_fields()]

    def member(self):
        return self.detail.everything()


@followed
class own_field_by_name:
    class Tag:
        def by_field(self):
            field = self._meta.get_field("colour")
            return getattr(self, field.attname), field.value_from_object(self)

    def member(self):
        return [tag.by_field() for tag in self.tags.all()]


@given_up
def fields_of_a_model_with_subclasses(self):
    return [getattr(self, field.attname) for field in self._meta.concrete_fields]


@followed
def to_many_by_to_field(self):
    return self.origin.owner_set.count()


def count_products():
    return Product.objects.count()


@followed
def empty_column(self):
    motto = self.brand.motto
    if motto is None:
        return self.brand.slogan
    return motto


@followed
def empty_column_by_isinstance(self):
    motto = self.brand.motto
    if isinstance(motto, str):
        return motto
    return self.brand.slogan


@followed
def empty_column_by_truth(self):
    motto = self.brand.motto
    return motto if motto else self.brand.slogan


@followed
def empty_key(self):
    key = self.parent.parent.parent_id
    return key if key is not None else self.price


@followed
def absent_relation(self):
    parent = self.parent.parent.parent
    if not parent:
        return self.tax
    return parent.title


class Borrowed:
    def __init__(self, **named):
        self.__dict__ = named


@given_up
def dict_replaced(self):
    return Borrowed(row=self.brand).row.slogan


class Updated:
    def __init__(self, **named):
        self.__dict__.update(named)


@given_up
def dict_updated(self):
    return Updated(row=self.brand).row.slogan


@dataclasses.dataclass
class Initialised:
    row: dataclasses.InitVar
    text: str = ""

    def __post_init__(self, row):
        self.text = row.slogan


@given_up
def data_class_with_initial_values(self):
    return Initialised(self.brand).text


@dataclasses.dataclass(kw_only=True)
class KeywordsOnly:
    text: str = ""
    row: object = None


@followed
def data_class_with_keywords_only(self):
    return KeywordsOnly(row=self.brand).row.slogan


@dataclasses.dataclass
class Inherited(KeywordsOnly):
    other: object = None


@followed
def data_class_that_inherits(self):
    return Inherited(self.brand).other.slogan


MODELS = {"brand": Brand}


@followed
def query_of_an_unknown_model(self):
    return MODELS["brand"].objects.get(pk=self.brand_id).slogan


@followed
def query_in_a_helper_without_the_row(self):
    return count_products() + self.price


@followed
def argument_after_star(self):
    def inner(*rows):
        return [row.pk for row in rows]

    return inner(*self.lines.all(), self.brand)


@followed
def argument_before_star(self):
    def inner(row, *rows):
        return row.title

    return inner(self, *self.lines.all())


@followed
def asynchronous_function_not_called(self):
    async def inner():
        return self.title

    return self.price


@given_up
def asynchronous_function_called(self):
    async def inner():
        return self.title

    coroutine = inner()
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value


@followed
def asynchronous_comprehension_not_run(self):
    async def inner():
        return [one async for one in self.lines.all()]

    return self.price


@followed
def printed(self):
    import io

    print(self.brand, file=io.StringIO()) if self.price < 0 else print(end=str(self.brand)[:0])


@followed
class numbers_of_rows:
    class Brand:
        def __complex__(self):
            return complex(len(self.slogan))

    def member(self):
        return complex(self.brand)


@followed
class indexes_of_rows:
    class Brand:
        def __index__(self):
            return len(self.slogan)

    def member(self):
        return hex(self.brand)


@followed
class indexes_of_rows_by_operator:
    class Brand:
        def __index__(self):
            return len(self.slogan)

    def member(self):
        return operator.index(self.brand), bin(self.brand), oct(self.brand)


@followed
class setattr_of_object:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)

    def member(self):
        self._kept = self.brand
        return self._kept.slogan


@given_up
class setattr_of_object_by_unknown_name:
    def member(self):
        object.__setattr__(self, self.title, self.brand)


class Simple:
    def __init__(self, row):
        super().__init__()
        self.row = row


@followed
def init_of_object(self):
    return Simple(self.brand).row.slogan


@followed
def repr_of_object(self):
    return object.__repr__(self.brand) and self.title


@followed
def format_of_object(self):
    return object.__format__(self.brand, "")


@followed
def str_of_object(self):
    return object.__str__(self.brand)


@followed
def equality_of_object(self):
    return object.__eq__(self.brand, self), object.__ne__(self.brand, self), object.__hash__(self)


@given_up
def current_frame(self):
    return inspect.currentframe().f_locals["self"].title


@given_up
def stack_of_frames(self):
    return inspect.stack()[0].frame.f_locals["self"].title


@followed
class operators_as_functions:
    class Brand:
        def __sub__(self, other):
            return self.slogan

        def __mod__(self, other):
            return self.owner_id

    def member(self):
        return operator.sub(self.brand, 1), operator.mod(self.brand, 1)


@followed
class operators_as_functions_mul:
    class Brand:
        def __mul__(self, other):
            return self.slogan

        def __truediv__(self, other):
            return self.name

        def __floordiv__(self, other):
            return self.owner_id

    def member(self):
        brand = self.brand
        return operator.mul(brand, 1), operator.truediv(brand, 1), operator.floordiv(brand, 1)


@followed
class operators_as_functions_bits:
    class Brand:
        def __or__(self, other):
            return self.slogan

        def __and__(self, other):
            return self.name

        def __xor__(self, other):
            return self.owner_id

    def member(self):
        brand = self.brand
        return operator.or_(brand, 1), operator.and_(brand, 1), operator.xor(brand, 1)


@followed
class operators_as_functions_compare:
    class Brand:
        def __eq__(self, other):
            return self.slogan

        def __ne__(self, other):
            return self.name

        __hash__ = None

    def member(self):
        return operator.eq(self.brand, 1), operator.ne(self.brand, 1)


@followed
class operators_as_functions_order:
    class Brand:
        def __le__(self, other):
            return self.slogan

        def __ge__(self, other):
            return self.name

        def __gt__(self, other):
            return self.owner_id

    def member(self):
        brand = self.brand
        return operator.le(brand, 1), operator.ge(brand, 1), operator.gt(brand, 1)


@followed
def operators_as_functions_identity(self):
    return operator.is_(self.brand, None), operator.is_not(self.brand, None)


@followed
class operators_as_functions_truth:
    class Brand:
        def __bool__(self):
            return bool(self.slogan)

    def member(self):
        return operator.truth(self.brand)


@followed
class operators_as_functions_not:
    class Brand:
        def __bool__(self):
            return bool(self.slogan)

    def member(self):
        return operator.not_(self.brand)


@followed
class operators_as_functions_unary:
    class Brand:
        def __neg__(self):
            return self.slogan

        def __pos__(self):
            return self.name

        def __invert__(self):
            return self.owner_id

    def member(self):
        return operator.neg(self.brand), operator.pos(self.brand), operator.invert(self.brand)


@followed
class operators_as_functions_power:
    class Brand:
        def __pow__(self, other, modulo=None):
            return self.slogan

    def member(self):
        return operator.pow(self.brand, 2)


@followed
def operators_as_functions_concat(self):
    return [row.pk for row in operator.concat([self.brand], [self.parent])]


@followed
def chained_columns(self):
    return [line.remark for line in itertools.chain(self.lines.all(), [])]


@followed
def tuple_of_generator(self):
    return tuple(line for line in self.lines.all())[0].remark


@followed
def tuple_of_tuple(self):
    return tuple((1, self.brand))[1].slogan


@followed
def zipped_longest_columns(self):
    pairs = itertools.zip_longest(self.lines.all(), self.images.all())
    return [line.remark for line, image in pairs]


@followed
def filtered_false(self):
    return [
        line.remark
        for line in itertools.filterfalse(lambda line: line.amount > 1, self.lines.all())
    ]


@followed
def taken_while(self):
    return [line.remark for line in itertools.takewhile(lambda line: line.amount, self.lines.all())]


@followed
def dropped_while(self):
    return [
        line.remark for line in itertools.dropwhile(lambda line: not line.amount, self.lines.all())
    ]


@followed
def cycled(self):
    return next(itertools.cycle(self.lines.all())).remark


@followed
def default_text(self):
    return str(self.detail)


@followed
class default_text_by_super:
    class Detail:
        def __str__(self):
            return super(Detail, self).__str__() + self.body

    def member(self):
        return str(self.detail)


Detail = apps.get_model("inferred", "Detail")


@followed
class default_hash_by_super:
    class Detail:
        def __hash__(self):
            return super(Detail, self).__hash__() + len(self.body)

        def __eq__(self, other):
            return super(Detail, self).__eq__(other) and self.source

    def member(self):
        return {self.detail: 1}


@followed
def deferred_fields_asked(self):
    if "title" in self.get_deferred_fields():
        return self.price
    return self.title


@followed
class clean_by_super:
    def clean(self):
        super(Product, self).clean()
        return self.title

    def member(self):
        return self.clean()


@followed
class descriptor_around_a_column:
    class Loud:
        def __init__(self, inner):
            self.inner = inner

        def __get__(self, instance, owner=None):
            return self.inner.__get__(instance, owner).upper()

    loud = Loud(Product.__dict__["title"])

    def member(self):
        return self.loud


@followed
class descriptor_around_a_relation:
    class Around:
        def __init__(self, inner):
            self.inner = inner

        def __get__(self, instance, owner=None):
            return self.inner.__get__(instance, owner)

    mark = Around(Product.__dict__["brand"])
    more = Around(Product.__dict__["detail"])

    def member(self):
        return self.mark.slogan, self.more.body


@followed
class descriptor_around_a_property:
    class Around:
        def __init__(self, inner):
            self.inner = inner

        def __get__(self, instance, owner=None):
            return self.inner.__get__(instance, owner)

    mark = Around(property(lambda self: self.brand))

    def member(self):
        return self.mark.slogan


@followed
class descriptor_of_a_column:
    class Tag:
        def shout(self):
            return self.loud.upper()

        class loud:
            def __get__(self, instance, owner=None):
                if "colour" not in instance.__dict__:
                    instance.refresh_from_db(fields=["colour"])
                return instance.__dict__["colour"]

        loud = loud()

    def member(self):
        return [tag.shout() for tag in self.tags.all()]


@followed
def function_given_away_without_the_row(self):
    import re

    words = []
    return re.sub("a", lambda found: found.group(0).upper(), self.title), words


@given_up
def function_given_away_and_row_later(self):
    import re

    row = None

    def replace(found):
        return row.slogan if row else "x"

    early = re.compile("L").sub(replace, self.title)
    row = self.brand
    return early


@given_up
def function_given_away_with_the_row(self):
    import re

    return re.sub("L", lambda found: self.status, self.title)


class Kept:
    def __init__(self, kind):
        self.inner = kind(lambda self: self.brand)
        self.inner.__set_name__(Product, "kept")

    def __get__(self, instance, owner=None):
        return self.inner.__get__(instance, owner)


@followed
class descriptor_around_a_cached_property:
    mark = Kept(cached_property)

    def member(self):
        return self.mark.slogan


@followed
class descriptor_around_a_cached_property_of_django:
    mark = Kept(django_cached_property)

    def member(self):
        return self.mark.slogan


class Slots:
    __slots__ = ("part",)


@given_up
class descriptor_that_is_not_written_in_python:
    part = vars(Slots)["part"]

    def member(self):
        try:
            return self.part
        except TypeError:
            return 1


@followed
def users(self):
    return get_user_model().objects.filter(username=self.title).exists()


@given_up
def a_user_from_the_row(self):
    return get_user_model()(username=self).username.title


@followed
def translations(self):
    return (
        gettext("%s") % self.brand,
        pgettext("a", "%s") % self.brand,
        npgettext("a", "%s", "%s", 2) % self.status,
        ngettext_lazy("%s", "%s", 2) % self.tax,
        pgettext_lazy("a", "%s") % self.parent,
    )


@given_up
def translation_of_a_row(self):
    return gettext(self.brand)


@followed
def safe_text_of_row(self):
    return mark_safe(str(self.brand))


@followed
class manager_of_an_instance:
    def member(self):
        try:
            return self.objects.count()
        except AttributeError:
            return self.title


@given_up
def added_after_it_was_given_away(self):
    found = []
    REGISTER.append(found)
    found.append(self)
    return REGISTER.pop()[0].title


REGISTER = []


@given_up
class percent_calls_int:
    class Brand:
        def __int__(self):
            return len(self.slogan)

    def member(self):
        template = "%s" if self.price else "%d"
        return template % self.brand


@given_up
def item_of_a_row(self):
    try:
        return self.brand[0]
    except TypeError:
        return self.title


@given_up
def truth_of_an_outcome(self):
    return bool(untold(self))


def untold(product):
    return eval("product.brand")


from perfkit.inference import register_reads

register_reads(untold, "brand__name")


@given_up
def comparison_with_an_outcome(self):
    return untold(self) == self.brand


@given_up
def comparison_with_the_unknown(self):
    return self.brand == REGISTER.copy()


@given_up
def search_in_the_unknown(self):
    return self.brand in REGISTER.copy()


@followed
def keyword_arguments_passed_on(self):
    def outer(**named):
        return inner(**named)

    def inner(row, name):
        return getattr(row, name)

    return outer(row=self, name="title")


@given_up
def keyword_arguments_of_unknown_names(self):
    def inner(row=None, **named):
        return [one.pk for one in named.values()]

    names = {self.title and "a": self.brand}
    return inner(**names), names[self.title and "a"].nothing


@followed
def generator_of_generators(self):
    rows = (line for line in self.lines.all())
    texts = (row.remark for row in rows)
    return list(texts)


@followed
def sorted_by_key_function_of_the_module(self):
    return sorted(self.lines.all(), key=amount_of)


def amount_of(line):
    return line.amount


@followed
def dict_of_functions_made_here(self):
    functions = {"a": amount_of}
    return [functions["a"](line) for line in self.lines.all()]


@followed
def star_in_the_middle(self):
    first, *middle, last = [self.brand, self.brand, self.brand]
    return last.slogan


@followed
def exception_chain(self):
    try:
        int(self.title)
    except ValueError:
        try:
            float(self.status)
        except ValueError:
            return self.price
    finally:
        self.tax


@followed
def returned_in_finally(self):
    for line in self.lines.all():
        try:
            continue
        finally:
            line.remark


@followed
def loop_in_loop_with_break(self):
    found = None
    for line in self.lines.all():
        for image in self.images.all():
            if image.position:
                found = image
                break
        else:
            continue
        break
    return found.url


@given_up
def generator_that_consumes_itself(self):
    def inner():
        yield from generator

    generator = inner()
    try:
        return list(generator)
    except ValueError:
        return self.title


@given_up
def hasattr_of_an_unknown_name(self):
    return hasattr(self, self.title)


@given_up
def setattr_of_an_unknown_name(self):
    setattr(self, "x" + self.title, 1)


@given_up
def attribute_of_a_queryset(self):
    self.lines.all().kept = self


@given_up
def order_against_the_unknown(self):
    try:
        return REGISTER.copy() < self.brand
    except TypeError:
        return self.title


@given_up
def length_of_a_generator(self):
    try:
        return len(line for line in self.lines.all())
    except TypeError:
        return self.title


@followed
def manager_asked_for_an_attribute(self):
    return self.offers.scoped()


@given_up
def manager_asked_what_it_was_made_for(self):
    return self.offers.made_for()


@given_up
def queryset_that_keeps_the_row_it_is_hinted_at(self):
    return self.offers.all().of_row()


def _slogan_of(brand):
    return brand.slogan


READERS = [_slogan_of]
NAMES = ["a", "b"]


@followed
def own_list_with_texts_of_the_module(self):
    return [text.upper() for text in [self.title] + NAMES]


@given_up
def own_list_with_one_of_the_module(self):
    readers = [lambda brand: brand.name] + READERS
    return [read(self.brand) for read in readers]


@given_up
def own_set_with_one_of_the_module(self):
    readers = {lambda brand: brand.name} | {*READERS} | frozenset(READERS)
    return sorted(read(self.brand) for read in readers)


@followed
def comprehension_that_gives_its_list_another_meaning(self):
    brands = [self.brand]
    return [read() for read in [lambda: brands.slogan for brands in brands]]


@followed
def property_of_a_queryset(self):
    return [tag.name for tag in self.tags.all().reds]


@either
def numbers_and_identity(self):
    return -self.price, +self.tax, ~self.price, self.brand is self.parent


@followed
def star_takes_the_rest(self):
    first, *rest = [self.brand, self.brand, self.brand]
    rest.append(self.brand)
    return [one.slogan for one in rest]


@followed
def slice_of_a_tuple_twice(self):
    brands = (self.brand, self.brand)
    others = (self.origin, self.origin)
    return [one.slogan for one in brands[:1]], [one.name for one in others[:1]]


@followed
def condition_turned_round(self):
    return Product.objects.filter(~Q(parent=self)).exists()


class Twice:
    def __init__(self, brand):
        self.brand = brand
        self.left = 2

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration
        self.left -= 1
        return self.brand


@followed
def iterated_by_next(self):
    return [brand.slogan for brand in Twice(self.brand)]


class SloganOf:
    def __get__(self, card, owner=None):
        return card.brand.slogan


class Card:
    text = SloganOf()

    def __init__(self, brand):
        self.brand = brand


@followed
def descriptor_of_an_object(self):
    return Card(self.brand).text


class Slogans:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, value.slogan)


@followed
def attribute_set_by_a_setter_of_its_class(self):
    card = Slogans()
    card.brand = self.brand
    return card.brand


class Signed:
    def __init__(self, brand):
        self.brand = brand

    def __neg__(self):
        return self.brand


@followed
def sign_that_gives_the_row(self):
    return (-Signed(self.brand)).slogan


@followed
def import_from_the_package_above(self):
    from ..constructs.corners import _slogan_of

    return _slogan_of(self.brand)


@followed
def keys_of_rows_by_key(self):
    return [self.title for _ in self.lines.in_bulk()]


class ByClass:
    def __get__(self, row, owner=None):
        return self if row is None else owner.described(row)


@followed
class descriptor_that_asks_the_class:
    member = ByClass()

    def described(self):
        return self.title


@followed
def number_of_a_queryset(self):
    return self.tags.all().limit


class Ranked:
    def __init__(self, brand):
        self.brand = brand

    def __lt__(self, other):
        return self.brand.name < other.brand.slogan

    def __eq__(self, other):
        return other.brand.motto == 1


@followed
def order_that_asks_the_other(self):
    return Ranked(self.brand) < Ranked(self.brand)


@followed
def equality_that_asks_the_other(self):
    return Ranked(self.brand) == Ranked(self.brand)


class Forgetful:
    def __init__(self, brand):
        self.brand = brand
        self.kept = None

    def __delattr__(self, name):
        self.kept = self.brand.slogan


@followed
def attribute_deleted_by_a_method_of_its_class(self):
    card = Forgetful(self.brand)
    del card.anything
    return card.kept


class Pair(tuple):
    pass


@given_up
def tuple_of_an_own_class(self):
    return Pair([self.brand])[0].slogan
