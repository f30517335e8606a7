# ruff: noqa
"""Operators on rows, and the methods with double underscores that they call."""

import functools
import operator

from tests.inference.constructs import either, followed, given_up


@followed
def arithmetic(self):
    return self.price + self.tax * 2 - 1 // 1 % 3


@followed
def comparison(self):
    return self.price > self.tax >= 0 != self.pk


@followed
def boolean(self):
    return not self.title or self.price and self.tax


@followed
def conditional(self):
    return self.title if self.price else self.status


@followed
def chained_comparison(self):
    return 0 < self.price < self.tax


@followed
class negative:
    class Brand:
        def __neg__(self):
            return self.slogan

    def member(self):
        return -self.brand


@followed
class positive:
    class Brand:
        def __pos__(self):
            return self.slogan

    def member(self):
        return +self.brand


@followed
class inverted:
    class Brand:
        def __invert__(self):
            return self.slogan

    def member(self):
        return ~self.brand


@followed
class absolute:
    class Brand:
        def __abs__(self):
            return self.slogan

    def member(self):
        return abs(self.brand)


@followed
class rounded:
    class Brand:
        def __round__(self, digits=None):
            return self.slogan

    def member(self):
        return round(self.brand, 2)


@followed
class added:
    class Brand:
        def __add__(self, other):
            return self.slogan + str(other)

    def member(self):
        return self.brand + 1


@followed
class added_from_the_right:
    class Brand:
        def __radd__(self, other):
            return self.slogan

    def member(self):
        return 1 + self.brand


@followed
class added_rows:
    class Brand:
        def __add__(self, other):
            return self.slogan + other.title

    def member(self):
        return self.brand + self


@followed
class added_in_place:
    class Brand:
        def __iadd__(self, other):
            return self.slogan

    def member(self):
        brand = self.brand
        brand += 1
        return brand


@followed
class added_in_place_by_add:
    class Brand:
        def __add__(self, other):
            return self.slogan

    def member(self):
        brand = self.brand
        brand += 1
        return brand


@followed
class summed:
    class Tag:
        def __radd__(self, other):
            return other + len(self.colour)

    def member(self):
        return sum(self.tags.all())


@followed
class multiplied:
    class Brand:
        def __mul__(self, other):
            return self.slogan * other

    def member(self):
        return self.brand * 2


@followed
class divided:
    class Brand:
        def __truediv__(self, other):
            return self.slogan

        def __floordiv__(self, other):
            return self.name

    def member(self):
        return self.brand / 2, self.brand // 2


@followed
class remainder:
    class Brand:
        def __mod__(self, other):
            return self.slogan

    def member(self):
        return self.brand % 2


@followed
class matrix_power_shift:
    class Brand:
        def __matmul__(self, other):
            return self.slogan

        def __pow__(self, other):
            return self.name

        def __lshift__(self, other):
            return self.owner_id

    def member(self):
        return self.brand @ 1, self.brand**2, self.brand << 1


@followed
class bitwise:
    class Brand:
        def __or__(self, other):
            return self.slogan

        def __and__(self, other):
            return self.name

        def __xor__(self, other):
            return self.owner_id

    def member(self):
        return self.brand | 1, self.brand & 1, self.brand ^ 1


@followed
class equal:
    class Brand:
        def __eq__(self, other):
            return self.slogan == other

        __hash__ = None

    def member(self):
        return self.brand == "Best"


@followed
class equal_reflected:
    class Brand:
        def __eq__(self, other):
            return self.slogan == other

        __hash__ = None

    def member(self):
        return "Best" == self.brand


@followed
class not_equal:
    class Brand:
        def __ne__(self, other):
            return self.slogan != other

    def member(self):
        return self.brand != "Best"


@followed
class equal_in_list:
    class Brand:
        def __eq__(self, other):
            return self.slogan == other

        __hash__ = None

    def member(self):
        return "Best" in [self.brand]


@followed
class equal_in_tuple_of_rows:
    class Brand:
        def __eq__(self, other):
            return self.slogan == other.slogan

        __hash__ = None

    def member(self):
        return self.brand in (self.parent.brand, None) if self.brand else 0


@followed
class less:
    class Brand:
        def __lt__(self, other):
            return self.slogan < other.slogan

    def member(self):
        return self.brand < self.parent.brand


@followed
class greater_reflected:
    class Brand:
        def __lt__(self, other):
            return self.slogan < str(other)

    def member(self):
        return "a" > self.brand


@followed
class sorted_rows:
    class Tag:
        def __lt__(self, other):
            return self.colour < other.colour

    def member(self):
        return sorted(self.tags.all())


