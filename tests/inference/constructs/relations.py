# ruff: noqa
"""Relations: to one, to many, generic, back again; what a prefetch serves and what it doesn't."""

from itertools import chain
from operator import attrgetter

from django.db.models import Count, Exists, F, OuterRef, Q, Sum, prefetch_related_objects

from tests.inference.app.models import Brand, Line, Note, Product
from tests.inference.constructs import alone, either, followed, given_up


class Titled:
    """No model: rows of any may be instances of it."""


@followed
def forward(self):
    return self.brand.name


@followed
def forward_twice(self):
    return self.brand.owner.name


@followed
def forward_guarded(self):
    return self.brand.name if self.brand else ""


@followed
def forward_and(self):
    return self.brand and self.brand.name


@followed
def forward_or(self):
    return (self.brand or self.parent).pk


@followed
def forward_to_field(self):
    return self.origin.name


@followed
def forward_to_field_key(self):
    return self.origin_id


@followed
def forward_related_key(self):
    return self.brand.owner_id


@followed
def reverse_one_to_one(self):
    return self.detail.body


@followed
def reverse_one_to_one_and_back(self):
    return self.detail.product.price


@followed
def forward_one_to_one_and_back(self):
    return self.brand.owner.brand.slogan


@followed
def missing_reverse_one_to_one(self):
    try:
        return self.detail.source
    except Exception:
        return self.title


@followed
def has_reverse_one_to_one(self):
    return hasattr(self, "detail")


@followed
def many_to_many(self):
    return [tag.name for tag in self.tags.all()]


@followed
def reverse_foreign_key(self):
    return [line.amount for line in self.lines.all()]


@followed
def inverse(self):
    return [line.product.price for line in self.lines.all()]


@followed
def inverse_through_property(self):
    return sum(line.total for line in self.lines.all())


@followed
def inverse_of_inverse(self):
    return [other.remark for line in self.lines.all() for other in line.product.lines.all()]


@followed
def generic_relation(self):
    return [note.text for note in self.notes.all()]


@given_up
def generic_relation_and_back(self):
    return [note.target.title for note in self.notes.all()]


@followed
def generic_relation_keys(self):
    return [(note.object_id, note.content_type_id) for note in self.notes.all()]


@given_up
class generic_key:
    class Note:
        def name_of_target(self):
            return self.target.title

    def member(self):
        return [note.name_of_target() for note in self.notes.all()]


@followed
class behind_a_generic_key:
    class Note:
        def titles(self):
            target = self.target
            if isinstance(target, Product):
                return target.title, target.price

    def member(self):
        return [note.titles() for note in self.notes.all()]


@followed
class behind_a_generic_key_asked_of_the_attribute:
    class Note:
        def titles(self):
            if isinstance(self.target, Product):
                return self.target.title, self.target.price

    def member(self):
        return [note.titles() for note in self.notes.all()]


@followed
class behind_a_generic_key_or_nothing:
    class Note:
        def titles(self):
            if not isinstance(self.target, Product):
                return None
            return self.target.title

    def member(self):
        return [note.titles() for note in self.notes.all()]


@followed
class behind_a_generic_key_of_several_models:
    class Note:
        def titles(self):
            if isinstance(self.target, (Product, Brand)):
                return self.target.pk

    def member(self):
        return [note.titles() for note in self.notes.all()]


@followed
class behind_a_generic_key_with_and:
    class Note:
        def titles(self):
            return isinstance(self.target, Product) and self.target.title

    def member(self):
        return [note.titles() for note in self.notes.all()]


@followed
def behind_a_generic_key_in_a_comprehension(self):
    return [note.target.title for note in self.notes.all() if isinstance(note.target, Product)]


@followed
class a_relation_behind_a_generic_key:
    class Note:
        def titles(self):
            if isinstance(self.target, Product):
                return self.target.brand.name

    def member(self):
        return [note.titles() for note in self.notes.all()]


@followed
class rows_behind_a_generic_key:
    class Note:
        def titles(self):
            if isinstance(self.target, Product):
                return [line.remark for line in self.target.lines.all()]

    def member(self):
        return [note.titles() for note in self.notes.all()]


@given_up
class behind_a_generic_key_after_it_was_asked:
    class Note:
        def titles(self):
            if isinstance(self.target, Product):
                pass
            return self.target.title

    def member(self):
        return [note.titles() for note in self.notes.all()]


