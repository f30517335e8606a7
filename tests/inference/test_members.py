"""``field_reads``, ``init_reads``, ``is_member``: subclasses, patches, caches, budgets, and what runs when a row is made."""

from __future__ import annotations

import functools
import linecache
import subprocess
import sys
from typing import Any

import pytest
from django.db import models
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_init
from django.test.utils import isolate_apps
from model_utils import FieldTracker

from perfkit import audit
from perfkit.inference import engine, field_reads, init_reads, is_member, reads
from tests.inference.app.models import Base, Brand, Bundle, Line, Product


def test_an_answer_tells_what_is_read_and_where() -> None:
    """Columns, relations and the tree have the same reads; each has its line."""
    found = field_reads(Line, "total")
    assert found.complete
    assert found.columns == {"amount", "product__price"}
    assert found.relations == {"product"}
    assert [node.name for node in found.tree] == ["amount", "product"]
    (price,) = found.tree[1].children
    assert (price.name, price.kind, price.children) == ("price", "column", ())
    assert price.places[0].function == "Line.total"
    assert price.places[0].file.endswith("tests/inference/app/models.py")
    assert "self.product.price" in linecache.getline(price.places[0].file, price.places[0].line)


def test_a_member_that_there_is_not_is_an_error() -> None:
    """The message names the model and the member."""
    with pytest.raises(AttributeError, match="Brand has no property.* called 'nothing'"):
        field_reads(Brand, "nothing")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("label", True),
        ("describe", True),
        ("__str__", True),
        ("name", False),
        ("owner", False),
        ("products", False),
        ("objects", False),
        ("from_db", False),
        ("nothing", False),
        ("__init__", False),
        ("pk", True),
    ],
)
def test_what_is_a_member(name: str, expected: bool) -> None:
    """Properties, methods that need no arguments and __str__ are; columns, relations, managers aren't."""
    assert is_member(Brand, name) is expected


def test_a_method_with_a_required_argument_is_no_member() -> None:
    """A template could not call it either."""
    with patched(Brand, "shout", lambda self, word: word):
        assert not is_member(Brand, "shout")
    with patched(Brand, "shout", lambda self, *, word: word):
        assert not is_member(Brand, "shout")
    with patched(Brand, "shout", lambda self, word="x", *rest: word):
        assert is_member(Brand, "shout")


def test_the_display_of_choices_is_a_member() -> None:
    """Django makes it of a partialmethod."""
    assert is_member(Product, "get_status_display")
    assert field_reads(Product, "get_status_display").columns == {"status"}


class patched:  # noqa: N801
    """Puts an attribute on a class for a while."""

    def __init__(self, owner: Any, name: str, value: Any) -> None:
        self.owner, self.name, self.value = owner, name, value

    def __enter__(self) -> None:
        self.before = vars(self.owner).get(self.name)
        setattr(self.owner, self.name, self.value)

    def __exit__(self, *error: object) -> None:
        if self.before is None:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self.before)


class Picture(FieldFile):
    """A file of the project's own, as a field has it that makes thumbnails."""

    def caption(self) -> str:
        return f"{self.instance.title}: {self.url}"

    @property
    def taxed(self) -> bool:
        return self.instance.tax > 0


def test_a_file_of_the_projects_own_is_followed() -> None:
    """Its methods and properties know their row."""
    with (
        patched(Product._meta.get_field("image"), "attr_class", Picture),
        patched(Product, "shown", lambda self: self.image.caption() if self.image.taxed else ""),
    ):
        found = field_reads(Product, "shown")
    assert found.complete
    assert found.columns == {"image", "title", "tax"}


class Shouting:
    """The attribute of a column that is read in capitals."""

    def __init__(self, column: str) -> None:
        self.column = column

    def __get__(self, row: Any, model: Any = None) -> Any:
        return self if row is None else row.__dict__[self.column].upper()