@followed
class sorted_in_place:
    class Tag:
        def __lt__(self, other):
            return self.colour < other.colour

    def member(self):
        tags = list(self.tags.all())
        tags.sort()
        return tags


@followed
class smallest_row:
    class Tag:
        def __lt__(self, other):
            return self.colour < other.colour

    def member(self):
        return min(self.tags.all())


@followed
class largest_of_arguments:
    class Brand:
        def __gt__(self, other):
            return self.slogan > other.slogan

    def member(self):
        return max(self.brand, self.parent.brand)


@followed
class total_ordering:
    @functools.total_ordering
    class Ranked:
        def __init__(self, product):
            self.product = product

        def __eq__(self, other):
            return self.product.price == other.product.price

        def __lt__(self, other):
            return self.product.price < other.product.price

    def member(self):
        return self.Ranked(self) >= self.Ranked(self.parent)


@followed
class truth_by_bool:
    class Brand:
        def __bool__(self):
            return bool(self.slogan)

    def member(self):
        return "x" if self.brand else "y"


@followed
class truth_by_len:
    class Brand:
        def __len__(self):
            return len(self.slogan)

    def member(self):
        return not self.brand


@followed
class truth_in_and:
    class Brand:
        def __bool__(self):
            return bool(self.slogan)

    def member(self):
        return self.brand and self.brand.name


@followed
class truth_in_while:
    class Brand:
        def __bool__(self):
            return bool(self.slogan)

    def member(self):
        while self.brand:
            return 1


@followed
class truth_in_assert:
    class Brand:
        def __bool__(self):
            return bool(self.slogan)

    def member(self):
        assert self.brand
        return 1


@followed
class truth_in_comprehension:
    class Tag:
        def __bool__(self):
            return bool(self.colour)

    def member(self):
        return [1 for tag in self.tags.all() if tag]


@followed
class truth_in_any:
    class Tag:
        def __bool__(self):
            return bool(self.colour)

    def member(self):
        return any(self.tags.all())


@followed
class truth_in_all_of_generator:
    class Tag:
        def __bool__(self):
            return bool(self.colour)

    def member(self):
        return all(tag for tag in self.tags.all())


@followed
class truth_in_filter:
    class Tag:
        def __bool__(self):
            return bool(self.colour)

    def member(self):
        return list(filter(None, self.tags.all()))


@followed
class truth_in_bool:
    class Brand:
        def __bool__(self):
            return bool(self.slogan)

    def member(self):
        return bool(self.brand)


@followed
class truth_in_ternary_of_or:
    class Brand:
        def __bool__(self):
            return bool(self.slogan)

    def member(self):
        return (self.brand or self.parent).pk


@followed
class length:
    class Brand:
        def __len__(self):
            return len(self.slogan)

    def member(self):
        return len(self.brand)


@followed
class iterated:
    class Brand:
        def __iter__(self):
            return iter([self.slogan])

    def member(self):
        return list(self.brand)


@followed
class iterated_by_generator:
    class Brand:
        def __iter__(self):
            yield self.slogan
            yield self.owner

    def member(self):
        return [part for part in self.brand][1].email


@followed
class iterated_by_getitem:
    class Brand:
        def __getitem__(self, index):
            if index > 1:
                raise IndexError
            return self.slogan[index]

    def member(self):
        return list(self.brand)


@followed
class unpacked:
    class Brand:
        def __iter__(self):
            return iter((self.slogan, self.owner))

    def member(self):
        slogan, owner = self.brand
        return owner.email


@followed
class starred_in_call:
    class Brand:
        def __iter__(self):
            return iter((self.slogan, self.owner))

    def label(self, slogan, owner):
        return owner.email

    def member(self):
        return self.label(*self.brand)


@followed
class item:
    class Brand:
        def __getitem__(self, key):
            return getattr(self, "slogan") + key

    def member(self):
        return self.brand["x"]


@followed
class item_set:
    class Brand:
        def __setitem__(self, key, value):
            self._items = {self.slogan: value}

    def member(self):
        self.brand["x"] = 1
        return 1


@followed
class item_deleted:
    class Brand:
        def __delitem__(self, key):
            self._deleted = self.slogan

    def member(self):
        del self.brand["x"]
        return 1


@followed
class contained:
    class Brand:
        def __contains__(self, item):
            return item in self.slogan

    def member(self):
        return "e" in self.brand


@followed
class contained_by_iteration:
    class Brand:
        def __iter__(self):
            return iter(self.slogan)

    def member(self):
        return "e" in self.brand


@followed
class hashed:
    class Brand:
        def __hash__(self):
            return hash(self.slogan)

    def member(self):
        return hash(self.brand)