@given_up
class behind_a_generic_key_of_another_class:
    class Note:
        def titles(self):
            if not isinstance(self.target, Brand):
                return self.target.title

    def member(self):
        return [note.titles() for note in self.notes.all()]


@given_up
class behind_a_generic_key_of_a_class_that_is_no_model:
    class Note:
        def titles(self):
            if isinstance(self.target, (Brand, Titled)):
                return self.target.title

    def member(self):
        return [note.titles() for note in self.notes.all()]


@given_up
class behind_a_generic_key_that_is_set_again:
    class Note:
        def titles(self, other):
            if isinstance(self.target, Brand):
                self.target = other
                return self.target.title

    def member(self):
        return [note.titles(self) for note in self.notes.all()]


@given_up
class behind_a_generic_key_that_is_set_by_another_name:
    class Note:
        def change(self, other):
            setattr(self, "target", other)

        def titles(self, other):
            if isinstance(self.target, Brand):
                self.change(other)
                return self.target.title

    def member(self):
        return [note.titles(self) for note in self.notes.all()]


@given_up
class behind_a_generic_key_that_is_set_in_its_state:
    class Note:
        def titles(self, other):
            if isinstance(self.target, Brand):
                self._state.fields_cache["target"] = other
                return self.target.title

    def member(self):
        return [note.titles(self) for note in self.notes.all()]


@given_up
class behind_a_generic_key_that_is_set_in_its_dictionary:
    class Note:
        def titles(self):
            if isinstance(self.target, Brand):
                self.__dict__["object_id"] = 1
                return self.target.title

    def member(self):
        return [note.titles() for note in self.notes.all()]


@given_up
class behind_a_generic_key_of_another_number:
    class Note:
        def titles(self):
            if isinstance(self.target, Product):
                self.content_type_id = self.object_id
                return self.target.title

    def member(self):
        return [note.titles() for note in self.notes.all()]


@given_up
class behind_a_generic_key_of_another_row:
    def member(self):
        found = []
        for note in self.notes.all():
            if isinstance(note.target, Brand):
                for note in self.notes.all():
                    found.append(note.target.title)
        return found


@given_up
class behind_a_generic_key_of_the_other_row:
    def member(self):
        first, second = self.notes.all()[:1], self.notes.all()
        return [
            one.target.title
            for one in second
            for other in first
            if isinstance(other.target, Product)
        ]


@given_up
def behind_a_generic_key_before_the_comprehension(self):
    note = self.notes.all()[0]
    if not isinstance(note.target, Product):
        return None
    return [note.target.title for note in self.notes.all()]


@given_up
def behind_a_generic_key_after_the_comprehension(self):
    note = self.notes.all()[0]
    found = [isinstance(note.target, Product) and note.target.title for note in self.notes.all()]
    return found, note.target.title


@given_up
class a_row_behind_a_generic_key_given_away:
    class Note:
        def titles(self):
            if isinstance(self.target, Product):
                return eval("repr")(self.target)

    def member(self):
        return [note.titles() for note in self.notes.all()]


@given_up
class an_attribute_of_a_row_behind_a_generic_key:
    class Note:
        def titles(self):
            if isinstance(self.target, Product):
                return self.target.nothing

    def member(self):
        return [note.titles() for note in self.notes.all()]


@given_up
class behind_a_generic_key_in_a_function_that_may_be_called_later:
    class Note:
        def titles(self):
            row = self

            def change(other):
                nonlocal row
                row = other

            if isinstance(row.target, Brand):
                change(self)
                return row.target.title

    def member(self):
        return [note.titles() for note in self.notes.all()]


@followed
class truth_of_generic_key:
    class Note:
        def has_target(self):
            return bool(self.target)

    def member(self):
        return [note.has_target() for note in self.notes.all()]


@followed
class generic_key_is_none:
    class Note:
        def has_target(self):
            return self.target is not None

    def member(self):
        return [note.has_target() for note in self.notes.all()]


@followed
def self_reference(self):
    return self.parent.title


@followed
def self_reference_twice(self):
    return self.parent.parent.title if self.parent and self.parent.parent else None


@followed
def self_reference_children(self):
    return [child.title for child in self.children.all()]


@followed
def children_and_back(self):
    return [child.parent.title for child in self.children.all()]


@followed
def siblings(self):
    return [child.title for child in self.parent.children.all()]


@followed
def brand_products(self):
    return [product.title for product in self.brand.products.all()]


@followed
def brand_products_and_back(self):
    return [product.brand.slogan for product in self.brand.products.all()]


