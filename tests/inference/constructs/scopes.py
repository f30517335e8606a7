# ruff: noqa
"""Scopes: closures, nonlocal, global, defaults, walrus, comprehensions, local classes."""

from tests.inference.constructs import either, followed, given_up


@followed
def closure(self):
    row = self.brand

    def inner():
        return row.slogan

    return inner()


@followed
def closure_assigned_later(self):
    def inner():
        return row.slogan

    row = self.brand
    return inner()


@followed
def closure_in_closure(self):
    def outer():
        def inner():
            return self.title

        return inner()

    return outer()


@followed
def nonlocal_name(self):
    found = None

    def inner():
        nonlocal found
        found = self.brand

    inner()
    return found.slogan


@given_up
def global_name(self):
    global KEPT
    KEPT = self
    return KEPT.title


@followed
def global_plain(self):
    global COUNT
    COUNT = self.price
    return 1


@followed
def default_argument(self):
    def inner(row=self.brand):
        return row.slogan

    return inner()


@followed
def keyword_default(self):
    def inner(*, row=self.brand):
        return row.slogan

    return inner()


@followed
def default_evaluated_once(self):
    row = self.brand

    def inner(kept=row):
        return kept.slogan

    row = self.parent
    return inner()


@followed
def walrus(self):
    if (brand := self.brand) is not None:
        return brand.slogan


@followed
def walrus_in_comprehension(self):
    found = [last := line for line in self.lines.all()]
    return last.remark


@followed
def walrus_in_condition(self):
    return [name for tag in self.tags.all() if (name := tag.name)]


@followed
def walrus_in_generator(self):
    any((last := line).amount > 0 for line in self.lines.all())
    return last.remark


@followed
def comprehension_scope(self):
    row = self.brand
    found = [row for row in self.lines.all()]
    return row.slogan


@followed
def comprehension_nested(self):
    return [
        tag.name + line.remark for tag in self.tags.all() for line in self.lines.all() if tag.colour
    ]


@followed
def comprehension_in_comprehension(self):
    return [[tag.name for tag in line.product.tags.all()] for line in self.lines.all()]


@followed
def comprehension_with_lambda(self):
    functions = [lambda: line.remark for line in self.lines.all()]
    return [function() for function in functions]


@followed
def comprehension_with_lambda_default(self):
    functions = [lambda row=line: row.remark for line in self.lines.all()]
    return [function() for function in functions]


@given_up
def local_class(self):
    class Local:
        row = self

    return Local.row.title


@given_up
def local_class_method(self):
    class Local:
        def title(inner):
            return self.title

    return Local().title()


@given_up
def class_by_type(self):
    return type("Local", (), {"row": self}).row.title


@followed
def deleted_name(self):
    row = self.brand
    slogan = row.slogan
    del row
    return slogan


@followed
def reassigned(self):
    row = self
    row = row.brand
    row = row.owner
    return row.email


@followed
def reassigned_in_branch(self):
    row = self.brand
    if self.price:
        row = self.parent
    return row.pk


@followed
def shadowed_builtin(self):
    def len(value):
        return value.slogan

    return len(self.brand)


@followed
def shadowed_parameter(self):
    def inner(self):
        return self.slogan

    return inner(self.brand)


@followed
def recursion_of_closure(self):
    def inner(count):
        return self.title if count else ""

    return inner(1)


@given_up
def recursion_of_closure_itself(self):
    def inner(count):
        return inner(count - 1) if count else self.title

    return inner(2)


@followed
def function_returning_function(self):
    def outer():
        def inner():
            return self.title

        return inner

    return outer()()


@followed
def function_in_container(self):
    return [lambda: self.title][0]()


@followed
def function_in_dict(self):
    return {"a": lambda: self.title}["a"]()


@followed
def counter_closure(self):
    total = 0

    def add(line):
        nonlocal total
        total += line.amount

    for line in self.lines.all():
        add(line)
    return total


@followed
def star_parameters(self):
    def inner(*rows, **named):
        return rows[0].title, named["brand"].slogan

    return inner(self, brand=self.brand)


@followed
def positional_only(self):
    def inner(row, /, name):
        return getattr(row, name)

    return inner(self, "title")


@followed
def local_decorator(self):
    def louder(function):
        def wrapper():
            return function() + self.status

        return wrapper

    @louder
    def inner():
        return self.title

    return inner()


@followed
def annotated_assignment(self):
    row: object = self.brand
    other: int
    return row.slogan


@followed
def chained_assignment(self):
    a = b = self.brand
    return b.slogan


@followed
def augmented_attribute(self):
    self.price += self.tax
    return self.price


@followed
def augmented_item(self):
    found = {"a": 1}
    found["a"] += self.price
    return found


@followed
def import_inside(self):
    from tests.inference.constructs.functions import title_of

    return title_of(self)


@followed
def import_module_inside(self):
    import tests.inference.constructs.functions as functions

    return functions.title_of(self)


@followed
def import_relative(self):
    from . import functions

    return functions.title_of(self)


@followed
def assigned_in_try(self):
    row = self
    try:
        row = self.parent
        int("x")
        row = self
    except ValueError:
        return row.title


@followed
def narrowed_by_equality(self):
    for name in ("title", "other"):
        if name == "title":
            yield self.title
        elif name != "other":
            yield eval("self.price")


@followed
def narrowed_by_equality_of_number(self):
    number = 1
    if number == 1.0:
        return self.title
    return eval("self.price")


@given_up
def narrowed_by_equality_of_column(self):
    name = self.status
    if name == "x":
        return eval("self.price")
    return self.title


@given_up
def narrowed_by_equality_with_column(self):
    name = "a"
    if name == self.status:
        return eval("self.price")
    return self.title


@followed
class narrowed_by_equality_with_row:
    class Brand:
        def __eq__(self, other):
            return self.slogan and True

        __hash__ = lambda self: 1

    def member(self):
        brand = self.brand
        if brand == "x":
            return self.title
        return self.price


def _made_with(name):
    def member(self):
        return getattr(self, name).slogan if name else self.title

    return member


@followed
class closure_that_is_none:
    member = _made_with(None)


@followed
class closure_that_is_not_none:
    member = _made_with("brand")