@isolate_apps("tests.inference.app")
def test_a_column_with_an_attribute_of_its_own_is_no_member() -> None:
    """Not every descriptor of the project is a member: some serve a field."""

    class ShoutingField(models.CharField[Any, Any]):
        def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
            super().contribute_to_class(cls, name, private_only)
            setattr(cls, name, Shouting(name))

    class Poster(models.Model):
        text = ShoutingField(max_length=20)
        loud = Shouting("text")

        class Meta:
            app_label = "inferred"

    assert not is_member(Poster, "text")
    assert is_member(Poster, "loud")


def test_an_answer_is_kept() -> None:
    """The second question gets the object that the first got."""
    assert field_reads(Brand, "label") is field_reads(Brand, "label")


def test_a_member_that_is_replaced_is_inferred_anew() -> None:
    """A cached answer holds as long as the attributes that it rests on are the same."""
    before = field_reads(Brand, "label")
    with patched(Brand, "label", property(lambda self: self.owner_id)):
        assert field_reads(Brand, "label").columns == {"owner"}
    assert field_reads(Brand, "label") == before


def test_a_member_of_a_related_model_that_is_replaced_is_inferred_anew() -> None:
    """What an answer rests on may belong to another class."""
    with patched(Product, "heading", lambda self: str(self.brand)):
        assert field_reads(Product, "heading").columns == {"brand__name"}
        with patched(Brand, "__str__", lambda self: self.slogan):
            assert field_reads(Product, "heading").columns == {"brand__slogan"}


def helper(product: Any) -> Any:
    """Read something."""
    return product.title


def test_a_function_of_a_module_that_is_replaced_is_inferred_anew() -> None:
    """So may it belong to a module."""
    with patched(Product, "heading", lambda self: helper(self)):
        assert field_reads(Product, "heading").columns == {"title"}
        with patched(sys.modules[__name__], "helper", lambda product: product.price):
            assert field_reads(Product, "heading").columns == {"price"}


def test_a_subclass_may_override() -> None:
    """Rows of a base class may be of any subclass: what each would read is listed."""
    with patched(Product, "heading", lambda self: self.title):
        with patched(Bundle, "heading", lambda self: (self.price, self.discount)):
            found = field_reads(Product, "heading")
            assert found.columns == {"title", "price", "bundle__discount"}
            assert found.relations == {"bundle"}
            assert field_reads(Bundle, "heading").columns == {"price", "discount"}


def test_a_subclass_that_is_made_later_counts() -> None:
    """A cached answer notices that there is a new subclass."""
    with patched(Brand, "heading", lambda self: self.name), isolate_apps("tests.inference.app"):
        assert field_reads(Brand, "heading").columns == {"name"}

        class Loud(Brand):
            class Meta:
                proxy = True
                app_label = "inferred"

            def heading(self) -> str:
                return self.slogan

        assert field_reads(Brand, "heading").columns == {"name", "slogan"}
        assert field_reads(Loud, "heading").columns == {"slogan"}


def test_super_is_followed_through_the_classes() -> None:
    """Both the override and what it extends are read."""
    with isolate_apps("tests.inference.app"):

        class Mixin:
            def heading(self) -> Any:
                return (self.tax, super().heading())  # type: ignore[misc]

        class Plain(Base):
            class Meta:
                app_label = "inferred"

            def heading(self) -> Any:
                return self.title

        class Mixed(Mixin, Plain):  # type: ignore[misc]
            class Meta:
                proxy = True
                app_label = "inferred"

            def heading(self) -> Any:
                return (self.price, super().heading())

            def above(self) -> Any:
                return self.parent.heading()

        assert field_reads(Mixed, "heading").columns == {"price", "tax", "title"}

        class Beside(Plain):
            class Meta:
                proxy = True
                app_label = "inferred"

            def heading(self) -> Any:
                return self.status

        class Both(Mixed, Beside):
            class Meta:
                proxy = True
                app_label = "inferred"

        # super() of the mixin is another class in a row of this subclass.
        assert field_reads(Both, "heading").columns == {"price", "tax", "status"}
        every = {"price", "tax", "title", "status"}
        assert field_reads(Mixed, "heading").columns == every
        assert field_reads(Both, "above").columns == {f"parent__{name}" for name in every}


