# ruff: noqa
"""Helpers, callbacks, decorators, wrappers, generators."""

import contextlib
import functools
import operator
import threading
from contextlib import contextmanager, suppress
from functools import partial, reduce, singledispatch, wraps

from django.dispatch import Signal

from tests.inference.app.models import Brand, Product
from tests.inference.constructs import either, followed, given_up


def title_of(product):
    return product.title


def pick(product, name="title", *, brand=None):
    return getattr(brand or product, name)


@followed
def helper(self):
    return title_of(self)


@followed
def helper_with_keyword(self):
    return pick(self, "price"), pick(product=self, brand=None)


@followed
def helper_with_keyword_row(self):
    return pick(None, "slogan", brand=self.brand)


@followed
def helper_starred(self):
    return title_of(*[self])


@followed
def helper_double_starred(self):
    return pick(**{"product": self, "name": "tax"})


def many(*products, **named):
    return [product.title for product in products] + [one.slogan for one in named.values()]


@followed
def helper_with_varargs(self):
    return many(self, self.parent, brand=self.brand)


@followed
def helper_with_unknown_varargs(self):
    return many(*[self, self.parent], **{"brand": self.brand})


@followed
def helper_of_helper(self):
    def inner(row):
        return title_of(row)

    return inner(self)


@followed
def function_table(self):
    return (title_of, len)[0](self)


TABLE = {"a": title_of}


@given_up
def mutable_function_table(self):
    return TABLE["a"](self)


FIXED = (title_of,)


@followed
def fixed_function_table(self):
    return [function(self) for function in FIXED]


@followed
def lambda_called(self):
    return (lambda product: product.title)(self)


@followed
def lambda_capturing(self):
    function = lambda: self.title
    return function()


@followed
def lambda_default(self):
    return (lambda value=self.title, row=self: row.price)()


@followed
def lambdas_on_one_line(self):
    return (lambda row: row.title)(self), (lambda row: row.price)(self)


TWO = (lambda row: row.title), (lambda row: row.price)


@followed
def live_lambdas_on_one_line(self):
    return TWO[1](self)


@followed
def mapped(self):
    return list(map(title_of, [self]))


@followed
def mapped_lambda(self):
    return list(map(lambda line: line.remark, self.lines.all()))


@followed
def mapped_two(self):
    return list(map(lambda a, b: a.remark + b.url, self.lines.all(), self.images.all()))


@followed
def filtered(self):
    return list(filter(lambda line: line.amount, self.lines.all()))


@followed
def reduced(self):
    return reduce(lambda total, line: total + line.amount, self.lines.all(), 0)


@followed
def reduced_rows(self):
    return reduce(lambda a, b: a if a.amount > b.amount else b, self.lines.all()).remark


@followed
def partially_applied(self):
    return partial(pick, self)("price")


@followed
def partially_applied_name(self):
    return partial(pick, name="tax")(self)


@followed
def attrgetter_called(self):
    return operator.attrgetter("title")(self)


@followed
def attrgetter_dotted(self):
    return operator.attrgetter("brand.slogan", "price")(self)


@given_up
def attrgetter_unknown(self):
    return operator.attrgetter(self.title.lower() and "price")(self)


GETTER = operator.attrgetter("brand.name")


@followed
def attrgetter_live(self):
    return GETTER(self)


@followed
def methodcaller_called(self):
    return operator.methodcaller("describe", "x")(self.brand)


def shouting(function):
    @wraps(function)
    def wrapper(self, *args, **kwargs):
        return function(self, *args, **kwargs).upper() + self.status

    return wrapper


@followed
class decorated:
    @shouting
    def label(self):
        return self.title

    def member(self):
        return self.label()


@followed
class decorated_member:
    @shouting
    def member(self):
        return self.title


def with_prefix(prefix):
    def decorator(function):
        def wrapper(self):
            return prefix + function(self) + self.status

        return wrapper

    return decorator


@followed
class decorated_with_arguments:
    @with_prefix("x")
    def member(self):
        return self.title


class Decorator:
    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner):
        return partial(self, instance)

    def __call__(self, instance):
        return self.function(instance) + instance.status


@followed
class decorated_by_class:
    @Decorator
    def label(self):
        return self.title

    def member(self):
        return self.label()


@singledispatch
def describe(thing):
    return str(thing)


@describe.register
def describe_brand(thing: Brand):
    return thing.slogan


@given_up
def single_dispatch(self):
    return describe(self.brand)


@functools.lru_cache(maxsize=8)
def cached_title(product):
    return product.title


@followed
def cached_function(self):
    return cached_title(self)


@contextmanager
def managed(product):
    yield product.brand
    product._left = product.status


@followed
def context_manager(self):
    with managed(self) as brand:
        return brand.slogan


@followed
def context_manager_without_name(self):
    with managed(self):
        return 1


class Manager:
    def __init__(self, row):
        self.row = row

    def __enter__(self):
        return self.row.brand

    def __exit__(self, *error):
        self.row.tax


@followed
def context_manager_object(self):
    with Manager(self) as brand:
        return brand.slogan


@followed
def suppressed(self):
    with suppress(ValueError):
        return self.title


@followed
def closing(self):
    with contextlib.nullcontext(self) as row:
        return row.title