@followed
def brand_products_are_other_rows(self):
    return [product.price for product in self.brand.products.all() if product != self]


@followed
def tags_and_their_products(self):
    return [product.price for tag in self.tags.all() for product in tag.product_set.all()]


@followed
def count_of_manager(self):
    return self.lines.count()


@followed
def count_of_all(self):
    return self.tags.all().count()


@followed
def count_of_many_to_many(self):
    return self.tags.count()


@followed
def exists_of_manager(self):
    return self.lines.exists()


@followed
def exists_of_many_to_many(self):
    return self.tags.exists()


@followed
def exists_of_all(self):
    return self.images.all().exists()


@followed
def contains_of_all(self):
    return self.lines.all().contains(self.lines.all()[0])


@followed
def slice_of_all(self):
    return [image.url for image in self.images.all()[:1]]


@followed
def index_of_all(self):
    return self.images.all()[0].url


@followed
def length_of_all(self):
    return len(self.lines.all())


@followed
def truth_of_all(self):
    return bool(self.lines.all())


@followed
def truth_of_manager(self):
    return bool(self.lines)


@followed
def list_of_all(self):
    return [line.remark for line in list(self.lines.all())]


@followed
def first_ordered(self):
    return self.images.first().url


@followed
def first_ordered_of_all(self):
    return self.images.all().first().url


@followed
def first_unordered(self):
    return self.lines.first().remark


@followed
def all_twice(self):
    return [line.remark for line in self.lines.all().all()]


@followed
def filtered(self):
    return [line.remark for line in self.lines.filter(amount=1)]


@followed
def filtered_and_back(self):
    return [line.product.title for line in self.lines.filter(amount=1)]


@followed
def excluded(self):
    return self.lines.exclude(amount=1).count()


@followed
def ordered(self):
    return [line.remark for line in self.lines.order_by("amount")]


@alone
def all_ordered(self):
    return [tag.name for tag in self.tags.all().order_by("name")]


@alone
def all_filtered(self):
    return self.tags.all().filter(name="red").exclude(colour="x").exists()


@alone
def all_filtered_by_the_queryset(self):
    return [tag.name for tag in self.tags.named("red")]


@alone
def all_values(self):
    return list(self.tags.all().values_list("name", flat=True))


@alone
def all_iterated(self):
    return [tag.name for tag in self.tags.all().iterator()]


@alone
def all_by_key(self):
    return [tag.name for tag in self.tags.all().in_bulk().values()]


@alone
def all_last(self):
    return self.tags.all().last()


@alone
def all_first_unordered(self):
    return self.lines.all().first().remark


@alone
def all_never_evaluated(self):
    return Product.objects.filter(tags__in=self.tags.all()).count()


@followed
def all_ordered_and_all(self):
    tags = self.tags.all()
    return [tag.name for tag in tags], tags.order_by("name").count()


@followed
def all_in_a_generator_that_nobody_consumes(self):
    made = (tag.name for tag in self.tags.all())
    return made is None


@followed
class an_iterator_of_a_generator_that_nobody_consumes:
    class Brand:
        def __iter__(self):
            return iter([self.slogan])

    def member(self):
        made = (one for one in self.brand)
        return made is None


@given_up
def all_given_to_code_that_is_not_followed(self):
    return eval("len")(self.tags.all())


@followed
def last_of_manager(self):
    return self.images.last().url


@followed
def last_and_back(self):
    return self.images.last().product.title


@followed
def got(self):
    return self.lines.get(amount=1).remark


@followed
def values_of_manager(self):
    return list(self.lines.values("amount"))


@followed
def values_list_of_manager(self):
    return list(self.lines.values_list("amount", flat=True))


@followed
def aggregated(self):
    return self.lines.aggregate(Sum("amount"))


@followed
def iterator_of_manager(self):
    return [line.remark for line in self.lines.iterator()]


@followed
def iterator_and_back(self):
    return [line.product.tax for line in self.lines.iterator()]


@followed
def in_bulk(self):
    return [line.remark for line in self.lines.in_bulk().values()]


@followed
def in_bulk_and_back(self):
    return [line.product.status for line in self.lines.in_bulk().values()]


@followed
def select_related_of_manager(self):
    return [line.product.price for line in self.lines.select_related("product")]


@followed
def own_query(self):
    return Product.objects.count()


@followed
def own_query_with_key(self):
    return Product.objects.filter(pk=self.pk).count()


@followed
def own_query_with_row(self):
    return Line.objects.filter(product=self).count()