@isolate_apps("tests.inference.app")
def test_super_behind_a_relation_is_that_of_the_rows_class() -> None:
    """Subclasses that put another class before the related model's, or behind it, read columns of their own."""

    class Named:
        def heading(self) -> Any:
            return self.name  # type: ignore[attr-defined]

    class Before:
        def heading(self) -> Any:
            return (self.motto, super().heading())  # type: ignore[attr-defined, misc]

    class Behind(Named):
        def heading(self) -> Any:
            return self.owner  # type: ignore[attr-defined]

    class Maker(Named, models.Model):
        name = models.CharField(max_length=9)

        class Meta:
            app_label = "inferred"

        def heading(self) -> Any:
            return super().heading()

    class Thing(models.Model):
        maker = models.ForeignKey(Maker, models.CASCADE)

        class Meta:
            app_label = "inferred"

        def made_by(self) -> Any:
            return self.maker.heading()

    assert field_reads(Thing, "made_by").columns == {"maker__name"}

    class Owned(Maker, Behind):
        owner = models.CharField(max_length=9)

        class Meta:
            app_label = "inferred"

    found = field_reads(Thing, "made_by")
    assert found.complete, found.unresolved
    assert found.columns == {"maker__name", "maker__owned__owner"}
    assert field_reads(Maker, "heading").columns == {"name", "owned__owner"}
    assert field_reads(Owned, "heading").columns == {"owner"}

    class Famous(Before, Maker):
        motto = models.CharField(max_length=9)

        class Meta:
            app_label = "inferred"

    found = field_reads(Thing, "made_by")
    assert found.complete, found.unresolved
    assert found.columns == {"maker__name", "maker__owned__owner", "maker__famous__motto"}
    assert found.relations == {"maker", "maker__owned", "maker__famous"}


def test_the_code_is_never_run() -> None:
    """A member that raises, loops or writes is as safe to infer as any."""

    def dangerous(self: Any) -> Any:
        while True:
            raise AssertionError(self.title)

    class Descriptor:
        def __get__(self, instance: Any, owner: Any = None) -> Any:
            if instance is None:
                return self
            raise AssertionError(instance.price)

    with patched(Product, "heading", property(dangerous)), patched(Product, "other", Descriptor()):
        assert field_reads(Product, "heading").columns == {"title"}
        assert field_reads(Product, "other").columns == {"price"}


def test_the_budget_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that takes too many steps is incomplete, and says so."""
    with patched(Product, "heading", lambda self: [self.title, self.price, self.tax]):
        monkeypatch.setattr(engine, "MAX_STEPS", 4)
        monkeypatch.setattr("perfkit.inference.interpreter.MAX_STEPS", 4)
        found = field_reads(Product, "heading")
    assert not found.complete
    (unresolved,) = found.unresolved
    assert "heading takes more than 4 steps to follow" in str(unresolved)
    assert unresolved.file == __file__
    assert "self.title, self.price" in linecache.getline(unresolved.file, unresolved.line)


def test_without_source_it_says_so() -> None:
    """A function made by exec has no source."""
    names: dict[str, Any] = {}
    exec("def heading(self):\n    return self.title", names)
    with patched(Product, "heading", names["heading"]):
        (unresolved,) = field_reads(Product, "heading").unresolved
    assert unresolved.construct == "heading, which has no source"


def test_what_is_handed_over_is_told() -> None:
    """A relation whose rows the caller gets may be read whole by it."""
    with patched(Product, "first", lambda self: [self.brand, self.images.all()]):
        found = field_reads(Product, "first")
    assert found.whole == {"brand", "images"}
    assert found.relations == {"brand", "images"}


def test_what_is_given_to_code_that_is_not_followed_is_prefetched() -> None:
    """The answer is incomplete, and nobody knows that the queryset isn't evaluated there."""
    with patched(Product, "counted", lambda self: eval("len")(self.tags.all())):
        found = field_reads(Product, "counted")
    assert not found.complete
    assert found.relations == {"tags"}


def test_own_queries_are_told_with_their_lines() -> None:
    """No preset can serve them."""
    with patched(Product, "cheap", lambda self: self.lines.filter(amount=1).count()):
        found = field_reads(Product, "cheap")
    assert found.complete
    assert "lines" not in found.relations
    assert [query.construct for query in found.own_queries] == ["lines.filter()", "lines.count()"]
    assert {query.file for query in found.own_queries} == {__file__}


