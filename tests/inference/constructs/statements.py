# ruff: noqa
"""Statements: choices, loops, exceptions, with, match."""

import contextlib

from django.core.exceptions import ObjectDoesNotExist, ValidationError

from tests.inference.app.models import Brand, Owner, Product
from tests.inference.constructs import either, followed, given_up


@followed
def if_else(self):
    if self.price:
        return self.title
    elif self.tax:
        return self.status
    else:
        return self.brand.name


@followed
def nested_if(self):
    if self.price:
        if self.tax:
            row = self.brand
        else:
            row = self.parent
        return row.pk


@followed
def for_else(self):
    for line in self.lines.all():
        if line.amount > 100:
            break
    else:
        return self.title


@followed
def for_break_keeps_name(self):
    found = None
    for line in self.lines.all():
        if line.amount:
            found = line
            break
    return found.remark


@followed
def for_continue(self):
    found = self.brand
    for line in self.lines.all():
        found = line
        if line.amount:
            continue
        found = self.parent
    return found.pk


@followed
def for_target_attribute(self):
    for self._last in self.lines.all():
        pass
    return self._last.remark


@followed
def loop_carried_name(self):
    previous = None
    found = []
    for line in self.lines.all():
        if previous:
            found.append(previous.remark)
        previous = line
    return found


@followed
def loop_carried_through_two(self):
    a = b = self.brand
    for line in self.lines.all():
        b = a
        a = line
    return b.pk


@followed
def while_with_counter(self):
    count = 0
    while count < self.price:
        count += self.tax
    return count


@given_up
def while_over_parents(self):
    row = self
    while row.parent:
        row = row.parent
    return row.title


@given_up
def for_over_parents(self):
    row, found = self, []
    for _ in range(3):
        found.append(row.title)
        row = row.parent or row
    return found


@followed
def while_pop(self):
    waiting = list(self.lines.all())
    found = []
    while waiting:
        found.append(waiting.pop().remark)
    return found


@given_up
def while_over_tree(self):
    waiting, found = [self], []
    while waiting:
        row = waiting.pop()
        found.append(row.title)
        waiting.extend(row.children.all())
    return found


@followed
def try_except(self):
    try:
        return self.brand.slogan
    except AttributeError:
        return self.title


@followed
def try_except_else_finally(self):
    try:
        row = self.brand
    except ValueError:
        row = self.parent
    else:
        row = row.owner
    finally:
        title = self.title
    return row.pk, title


@followed
def try_finally_return(self):
    try:
        return self.title
    finally:
        self.status


@followed
def try_missing_relation(self):
    try:
        return self.detail.body
    except ObjectDoesNotExist:
        return self.title


@followed
def try_model_exception(self):
    try:
        return self.detail.body
    except Product.detail.RelatedObjectDoesNotExist:
        return self.title


@followed
def exception_text(self):
    try:
        int(self.title)
    except ValueError as error:
        return str(error)


@given_up
def exception_object(self):
    try:
        self.brand.nothing
    except AttributeError as error:
        return error.obj.slogan


class Carrier(Exception):
    def __init__(self, row):
        self.row = row


@given_up
def exception_that_carries(self):
    try:
        raise Carrier(self)
    except Carrier as error:
        return error.row.title


@given_up
def exception_arguments(self):
    try:
        raise ValueError(self)
    except ValueError as error:
        return error.args[0].title


@given_up
def exception_cause(self):
    try:
        try:
            raise ValueError
        except ValueError as error:
            error.row = self
            raise
    except ValueError as error:
        return error.row.title


@given_up
def key_error(self):
    try:
        {}[self]
    except KeyError as error:
        return error.args[0].title


@followed
def raised(self):
    if not self.title:
        raise ValidationError("No title", params={"price": self.price})
    return self.status


@followed
def raises_always(self):
    raise NotImplementedError(self.title)


@followed
def asserted(self):
    assert self.price, self.title
    return 1


@followed
def passed(self):
    pass


@followed
def docstring_only(self):
    """Nothing."""


@followed
def deleted_item(self):
    found = {"a": self.brand}
    del found["a"]
    return 1


@followed
def deleted_attribute(self):
    self._x = 1
    del self._x
    return 1


@followed
def with_two(self):
    with contextlib.suppress(ValueError), contextlib.suppress(TypeError):
        return self.title


@followed
def with_swallowed(self):
    row = self.brand
    with contextlib.suppress(ValueError):
        row = self.parent
        int("x")
        row = self.brand.owner
    return row.pk


@followed
def narrowed_by_isinstance(self):
    for thing in (self.brand, self):
        if isinstance(thing, Brand):
            return thing.slogan


@followed
def narrowed_by_not_isinstance(self):
    for thing in [self.brand, self]:
        if not isinstance(thing, Brand):
            return thing.price


@followed
def narrowed_by_none(self):
    row = None
    for line in self.lines.all():
        if row is None:
            row = line
    return row.remark


@followed
def narrowed_in_and(self):
    return [
        thing.slogan for thing in (self.brand, self) if isinstance(thing, Brand) and thing.slogan
    ]


@followed
def narrowed_by_return(self):
    row = self.brand
    if row is None:
        return self.title
    return row.slogan


@followed
def match_value(self):
    match self.status:
        case "a":
            return self.title
        case "b" | "c":
            return self.price
        case _:
            return self.tax


@followed
def match_class(self):
    match self.brand:
        case Brand(slogan=slogan):
            return slogan


@followed
def match_class_nested(self):
    match self:
        case Product(brand=Brand(owner=Owner(email=email))):
            return email


@followed
def match_capture(self):
    match self.brand:
        case brand:
            return brand.slogan


@followed
def match_as(self):
    match self:
        case Product(brand=Brand() as brand):
            return brand.slogan


@followed
def match_sequence(self):
    match [self.brand, self.title]:
        case [brand, str()]:
            return brand.slogan


@followed
def match_tuple(self):
    match (self.brand, self.title):
        case (brand, title):
            return brand.slogan


@followed
def match_star(self):
    match [1, self.brand]:
        case [first, *rest]:
            return rest[0].slogan


@followed
def match_mapping(self):
    match {"brand": self.brand}:
        case {"brand": brand}:
            return brand.slogan


@followed
def match_mapping_rest(self):
    match {"brand": self.brand, "n": 1}:
        case {"n": 1, **rest}:
            return rest["brand"].slogan


@followed
def match_guard(self):
    match self.brand:
        case brand if brand.slogan:
            return brand.name


@followed
class match_positional:
    class Brand:
        __match_args__ = ("slogan", "owner")

    def member(self):
        match self.brand:
            case Brand(slogan, owner):
                return owner.email


@followed
class match_value_compares:
    class Brand:
        def __eq__(self, other):
            return self.slogan == other

        __hash__ = None

    def member(self):
        match self.brand:
            case "Best":
                return 1


@followed
def match_none(self):
    match self.brand:
        case None:
            return 1
        case _:
            return self.brand.slogan


@followed
def star_except(self):
    return self.title
