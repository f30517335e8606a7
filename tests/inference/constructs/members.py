# ruff: noqa
"""Members through members: properties, cached properties, methods, class attributes, descriptors."""

import functools
from functools import cached_property, lru_cache, partialmethod

from django.utils.functional import cached_property as django_cached_property

from perfkit.inference import reads, register_reads
from tests.inference.constructs import either, followed, given_up


@followed
def plain_column(self):
    return self.title


@followed
def nothing(self):
    return 42


@followed
def key_column(self):
    return self.brand_id


@followed
def primary_key(self):
    return self.pk, self.id


@followed
class through_property:
    @property
    def label(self):
        return self.title

    def member(self):
        return self.label


@followed
class through_cached_property:
    @cached_property
    def label(self):
        return self.title

    @property
    def member(self):
        return self.label


@followed
class through_django_cached_property:
    @django_cached_property
    def label(self):
        return self.title

    @django_cached_property
    def member(self):
        return self.label


@followed
class through_method_with_arguments:
    def label(self, a, *rest, b=1, **more):
        return f"{a.name} {rest} {b} {more}"

    def member(self):
        return self.label(self.brand, self.title, b=self.price, c=self.tax)


@followed
class property_made_by_call:
    def _label(self):
        return self.title

    label = property(_label)

    def member(self):
        return self.label


@followed
class property_of_lambda:
    member = property(lambda self: self.price)


@followed
class static_and_class_methods:
    @staticmethod
    def double(product):
        return product.price * 2

    @classmethod
    def describe(cls, product):
        return cls.__name__ + product.title

    def member(self):
        return self.double(self), self.describe(self)


@followed
class partial_method:
    def label(self, name):
        return getattr(self, name)

    title_label = partialmethod(label, "title")

    def member(self):
        return self.title_label()


@given_up
class partial_method_of_unknown:
    def label(self, name):
        return getattr(self, name)

    def member(self):
        return self.label(self.title.lower() and "price")


@followed
class class_constant:
    prefix = "no. "

    def member(self):
        return self.prefix + self.title


@followed
class class_level_tuple_of_names:
    names = ("title", "price")

    def member(self):
        return [getattr(self, name) for name in self.names]


@given_up
class class_level_list_of_names:
    names = ["title", "price"]

    def member(self):
        return [getattr(self, name) for name in self.names]


@followed
class setter_and_getter:
    @property
    def label(self):
        return self.title

    @label.setter
    def label(self, value):
        self._label = value + self.status

    def member(self):
        self.label = "x"
        return self.label


@given_up
class injected_placeholder:
    request = None

    def member(self):
        return self.request.title if self.request else ""


@given_up
class injected_placeholder_called:
    formatter = None

    def member(self):
        return self.formatter and self.formatter(self)


@followed
class attribute_kept_on_row:
    def member(self):
        self._kept = self.brand
        return self._kept.name


@followed
class lazily_kept:
    _kept = None

    def member(self):
        if self._kept is None:
            self._kept = self.brand
        return self._kept.slogan


@followed
class kept_by_another_method:
    def keep(self):
        self._thing = self.brand

    def member(self):
        self.keep()
        return self._thing.slogan


@followed
class hasattr_memo:
    def member(self):
        if not hasattr(self, "_memo"):
            self._memo = self.brand
        return self._memo.slogan


@given_up
def injected_attribute(self):
    return getattr(self, "_injected", self).title


@given_up
def injected_behind_hasattr(self):
    if hasattr(self, "request_row"):
        return self.request_row.title
    return ""


@followed
class kept_by_a_method_with_arguments:
    def keep(self, thing):
        self._given = thing

    def member(self):
        return getattr(self, "_given", None)


@followed
class descriptor_of_the_project:
    class Upper:
        def __init__(self, name):
            self.name = name

        def __get__(self, instance, owner):
            return getattr(instance, self.name).upper()

    shout = Upper("title")

    def member(self):
        return self.shout