@followed
def generator_expression(self):
    return sum(line.amount for line in self.lines.all())


@followed
def generator_expression_kept(self):
    amounts = (line.amount for line in self.lines.all())
    return list(amounts)


@followed
def generator_late_binding(self):
    row = self.brand
    names = (row.pk for _ in [1])
    row = self.parent
    found = [self.title for row in [row]]
    return list(names), found


@followed
def generator_function(self):
    def parts():
        yield self.title
        yield self.brand

    return [part for part in parts()][1].slogan


def parts_of(product):
    yield product.brand
    yield from product.lines.all()
    return product.parent


@followed
def generator_helper(self):
    return [part.pk for part in parts_of(self)]


@followed
def generator_delegation(self):
    def outer():
        parent = yield from parts_of(self)
        yield parent.price

    return list(outer())


@followed
class generator_member:
    def member(self):
        yield self.title
        for line in self.lines.all():
            yield line.remark


@followed
def generator_next(self):
    return next(parts_of(self)).pk


@followed
def generator_next_default(self):
    return next((line for line in self.lines.all() if line.amount), self.brand).pk


@given_up
def generator_sent(self):
    def echo():
        row = yield
        yield row.title

    generator = echo()
    next(generator)
    return generator.send(self)


@followed
def generator_thrown(self):
    def catch():
        try:
            yield 1
        except ValueError:
            yield self.title

    generator = catch()
    next(generator)
    return generator.throw(ValueError)


@given_up
def generator_return_value(self):
    generator = parts_of(self)
    try:
        while True:
            next(generator)
    except StopIteration as stop:
        return stop.value.price


@given_up
def thread(self):
    found = []
    one = threading.Thread(target=lambda: found.append(1) or self.pk)
    one.run()
    return found


@given_up
def evaluated(self):
    return eval("self.title")


@given_up
def executed(self):
    names = {}
    exec("x = row.title", {"row": self}, names)
    return names["x"]


@given_up
def locals_used(self):
    return locals()["self"].title


@given_up
def vars_used(self):
    return vars()["self"].title


@given_up
def frame_used(self):
    import sys

    return sys._getframe().f_locals["self"].title


@given_up
def compiled(self):
    return eval(compile("self.title", "<x>", "eval"))


exec("def made(product):\n    return product.title")


@given_up
def helper_without_source(self):
    return made(self)


changed = Signal()


@changed.connect
def on_change(sender, instance, **kwargs):
    return instance.title


@given_up
def signal(self):
    return changed.send(sender=Product, instance=self)


BACKEND = None


def get_backend():
    global BACKEND
    BACKEND = BACKEND or title_of
    return BACKEND


@given_up
def backend_set_later(self):
    return BACKEND and BACKEND(self)


@given_up
def backend_by_function(self):
    global BACKEND
    found = get_backend()(self)
    BACKEND = None
    return found


class Config:
    formatter = None


@given_up
def backend_in_class(self):
    return Config.formatter(self) if Config.formatter else 1


CONFIG = Config()


@given_up
def backend_in_object(self):
    return CONFIG.formatter(self) if CONFIG.formatter else 1


CALLBACKS = [title_of]


@given_up
def callbacks(self):
    return [callback(self) for callback in CALLBACKS]


@given_up
def unknown_callable(self):
    function = getattr(self.title, "x" + self.status, title_of)
    return function(self)


@followed
def library_function_without_row(self):
    import datetime
    import math

    return (
        math.floor(self.price),
        datetime.timedelta(self.tax),
        self.created and self.created.isoformat(),
    )


@followed
def isinstance_of_row(self):
    return (
        isinstance(self.brand, Brand),
        issubclass(type(self), Product),
        callable(self),
        id(self) and 1,
    )


@followed
def type_of_row(self):
    return type(self).__name__, self.__class__.__name__


@followed
def own_meta(self):
    return self._meta.verbose_name, self._meta.model_name, self._meta.get_field("title").max_length


@given_up
def meta_fields(self):
    return [getattr(self, one.attname) for one in self._meta.concrete_fields]


@given_up
def value_from_object(self):
    return self._meta.get_field("title").value_from_object(self)


@followed
def serializable_value(self):
    return self.serializable_value("brand"), self.serializable_value("title")


@followed
def getattr_constant(self):
    return getattr(self, "title", None), getattr(self.brand, "slogan")


@followed
def getattr_in_loop(self):
    return [getattr(self, name) for name in ("title", "price")]


@given_up
def getattr_dynamic(self):
    return getattr(self, self.status and "title")


@followed
def setattr_constant(self):
    setattr(self, "_kept", self.brand)
    return self._kept.slogan


@followed
def hasattr_property(self):
    return hasattr(self.brand, "label")


@followed
def dict_of_row(self):
    return "title" in self.__dict__


@followed
def dict_of_row_item(self):
    return self.__dict__.get("title", 1)


@given_up
def dict_of_row_items(self):
    return [value for key, value in self.__dict__.items()]


@followed
def deferred_fields(self):
    return self.get_deferred_fields()


@given_up
def reduce_of_row(self):
    return self.__reduce__()


@given_up
def pickled(self):
    import pickle

    return len(pickle.dumps(self))


@followed
def json_dumped(self):
    import json

    return json.dumps({"title": self.title})
