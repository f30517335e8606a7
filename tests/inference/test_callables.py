"""``callable_reads``: what functions and methods of others read of a row that they are handed."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pytest

from perfkit.inference import callable_reads, members, reads, register_reads
from tests.inference.app.models import Product


def title_and_brand(product: Any, prefix: str = "") -> str:
    return f"{prefix}{product.title} {product.brand.name}"


def second(request: Any, product: Any) -> Any:
    return product.price if request.user else product.tax


class Consumer:
    """Has methods that are handed a row."""

    suffix = "tax"

    def __init__(self) -> None:
        self.instance: Any = None
        self.kept: Any = None
        self.request: Any = None

    def get_label(self, product: Any) -> str:
        return self.helper(product) + self.text

    def helper(self, product: Any) -> str:
        return str(product.brand.slogan)

    @property
    def text(self) -> str:
        return "text"

    def get_by_name(self, product: Any) -> Any:
        return getattr(product, self.suffix)

    def get_kept(self, product: Any) -> Any:
        return self.kept.brand.name

    def get_if_none(self, product: Any) -> Any:
        kept = self.kept
        if kept is None:
            return product.price
        return product.title

    def keep(self, product: Any) -> Any:
        self.kept = product
        return product.title

    def get_for_user(self, product: Any) -> Any:
        return product.title if self.request.user else product.price

    def get_unknown(self, product: Any) -> Any:
        return self.unknown(product)  # type: ignore[attr-defined]

    def get_brand(self, product: Any) -> Any:
        return product.brand

    def get_lines(self, product: Any) -> Any:
        return [line.amount for line in product.lines.all()]

    def get_own(self, product: Any) -> Any:
        return product.lines.filter(amount=1).count()

    @reads("price", "brand__name")
    def get_declared(self, product: Any) -> str:
        return str(eval("product.price"))

    def get_lambda(self, product: Any) -> Any:
        return lambda: product.brand.name

    @classmethod
    def of_class(cls, product: Any) -> Any:
        return product.price

    async def get_later(self, product: Any) -> Any:
        return product.price


class Narrower(Consumer):
    """Goes on with ``super()``."""

    suffix = "price"

    def get_label(self, product: Any) -> str:
        return super().get_label(product) + product.title


def test_a_function_reads_of_its_parameter() -> None:
    """The row is the first argument unless another one is named."""
    found = callable_reads(title_and_brand, Product)
    assert found.complete
    assert found.columns == {"title", "brand__name"}
    assert found.relations == {"brand"}
    assert found.name == "title_and_brand"
    (place,) = {line.place for line in found.lines}
    assert place.function == "title_and_brand"
    assert place.file == __file__
    for parameter in ("product", 1):
        assert callable_reads(second, Product, parameter).columns == {"price", "tax"}


@pytest.mark.parametrize("cls", [Consumer, Narrower])
def test_a_method_is_followed_through_its_class(cls: type[Consumer]) -> None:
    """Helpers, properties, super() and constants of the very class are; both ways to ask are the same."""
    found = callable_reads(cls.get_label, Product, owner=cls)
    assert found.complete
    assert found.columns == {"brand__slogan", *(["title"] if cls is Narrower else [])}
    assert callable_reads(cls().get_label, Product) is found
    assert callable_reads(cls.get_by_name, Product, owner=cls).columns == {cls.suffix}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("get_kept", "Consumer.kept, which its methods set"),
        ("keep", "the row is kept in kept"),
        ("get_unknown", "a call of an object whose class is not known"),
        ("get_lambda", "closure is given to the caller of Consumer.get_lambda"),
        ("get_later", "which is asynchronous"),
    ],
)
def test_what_might_read_more_is_incomplete(name: str, why: str) -> None:
    """A row that leaks into the object, or was left in it, and what can't be followed, are said."""
    found = callable_reads(getattr(Consumer, name), Product, owner=Consumer)
    assert not found.complete
    assert why in str(found.unresolved[0])
    assert found.unresolved[0].file == __file__


def test_what_the_object_holds_can_be_told() -> None:
    """An attribute that the code sets is doubtful, unless it is said to hold no row."""
    asked = {"owner": Consumer}
    assert not callable_reads(Consumer.get_for_user, Product, **asked).complete  # type: ignore[arg-type]
    told = callable_reads(Consumer.get_for_user, Product, owner=Consumer, plain=["request"])
    assert told.complete
    assert told.columns == {"title", "price"}

    def of_instance(self: Any, product: Any) -> Any:
        return self.instance.brand.name

    class Bare:
        """Sets nothing."""

    assert callable_reads(of_instance, Product, owner=Bare).complete
    held = callable_reads(of_instance, Product, owner=Bare, holds=["instance"])
    assert "Bare.instance, which may hold rows" in str(held.unresolved)


def test_what_may_hold_a_row_may_be_none() -> None:
    """Nothing is known of it: both branches of a question for None are followed."""
    found = callable_reads(Consumer.get_if_none, Product, owner=Consumer)
    assert found.columns == {"title", "price"}


def test_items_that_may_be_rows_are_told_from_others() -> None:
    """Of a dictionary of the object, the keys that surely lead to none can be named."""

    def plain(self: Any, product: Any) -> Any:
        return product.title if self.context.get("request") else product.price

    def holding(self: Any, product: Any) -> Any:
        return product.title + self.context.get("row").title

    class Bare:
        """Sets nothing."""

    for function, complete in ((plain, True), (holding, False)):
        found = callable_reads(function, Product, owner=Bare, plain=["context[request]"])
        assert found.complete is complete