@followed
class descriptor_as_member:
    class Upper:
        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            return instance.title.upper()

    member = Upper()


@followed
class descriptor_that_sets:
    class Keeper:
        def __get__(self, instance, owner=None):
            return instance.title

        def __set__(self, instance, value):
            instance._kept = value + instance.status

    kept = Keeper()

    def member(self):
        self.kept = "a"
        return 1


@followed
class cached_property_subclass:
    class shouting(cached_property):
        def __get__(self, instance, owner=None):
            return instance.status + super().__get__(instance, owner)

    # The name is given by hand: the class body doesn't own the descriptor.
    label = shouting(lambda self: self.title)
    label.__set_name__(None, "label")

    def member(self):
        return self.title if self.label else ""


@followed
class getattr_fallback:
    def __getattr__(self, name):
        if name.startswith("short_"):
            return self.title[:2]
        raise AttributeError(name)

    def member(self):
        return self.short_title


@given_up
class getattribute_override:
    def __getattribute__(self, name):
        return (
            super(type(self), self).__getattribute__(name)
            if False
            else object.__getattribute__(self, name)
        )

    def member(self):
        return self.title


@followed
class setattr_override:
    def __setattr__(self, name, value):
        if name == "nick":
            object.__setattr__(self, "_nick", value + self.title)
        else:
            object.__setattr__(self, name, value)

    def member(self):
        self.nick = "x"
        return 1


@followed
class through_str:
    def __str__(self):
        return self.title

    def member(self):
        return str(self)


@followed
class through_repr:
    def __str__(self):
        return self.title

    def member(self):
        return repr(self)


@followed
class unbound_method:
    def label(self):
        return self.title

    def member(self):
        return type(self).label(self)


@followed
class bound_method_kept:
    def label(self):
        return self.title

    def member(self):
        function = self.label
        return function()


@followed
class bound_method_by_name:
    def label(self):
        return self.title

    def member(self):
        return getattr(self, "label")()


@followed
class method_by_computed_name:
    def label_a(self):
        return self.title

    def member(self):
        return getattr(self, "label_" + self.status)()


@followed
class method_by_constant_format:
    def label_a(self):
        return self.title

    def member(self):
        kind = "a"
        return getattr(self, "label_%s" % kind)() + getattr(self, f"label_{kind}")()


@followed
class fget_of_property:
    @property
    def label(self):
        return self.title

    def member(self):
        return type(self).label.fget(self)


@followed
class func_of_bound_method:
    def label(self):
        return self.title

    def member(self):
        return self.label.__func__(self.label.__self__)


@followed
class private_names:
    def __secret(self):
        return self.title

    def member(self):
        return self.__secret()


@followed
class memoised_method:
    @lru_cache(maxsize=None)
    def label(self):
        return self.title

    def member(self):
        return self.label()


@followed
class declared:
    @reads("title", "brand__name")
    def label(self) -> str:
        return eval("self.title + self.brand.name")

    def member(self):
        return self.label() + "!"


@followed
class declared_property:
    @reads("price")
    @property
    def label(self) -> int:
        return eval("self.price")

    def member(self):
        return self.label


@followed
class declared_below_property:
    @cached_property
    @reads("price")
    def label(self) -> int:
        return eval("self.price")

    def member(self):
        return self.label * 2


@given_up
class declared_outcome_unknown:
    @reads("brand__name")
    def thing(self):
        return eval("self.brand")

    def member(self):
        return self.thing().slogan


@followed
class declared_to_many:
    @reads("images__url", "lines")
    def urls(self) -> str:
        return eval("str(([image.url for image in self.images.all()], len(self.lines.all())))")

    def member(self):
        return self.urls()


def describe_elsewhere(prefix, product) -> str:
    return eval("prefix + product.title")


register_reads(describe_elsewhere, "title", argument="product")


@followed
def registered_callable(self):
    return describe_elsewhere("x", self)


@given_up
def registered_callable_with_another_row(self):
    return describe_elsewhere(self.brand, self)