# Declarations


def test_a_declaration_replaces_inference_and_is_held_against_it() -> None:
    """What the code reads besides is told; the keys that a path implies are not."""
    declared = reads("brand__name", "titel")(lambda self: (self.brand.name, self.price, self.pk))
    with patched(Product, "heading", declared):
        found = field_reads(Product, "heading")
    assert found.declared
    assert found.columns == {"brand__name"}
    assert found.relations == {"brand"}
    assert found.undeclared == {"price"}
    assert found.problems == (
        "Product.heading declares 'titel', but inferred.Product has no 'titel'. Did you mean 'title'?",
    )


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("title", None),
        ("brand", None),
        ("brand_id", None),
        ("brand__owner__email", None),
        ("brand__owner__brand__slogan", None),
        ("tags__colour", None),
        ("notes__text", None),
        ("detail__body", None),
        ("children__title", None),
        ("tags__product__title", "inferred.Tag has no 'product'. Did you mean 'product_set'?"),
        ("lines__total", None),
        ("__str__", None),
        ("brand__label", None),
        ("brand__nam", "inferred.Brand has no 'nam'. Did you mean 'name'?"),
        ("title__x", "'title' of inferred.Product leads to no other model."),
    ],
)
def test_declared_names_are_checked(path: str, problem: str | None) -> None:
    """A wrong name is told with what was probably meant."""
    with patched(Product, "heading", reads(path)(lambda self: 1)):
        found = field_reads(Product, "heading").problems
    assert found == ((f"Product.heading declares {path!r}, but {problem}",) if problem else ())


def test_a_declared_key_is_read_without_its_row() -> None:
    """By the name of the relation or of its column; with a name behind it, the row is read too."""
    for path, columns, relations in (
        ("brand", {"brand"}, set()),
        ("brand_id", {"brand"}, set()),
        ("parent__brand", {"parent__brand"}, {"parent"}),
        ("detail", set(), {"detail"}),
        ("lines", set(), {"lines"}),
        ("lines__product", {"lines__product"}, {"lines"}),
    ):
        with patched(Product, "heading", reads(path)(lambda self: 1)):
            found = field_reads(Product, "heading")
        assert (found.columns, found.relations) == (columns, relations), path


def test_a_declaration_may_name_members() -> None:
    """They are inferred in their turn."""
    with patched(Product, "heading", reads("lines__total", "brand__describe")(lambda self: 1)):
        found = field_reads(Product, "heading")
    assert found.columns == {"lines__amount", "price", "brand__slogan"}
    assert found.relations == {"lines", "brand"}


def test_what_is_declared_is_read_where_it_is_declared() -> None:
    """Whoever calls it, and wherever that stands."""

    def page(self: Product) -> list[Any]:
        return [self.heading(), self.title]  # type: ignore[attr-defined]

    declared = reads("price")(lambda self: None)
    with patched(Product, "heading", declared), patched(Product, "page", page):
        found = {line.path: line.place for line in field_reads(Product, "page").lines}
    assert found["price"].line == declared.__code__.co_firstlineno
    assert "self.title" in linecache.getline(found["title"].file, found["title"].line)


def test_reads_takes_names_only() -> None:
    """A mistake is told where it is made."""
    with pytest.raises(TypeError, match="reads takes names as strings, not 3"):
        reads(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="neither a property"):
        reads("title")(3)
    with pytest.raises(TypeError, match=r"register_reads\(len, ...\)"):
        reads("title")(len)


# Rows as they are loaded


def test_a_model_that_adds_nothing_reads_nothing_when_it_is_loaded() -> None:
    """Django's own way of making a row loads no deferred column."""
    found = init_reads(Product)
    assert found.complete
    assert (found.columns, found.relations) == (frozenset(), frozenset())


