"""What is made twice, of other rows each time: in two places, and by one function that is called twice.

What one holds must not be taken for what the other holds: each row is read for what only it has.
"""

from __future__ import annotations

from tests.inference.constructs import followed
from tests.inference.constructs.newer import compiled

#: Expressions that give what holds the rows of the list ``X``, by name.
MAKERS = {
    "list": "list(X)",
    "tuple": "tuple(X)",
    "set": "set(X)",
    "frozenset": "frozenset(X)",
    "iter": "iter(X)",
    "deque": "collections.deque(X)",
    "chain": "itertools.chain(X)",
    "from_iterable": "itertools.chain.from_iterable([X])",
    "sorted": "sorted(X, key=id)",
    "reversed": "reversed(X)",
    "filter": "filter(None, X)",
    "filter_by": "filter(lambda one: one, X)",
    "map": "map(lambda one: one, X)",
    "islice": "itertools.islice(X, 2)",
    "compress": "itertools.compress(X, [1])",
    "takewhile": "itertools.takewhile(lambda one: one, X)",
    "filterfalse": "itertools.filterfalse(lambda one: not one, X)",
    "zip": "[one for one, _ in zip(X, X)]",
    "enumerate": "[one for _, one in enumerate(X)]",
    "product": "[one for one, _ in itertools.product(X, [1])]",
    "combinations": "[one for one in itertools.combinations(X * 2, 2)][0]",
    "accumulate": "itertools.accumulate(X, lambda before, one: one)",
    "groupby": "[one for _, group in itertools.groupby(X, id) for one in group]",
    "groupby_keys": "[key for key, _ in itertools.groupby(X)]",
    "starmap": "itertools.starmap(lambda one: one, zip(X))",
    "reduce": "[functools.reduce(lambda before, one: one, X)]",
    "comprehension": "[one for one in X]",
    "comprehension_with_a_function": "[(lambda: one)() for one in X]",
    "set_comprehension": "{one for one in X}",
    "dict_comprehension": "{1: one for one in X}.values()",
    "dict_comprehension_keys": "{one: 1 for one in X}.keys()",
    "generator": "(one for one in X)",
    "generator_of_two": "(one for some in [X] for one in some)",
    "copy": "X.copy()",
    "slice": "X[:]",
    "tuple_slice": "(X[0], X[0])[: len(X)]",
    "sum": "X + []",
    "sum_of_many": "sum([X], [])",
    "multiple": "X * 1",
    "list_display": "[*X]",
    "tuple_display": "(*X,)",
    "set_display": "{*X}",
    "dict_display": "{'a': X[0]}.values()",
    "dict_display_that_spreads": "{**{'a': X[0]}}.values()",
    "dict_items": "[one for _, one in {'a': X[0]}.items()]",
    "dict_union": "({'a': X[0]} | {}).values()",
    "dict": "dict(a=X[0]).values()",
    "dict_of_pairs": "dict([('a', X[0])]).values()",
    "dict_copy": "{'a': X[0]}.copy().values()",
    "ordered_dict": "collections.OrderedDict(a=X[0]).values()",
    "fromkeys": "dict.fromkeys(X)",
    "fromkeys_values": "dict.fromkeys('a', X[0]).values()",
    "counter": "collections.Counter(X)",
    "most_common": "[one for one, _ in collections.Counter(X).most_common()]",
    "default_dict": "collections.defaultdict(list, a=X)['a']",
    "set_union": "{X[0]}.union(X)",
    "star": "(lambda *rest: rest)(*X)",
    "star_that_is_not_known": "(lambda *rest: rest)(*list(X))",
    "star_with_another": "(lambda first, *rest: rest)(1, *list(X))",
    "keywords": "(lambda **named: named)(a=X[0]).values()",
    "keywords_that_are_spread": "(lambda **named: named)(**{'a': X[0]}).values()",
    "default": "[(lambda one=X[0]: one)()]",
    "default_by_name": "[(lambda *, one=X[0]: one)()]",
    "partial": "[functools.partial(lambda one: one, X[0])()]",
    "closure": "[(lambda: X[0])()]",
    "item_getter": "[operator.itemgetter(0)(X)]",
    "next": "[next(iter(X))]",
    "pop": "[X.pop()]",
    "largest": "[max(X, key=id)]",
    "walrus": "[(one := X[0])]",
    "choice": "[X[0] if X else None]",
    "or": "[None or X[0]]",
    "starred": "[one for _, *rest in [(1, *X)] for one in rest]",
    "starred_at_last": "[one for *rest, _ in [(X[0], 1)] for one in rest if one != 1]",
    "sum_of_tuples": "((1,) + (X[0],))[1:2]",
    "second_of_tuples": "[((1,) + (X[0],))[1]]",
    "match_star": "matched(X)",
    "unpacked": "(lambda first: [one for one, in [first]])(X)",
    "dataclass": "[Held(X[0]).one]",
    "named_tuple": "[Named(X[0]).one]",
    "object": "[Kept(X[0]).one]",
    "object_that_iterates": "Kept(X[0])",
    "extended_list": "Extended(X)",
    "function": "[same(X[0])]",
    "generator_function": "gives(X)",
    "generator_function_that_delegates": "delegates(X)",
}

HEAD = """
import collections, dataclasses, functools, itertools, operator
Named = collections.namedtuple("Named", "one")

@dataclasses.dataclass
class Held:
    one: object

class Kept:
    def __init__(self, one):
        self.one = one

    def __iter__(self):
        yield self.one

class Extended(list):
    pass

def same(one):
    return one

def gives(many):
    for one in many:
        yield one

def matched(many):
    match [0, *many]:
        case [_, *rest]:
            return rest[:]

def delegates(many):
    yield from gives(many)

"""

PLACES = """
def member(self):
    first = {first}
    second = {second}
    return [one.slogan for one in first], [one.code for one in second]
"""

CALLS = """
def member(self):
    def make(X):
        return {expression}
    first = make([self.brand])
    second = make([self.origin])
    return [one.slogan for one in first], [one.code for one in second]
"""

for name, expression in MAKERS.items():
    places = PLACES.format(
        first=expression.replace("X", "[self.brand]"),
        second=expression.replace("X", "[self.origin]"),
    )
    followed(compiled(f"{name}_in_two_places", HEAD + places, __name__))
    calls = CALLS.format(expression=expression)
    followed(compiled(f"{name}_in_two_calls", HEAD + calls, __name__))