@followed
class overridden_str_of_relation:
    class Brand:
        def __str__(self):
            return self.slogan

    def member(self):
        return str(self.brand)


@followed
class deep_chain_of_members:
    class Owner:
        @property
        def contact(self):
            return f"{self.name} <{self.email}>"

    class Brand:
        @property
        def contact(self):
            return self.owner.contact

    @property
    def contact(self):
        return self.brand.contact

    def member(self):
        return self.contact


@given_up
class mutual_recursion_that_ends_at_once:
    def first(self, again=True):
        return self.second(False) if again else self.title

    def second(self, again):
        return self.first(again)

    def member(self):
        return self.first(False)


@given_up
class recursion_over_parents:
    def path(self):
        return (self.parent.path() if self.parent else "") + self.title

    def member(self):
        return self.path()


@given_up
class recursion_over_children:
    def count(self):
        return 1 + sum(child.count() for child in self.children.all())

    def member(self):
        return self.count()


@given_up
class recursion_without_end:
    def again(self):
        return self.again() if self.title == "never" else self.title

    def member(self):
        return self.again()


@given_up
class asynchronous_helper:
    async def label(self):
        return self.title

    def member(self):
        coroutine = self.label()
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value


@followed
class kept_and_forgotten:
    def forget(self):
        exec("self.price")
        self.lines.all().delete()
        self._kept = None

    def merge(self, other):
        other.unknown(self)
        self._kept = None

    def member(self):
        if getattr(self, "_kept", None) is None:
            self._kept = self.brand
        return self._kept.slogan


@given_up
class kept_after_what_is_not_followed:
    def keep(self):
        found = eval("self.brand")
        if found is None:
            self._kept = self.brand
        else:
            self._kept = found.owner

    def member(self):
        self.keep()
        return self._kept.email


@given_up
class kept_or_forgotten:
    def keep(self):
        self._kept = eval("self.brand")

    def forget(self):
        self._kept = None

    def member(self):
        return getattr(self, "_kept", None) or self.title


@followed
class forgotten_and_called:
    def forget(self):
        self._kept = None
        return self.price

    def member(self):
        return (self._kept if hasattr(self, "_kept") else 1) and self.forget()


@given_up
class forgotten_by_what_is_called:
    def forget(self):
        self._kept = None
        return eval("self.price")

    def member(self):
        return (self._kept if hasattr(self, "_kept") else 1) and self.forget()


@followed
class kept_under_a_name_put_together:
    def member(self):
        name = "_kept_{}".format("brand")
        found = getattr(self, name, None)
        if not found:
            found = self.brand
            setattr(self, name, found)
        return found.slogan


@given_up
class kept_under_another_name:
    def member(self):
        setattr(self, "_{}".format("kept"), self.brand)
        return getattr(self, "_other", None) or self.title


@followed
class kept_by_another_under_a_name_put_together:
    def keep(self):
        setattr(self, "_{}".format("kept"), self.brand)

    def member(self):
        self.keep()
        return self._kept.slogan


@given_up
class not_kept_by_another:
    def keep(self):
        setattr(self, "_{}".format("kept"), self.brand)

    def member(self):
        return getattr(self, "_other", None) or self.title


# What a function keeps on a row under another name than ``self``, and reads again


@followed
class kept_on_a_row_by_another_name:
    def member(self):
        row = self if self.status else self
        try:
            return row._found.slogan
        except AttributeError:
            row._found = self.brand
            return row._found.slogan


class Cupboard:
    """Keeps what belongs to rows on the rows, and is no part of their class."""

    def brand_of(self, row):
        try:
            return row._brand_found
        except AttributeError:
            pass
        row._brand_found = row.brand
        return row._brand_found


CUPBOARD = Cupboard()


@followed
def kept_on_a_row_by_a_helper(self):
    return CUPBOARD.brand_of(self).slogan


@given_up
def kept_on_another_row(self):
    for line in self.lines.all():
        line._seen = line.amount
    return getattr(self, "_seen", 0)