@followed
class hashed_in_set:
    class Brand:
        def __hash__(self):
            return hash(self.slogan)

    def member(self):
        return len({self.brand})


@followed
class hashed_as_key:
    class Brand:
        def __hash__(self):
            return hash(self.slogan)

    def member(self):
        return {self.brand: 1}


@followed
class hashed_in_set_call:
    class Tag:
        def __hash__(self):
            return hash(self.colour)

    def member(self):
        return len(set(self.tags.all()))


@followed
class hashed_in_set_comprehension:
    class Tag:
        def __hash__(self):
            return hash(self.colour)

    def member(self):
        return len({tag for tag in self.tags.all()})


@followed
class hashed_in_dict_comprehension:
    class Tag:
        def __hash__(self):
            return hash(self.colour)

    def member(self):
        return len({tag: 1 for tag in self.tags.all()})


@followed
class hashed_in_assignment:
    class Brand:
        def __hash__(self):
            return hash(self.slogan)

    def member(self):
        found = {}
        found[self.brand] = 1
        return found


@followed
class hashed_in_lookup:
    class Brand:
        def __hash__(self):
            return hash(self.slogan)

    def member(self):
        return {}.get(self.brand)


@followed
class hashed_in_fromkeys:
    class Tag:
        def __hash__(self):
            return hash(self.colour)

    def member(self):
        return len(dict.fromkeys(self.tags.all()))


@followed
class hashed_in_tuple:
    class Brand:
        def __hash__(self):
            return hash(self.slogan)

    def member(self):
        return {(self.brand, 1): 2}


@followed
class index:
    class Brand:
        def __index__(self):
            return len(self.slogan)

    def member(self):
        return range(self.brand)


@given_up
class index_in_subscript:
    class Brand:
        def __index__(self):
            return len(self.slogan) * 0

    def member(self):
        return [1, 2][self.brand]


@given_up
class index_in_slice:
    class Brand:
        def __index__(self):
            return len(self.slogan)

    def member(self):
        return "abc"[: self.brand]


@followed
class integer:
    class Brand:
        def __int__(self):
            return len(self.slogan)

    def member(self):
        return int(self.brand)


@followed
class floating:
    class Brand:
        def __float__(self):
            return float(len(self.slogan))

    def member(self):
        return float(self.brand)


@given_up
class called:
    class Brand:
        def __call__(self):
            return self.slogan

    def member(self):
        return self.brand()


@followed
class entered:
    class Brand:
        def __enter__(self):
            return self.slogan

        def __exit__(self, *error):
            self._left = self.name

    def member(self):
        with self.brand as slogan:
            return slogan


@followed
class entered_other:
    class Brand:
        def __enter__(self):
            return self.owner

        def __exit__(self, *error):
            return None

    def member(self):
        with self.brand as owner:
            return owner.email


@followed
class reversed_row:
    class Brand:
        def __reversed__(self):
            return iter(self.slogan)

    def member(self):
        return list(reversed(self.brand))


@followed
class divmod_of_row:
    class Brand:
        def __divmod__(self, other):
            return (self.slogan, other)

    def member(self):
        return divmod(self.brand, 2)


@followed
class pow_of_row:
    class Brand:
        def __pow__(self, other, modulo=None):
            return self.slogan

    def member(self):
        return pow(self.brand, 2)


@followed
class operator_functions:
    class Brand:
        def __add__(self, other):
            return self.slogan

        def __lt__(self, other):
            return self.name

    def member(self):
        return operator.add(self.brand, 1), operator.lt(self.brand, 1)


@followed
class operator_item:
    class Brand:
        def __getitem__(self, key):
            return self.slogan

    def member(self):
        return operator.getitem(self.brand, 1)


@followed
class operator_contains:
    class Brand:
        def __contains__(self, item):
            return item in self.slogan

    def member(self):
        return operator.contains(self.brand, "x")


@followed
class operator_truth:
    class Brand:
        def __bool__(self):
            return bool(self.slogan)

    def member(self):
        return operator.not_(self.brand), operator.truth(self.brand)


@given_up
class compared_with_unknown:
    class Brand:
        def __eq__(self, other):
            return self.slogan == other

        __hash__ = None

    def member(self):
        other = __import__("unittest.mock").mock.ANY
        return other == self.brand and eval("self.brand.name")


@followed
class dir_of_row:
    class Brand:
        def __dir__(self):
            return [self.slogan]

    def member(self):
        return dir(self.brand)


@followed
class sizeof_none:
    def member(self):
        return self.brand is None, self.brand is not self