@isolate_apps("tests.inference.app")
def test_what_runs_on_every_row_is_listed() -> None:
    """__init__, from_db and receivers of post_init, each with what it reads."""

    class Watched(models.Model):
        first = models.CharField(max_length=1)
        second = models.CharField(max_length=1)
        third = models.CharField(max_length=1)
        fourth = models.CharField(max_length=1)

        class Meta:
            app_label = "inferred"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.before = self.first

        @classmethod
        def from_db(cls, *args: Any, **kwargs: Any) -> Any:
            row = super().from_db(*args, **kwargs)
            row.at_first = row.second
            return row

        @property
        def changed(self) -> bool:
            return self.before != self.first

    def receiver(instance: Any, **kwargs: Any) -> None:
        instance.kept = instance.third

    assert init_reads(Watched).columns == {"first", "second"}
    post_init.connect(receiver, sender=Watched)
    try:
        assert init_reads(Watched).complete
        assert init_reads(Watched).columns == {"first", "second", "third"}
    finally:
        post_init.disconnect(receiver, sender=Watched)
    assert init_reads(Watched).columns == {"first", "second"}
    assert field_reads(Watched, "changed").columns == {"first"}


@isolate_apps("tests.inference.app")
def test_a_receiver_that_can_not_be_followed_is_told() -> None:
    """The same contract as for members."""

    class Sealed(models.Model):
        first = models.CharField(max_length=1)

        class Meta:
            app_label = "inferred"

    def receiver(instance: Any, **kwargs: Any) -> None:
        eval("instance.first")

    post_init.connect(receiver, sender=Sealed)
    try:
        assert not init_reads(Sealed).complete
    finally:
        post_init.disconnect(receiver, sender=Sealed)


@isolate_apps("tests.inference.app")
def test_reads_that_ask_first_what_is_deferred() -> None:
    """The field tracker keeps what there is; tracked columns are read like others."""

    class Tracked(models.Model):
        first = models.CharField(max_length=1)
        second = models.CharField(max_length=1)
        tracker = FieldTracker(fields=["first"])

        class Meta:
            app_label = "inferred"

        def both(self) -> str:
            return self.first + self.second

    assert init_reads(Tracked).complete
    assert init_reads(Tracked).columns == frozenset()
    assert field_reads(Tracked, "both").columns == {"first", "second"}


@isolate_apps("tests.inference.app")
def test_an_image_asks_for_its_dimensions() -> None:
    """Django's own receiver reads them as soon as the image is there."""

    class Picture(models.Model):
        image = models.ImageField(width_field="width", height_field="height")
        width = models.IntegerField()
        height = models.IntegerField()
        other = models.IntegerField()

        class Meta:
            app_label = "inferred"

    assert init_reads(Picture).columns == {"width", "height"}


def test_receivers_are_asked_of_the_signal() -> None:
    """Django has no public way; this fails when the private one changes."""

    def receiver(**kwargs: Any) -> None:
        pass

    post_init.connect(receiver, sender=Brand)
    try:
        from perfkit.inference.live import receivers_of_post_init

        assert receiver in receivers_of_post_init(Brand)
        assert receiver not in receivers_of_post_init(Line)
    finally:
        post_init.disconnect(receiver, sender=Brand)


def test_nothing_heavy_is_imported_until_somebody_asks() -> None:
    """A project whose presets name no member pays nothing."""
    code = (
        "import sys, perfkit.inference; "
        "names = {one.rpartition('.')[2] for one in sys.modules if 'perfkit.inference.' in one}; "
        "assert names == {'declarations', 'results'}, names"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_cached_property_of_either_kind_is_a_member() -> None:
    """Python's and Django's."""
    with patched(Brand, "kept", functools.cached_property(lambda self: self.name)):
        assert field_reads(Brand, "kept").columns == {"name"}


def test_the_hooks_of_the_auditor_are_seen_through() -> None:
    """A function of Django's is known as such while the auditor stands in its place."""

    def refreshed(self: Any) -> str:
        self.refresh_from_db(fields=["name"])
        return str(self.name)

    with audit(mode="collect"), patched(Brand, "refreshed", refreshed):
        found = field_reads(Brand, "refreshed")
    assert found.complete, found.unresolved
    assert found.columns == {"name"}