@given_up
def counted_on_by_another_name(self):
    row = self
    row._count += 1
    return row._count


@given_up
def kept_by_a_function_that_is_done(self):
    def keep(row):
        row._done = row.brand

    if self.status == "?":
        keep(self.brand)
    return getattr(self, "_done", None) or self.title


# Names of which the ends are known


@followed
class name_with_a_known_beginning:
    @property
    def label_a(self):
        return self.title

    @property
    def label_b(self):
        return self.price

    label_plain = "x"

    def member(self):
        return getattr(self, f"label_{self.status}", "")


@followed
class name_with_a_known_end:
    @property
    def a_label(self):
        return self.brand.slogan

    def b_label(self):
        return self.price

    def member(self):
        found = getattr(self, "%s_label" % self.status)
        return found() if callable(found) else found


@followed
class name_with_two_known_ends:
    @property
    def _a_as_text(self):
        return self.title

    def member(self):
        return getattr(self, "_{}_as_text".format(self.status))


@followed
class name_put_together_with_plus:
    @property
    def label_a_text(self):
        return self.tax

    def member(self):
        name = "label_" + self.status
        return getattr(self, name + "_text")


@followed
class name_that_is_asked_for:
    @property
    def label_a(self):
        return self.brand.slogan

    def member(self):
        return hasattr(self, f"label_{self.status}")


@followed
class name_in_pieces:
    @property
    def label_a_text(self):
        return self.tax

    def member(self):
        kind = f"a_{'text' if self.price else self.title}"
        return getattr(self, f"label_{kind}", None)


@followed
class name_of_a_column_by_its_beginning:
    def member(self):
        return getattr(self, f"tit{'le' if self.status else self.title}", None)


@followed
class name_of_a_relation_by_its_beginning:
    def member(self):
        return [getattr(self, f"lin{end}").count() for end in [self.data.get("x", "es")]]


@followed
class name_that_subclasses_add_to:
    label_z = "z"

    class Brand:
        label_y = "y"

    def member(self):
        return getattr(self, f"label_{self.status}", None), getattr(
            self.brand, f"label_{self.status}", None
        )


@given_up
class name_like_none_of_the_class:
    def member(self):
        return getattr(self, f"nothing_like_{self.status}", self.title)


@given_up
class name_like_too_many:
    def member(self):
        return getattr(self, f"_{self.status}", self.title)


@given_up
class name_replaced_by_what_is_not_known:
    def member(self):
        return getattr(self, "title".replace(self.status or "title", "price"), None)


@given_up
class name_whose_middle_is_asked_of_getattr:
    label_a = "x"

    def __getattr__(self, name):
        if name.startswith("label_"):
            return self.__dict__["title"]
        raise AttributeError(name)

    def member(self):
        return getattr(self, f"label_{self.status}")


@given_up
class name_that_any_method_may_set:
    label_a = "x"

    def keep(self, name, value):
        setattr(self, name, value)

    def member(self):
        return getattr(self, f"label_{self.status}", None)


@given_up
class name_of_an_attribute_of_a_queryset:
    def member(self):
        return getattr(self.lines, f"al{self.status}", None)


@followed
class what_a_setter_is_given_and_others_get:
    def keep(self, value):
        self._kept = value

    def member(self):
        if not hasattr(self, "_kept"):
            self._kept = self.title
        return self._kept


@given_up
class what_a_setter_is_given_and_is_read:
    def keep(self, value):
        self._kept = value

    def member(self):
        if not hasattr(self, "_kept"):
            self._kept = self.brand
        return self._kept.name


@given_up
class what_a_setter_is_given_and_is_asked:
    def keep(self, value):
        self._kept = value

    def member(self):
        if not hasattr(self, "_kept"):
            self._kept = self.brand
        return 1 if self._kept else 2


@given_up
class what_a_setter_makes_of_what_it_is_given:
    def keep(self, value):
        self._kept = [value, self.price]

    def member(self):
        if not hasattr(self, "_kept"):
            self._kept = self.title
        return self._kept