class Keeper:
    """Keeps rows under names that are only known when it runs."""

    def keep(self, name: str, product: Any) -> None:
        setattr(self, name, product)

    def get_kept(self, product: Any) -> Any:
        return self.anything.brand.name + product.title  # type: ignore[attr-defined]


def test_what_is_kept_under_any_name_may_be_any_attribute() -> None:
    """A method that sets what it is told to set may have put a row anywhere."""
    found = callable_reads(Keeper.get_kept, Product, owner=Keeper)
    assert "Keeper.anything, which its methods set" in str(found.unresolved)


def test_what_is_handed_on_and_queried_is_said() -> None:
    """A related row or the row itself that is returned is whole; queries of its own are listed."""
    assert callable_reads(Consumer.get_brand, Product, owner=Consumer).whole == {"brand"}
    assert callable_reads(lambda product: product, Product).whole == {""}
    lines = callable_reads(Consumer.get_lines, Product, owner=Consumer)
    assert (lines.columns, lines.own_queries) == ({"lines__amount"}, ())
    assert callable_reads(Consumer.get_own, Product, owner=Consumer).own_queries


def test_a_declaration_on_a_method_is_of_the_row() -> None:
    """@reads on a consumer's method, and register_reads() of a function of others, replace inference."""
    found = callable_reads(Consumer.get_declared, Product, owner=Consumer)
    assert found.declared
    assert found.complete
    assert found.columns == {"price", "brand__name"}

    def foreign(product: Any, extra: Any = None) -> Any:
        return eval("product.price")

    assert not callable_reads(foreign, Product).complete
    register_reads(foreign, "price")
    assert callable_reads(foreign, Product).columns == {"price"}


def test_other_callables_are_followed_too() -> None:
    """str, classmethods, and what can't be called."""
    assert callable_reads(Consumer.of_class, Product).columns == {"price"}
    assert callable_reads(str, Product).complete
    with pytest.raises(TypeError, match="takes a function or method, not 'title'"):
        callable_reads("title", Product)  # type: ignore[arg-type]


class Giving:
    """A descriptor that hands on a function of the row."""

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return lambda product: product.price


class Above:
    """What the object inherits."""

    column = "tax"

    @staticmethod
    def static(product: Any) -> Any:
        return product.status

    @classmethod
    def of_class(cls, product: Any) -> Any:
        return getattr(product, cls.column)


class Asked(Above):
    """Answers in every way that Python has."""

    column = "price"
    given = Giving()

    @cached_property
    def cached(self) -> str:
        return "title"

    @classmethod
    def of_class(cls, product: Any) -> Any:
        return super().of_class(product)

    def __iter__(self) -> Any:
        return iter([1])

    def __getitem__(self, key: Any) -> Any:
        return key


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda self, product: self.given(product), {"price"}),
        (lambda self, product: self.static(product), {"status"}),
        (lambda self, product: self.of_class(product), {"price"}),
        (lambda self, product: getattr(product, self.cached), {"title"}),
        (lambda self, product: getattr(product, self.column), {"price"}),
        (lambda self, product: getattr(product, self.__class__.column), {"price"}),
        (lambda self, product: super(Asked, self).of_class(product), {"price"}),
        (lambda self, product: super(Asked, self).static(product), {"status"}),
        (lambda self, product: super(Asked, self).nothing or product.title, {"title"}),
        (lambda self, product: self.nothing or product.title, {"title"}),
        (lambda self, product: [product.title for one in self], "the elements of a Asked"),
        (lambda self, product: list(self.context), set()),
        (lambda self, product: self[0].title, "an item of a Asked"),
        (lambda self, product: self.context["request"] or product.tax, {"tax"}),
        (lambda self, product: self.context.get("request", product).title, {"title"}),
        (lambda self, product: self.context.get("request") or product.tax, {"tax"}),
        (lambda self, product: self.context["row"].title, "an item of Asked.context"),
        (lambda self, product: self.context[product.title].tax, "an item of Asked.context"),
        (lambda self, product: self.context.keys(), "Asked.context.keys, which may hold rows"),
        (lambda self, product: self.held.title, "Asked.held, which may hold rows"),
        (lambda self, product: self.request.user, set()),
    ],
)
def test_an_object_that_is_asked_in_any_way(function: Any, expected: Any) -> None:
    """What its class has is followed; what may hold a row is told."""
    found = callable_reads(
        function, Product, owner=Asked, holds=["held"], plain=["request", "context[request]"]
    )
    if isinstance(expected, str):
        assert expected in str(found.unresolved)
    else:
        assert found.complete, found.unresolved
        assert found.columns == expected


def test_only_the_newest_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callables that are made as a project runs don't fill the memory; the oldest go."""
    monkeypatch.setattr(members, "MAX_CALLABLES", 2)
    members._callables.clear()
    functions = [lambda product: product.title for _ in range(3)]
    first, second, third = (callable_reads(one, Product) for one in functions)
    assert callable_reads(functions[2], Product) is third
    assert callable_reads(functions[1], Product) is second
    assert callable_reads(functions[0], Product) is not first
    assert callable_reads(functions[2], Product) is not third