@followed
def own_query_with_list_of_rows(self):
    return Line.objects.filter(product__in=[self]).count()


@followed
def own_query_with_related_row(self):
    return Product.objects.filter(brand=self.brand).count()


@followed
def own_query_with_row_by_to_field(self):
    return Product.objects.filter(origin=self.origin).count()


@followed
def own_query_with_condition(self):
    return Product.objects.filter(Q(brand=self.brand) | Q(parent=self), ~Q(pk=self.pk)).count()


@followed
def own_query_with_column(self):
    return Product.objects.filter(title=self.title).exclude(price=self.price).exists()


@followed
def own_query_with_queryset(self):
    return Brand.objects.filter(products__in=self.children.all()).count()


@followed
def own_query_through_class(self):
    return type(self).objects.filter(title=self.title).exists()


@followed
def own_query_through_default_manager(self):
    return self.__class__._default_manager.filter(pk=self.pk).exists()


@followed
def own_query_annotated(self):
    return Product.objects.annotate(n=Count("lines")).filter(n=1).exists()


@followed
def own_query_by_expression(self):
    return Product.objects.filter(price__gt=F("tax")).exists()


@followed
def own_row_is_whole(self):
    return Product.objects.get(pk=self.pk).title


@followed
def own_row_member(self):
    other = Product.objects.first()
    return other.title + self.title


@given_up
class own_row_gets_row:
    def beats(self, other):
        return self.price > other.price

    def member(self):
        other = [Product.objects.first()].pop()
        return eval("other").beats(self)


@followed
class own_row_gets_row_and_is_followed:
    def beats(self, other):
        return self.price > other.price

    def member(self):
        return Product.objects.first().beats(self)


@followed
def returned_row(self):
    return self.brand


@followed
def returned_manager(self):
    return self.lines


@followed
def returned_queryset(self):
    return self.lines.all()


@given_up
def writes(self):
    self.save()


@given_up
def deletes(self):
    self.delete()


@given_up
def creates(self):
    return self.lines.create(amount=3)


@given_up
def adds(self):
    self.tags.add(*self.tags.all())


@given_up
def makes_a_row(self):
    return Line(product=self).product.title


@given_up
def prefetches(self):
    prefetch_related_objects([self], "lines")
    return [line.remark for line in self.lines.all()]


@given_up
def refreshes(self):
    self.refresh_from_db()
    return self.title


@followed
def refreshes_named_columns(self):
    self.refresh_from_db(fields=["title"])
    return self.title


@followed
def row_in_related(self):
    return self in self.brand.products.all()


@followed
def queryset_method_chain_and_row(self):
    return self.lines.filter(product=self).exclude(pk=self.pk).exists()


@followed
def union_of_querysets(self):
    return (self.lines.all() | self.lines.filter(amount=2)).count()


@followed
def text_of_queryset(self):
    return str(self.lines.all())


@followed
def text_of_manager(self):
    return str(self.lines)


@followed
def comparison_of_rows(self):
    return self.brand == self.parent.brand


@followed
def membership_of_rows(self):
    return self.brand in [product.brand for product in self.children.all()]


@followed
def state_of_row(self):
    return self._state.db, self._state.adding


@followed
def cached_relations(self):
    return self._state.fields_cache.get("brand", self.brand).slogan


@followed
def prefetched_objects(self):
    return getattr(self, "_prefetched_objects_cache", {}).get("lines")


@followed
def prefetched_rows(self):
    if "lines" in getattr(self, "_prefetched_objects_cache", {}):
        return [line.remark for line in self._prefetched_objects_cache["lines"]]
    return self.title


@given_up
def prefetched_by_unknown_name(self):
    return self._prefetched_objects_cache.get(self.title + "s")


@followed
def cached_relation_by_name(self):
    return "brand" in self._state.fields_cache and self._state.fields_cache["brand"].slogan


@followed
def chained_relations(self):
    return [item.pk for item in chain(self.lines.all(), self.images.all())]


@followed
def max_over_related(self):
    return max(line.amount for line in self.lines.all())


@followed
def max_with_key(self):
    return max(self.lines.all(), key=lambda line: line.amount).remark


@followed
def sum_over_related(self):
    return sum([line.amount for line in self.lines.all()], 0)


@followed
def nested_relations(self):
    return [
        [line.product.brand.name for line in product.lines.all()]
        for product in self.brand.products.all()
    ]


@followed
class related_in_mapping:
    def member(self):
        return {line.pk: line for line in self.lines.all()}[self.lines.all()[0].pk].remark
