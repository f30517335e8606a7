# ruff: noqa
"""What members that are written at random are put together from, and the helpers that they call."""

from __future__ import annotations

import bisect, collections, contextlib, copy, dataclasses, functools, heapq, itertools, operator, types


class Holder:
    def __init__(self, row):
        self.row = row

    def __enter__(self):
        return self.row

    def __exit__(self, *error):
        return False

    def __call__(self):
        return self.row

    def __iter__(self):
        return iter([self.row])

    def __getitem__(self, key):
        return self.row

    @property
    def itself(self):
        return self.row


class Proxy:
    def __init__(self, row):
        self._row = row

    def __getattr__(self, name):
        return getattr(self._row, name)


@dataclasses.dataclass
class Data:
    row: object
    number: int = 1


Named = collections.namedtuple("Named", "row number")


def same(row, *others, **more):
    return row


def second(first, row):
    return row


def gives(row):
    yield row


def gives_from(rows):
    yield from rows


def star(*rows):
    return rows[0]


def named(**rows):
    return rows["row"]


def default(row, function=lambda row: row):
    return function(row)


@contextlib.contextmanager
def managed(row):
    yield row


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@decorated
def wrapped(row):
    return row


def in_order(rows, **how):
    rows = list(rows)
    rows.sort(**how)
    return len(rows)


def changed(rows, method, *arguments):
    rows = list(rows)
    getattr(rows, method)(*arguments)
    return len(rows)


def kept_apart(rows, method, others):
    rows = set(rows)
    getattr(rows, method)(others)
    return len(rows)


def by_key(rows, row):
    found = {}
    for one in rows:
        found.setdefault(one, []).append(1)
    return found.get(row, 0)


#: The relations to one row, and to many, and the columns, of each model that is walked over.
TO_ONE = {
    "Product": {"brand": "Brand", "parent": "Product", "origin": "Country", "detail": "Detail"},
    "Brand": {"owner": "Owner"},
    "Owner": {"country": "Country", "brand": "Brand"},
    "Line": {"product": "Product"},
    "Image": {"product": "Product"},
    "Detail": {"product": "Product"},
}
TO_MANY = {
    "Product": {"lines": "Line", "tags": "Tag", "images": "Image", "children": "Product"},
    "Brand": {"products": "Product"},
}
COLUMNS = {
    "Product": ["title", "status"],
    "Brand": ["name", "slogan"],
    "Owner": ["name", "email"],
    "Country": ["name", "code"],
    "Line": ["remark"],
    "Tag": ["name", "colour"],
    "Image": ["url"],
    "Detail": ["body", "source"],
}
NUMBERS = {"Product": ["price", "tax"], "Line": ["amount"], "Image": ["position"]}


#: A row, made in other ways; ``{}`` is the row. Each gives the same row.
SAME_ROW = (
    "same({})",
    "same(row={})",
    "same(*[{}])",
    "same(**{{'row': {}}})",
    "(lambda row: row)({})",
    "second(1, {})",
    "[{}][0]",
    "(1, {})[1]",
    "[{}, 1][:1][0]",
    "{{'a': {}}}['a']",
    "dict(a={}).get('a')",
    "{{**{{'a': {}}}}}['a']",
    "next(iter([{}]))",
    "next(gives({}))",
    "list(gives({}))[0]",
    "list(gives_from([{}]))[0]",
    "star({}, 1)",
    "named(row={})",
    "default({})",
    "wrapped({})",
    "Holder({}).row",
    "Holder({}).itself",
    "Holder({})()",
    "Holder({})[0]",
    "list(Holder({}))[0]",
    "Data({}).row",
    "Named({}, 1).row",
    "Named({}, 1)[0]",
    "types.SimpleNamespace(row={}).row",
    "functools.partial(same, {})()",
    "functools.reduce(lambda a, b: b, [1, {}])",
    "list(map(same, [{}]))[0]",
    "list(filter(None, [{}]))[0]",
    "list(zip([{}], [1]))[0][0]",
    "list(enumerate([{}]))[0][1]",
    "sorted([{}], key=lambda one: one.pk)[0]",
    "max([{}], key=lambda one: one.pk)",
    "operator.itemgetter(0)([{}])",
    "operator.attrgetter('row')(Holder({}))",
    "list(itertools.chain([1], [{}]))[1]",
    "collections.OrderedDict(a={})['a']",
    "collections.deque([{}]).pop()",
    "collections.ChainMap({{'a': {}}})['a']",
    "collections.defaultdict(list, a={})['a']",
    "[one for one in [{}]][0]",
    "next(one for one in [{}])",
    "{{'a': one for one in [{}]}}['a']",
    "(kept := {})",
    "({} or 1)",
    "(1 and {})",
    "({} if self.pk else None)",
    "(None or {})",
    "[*[{}]][0]",
    "reversed([{}]).__next__()",
    "copy.copy([{}])[0]",
    "list({{'a': {}}}.values())[0]",
    "list({{'a': {}}}.items())[0][1]",
    "getattr(Holder({}), 'r' + 'ow')",
    "list(dict.fromkeys([{}]))[0]",
    "list(itertools.islice([{}], 1))[0]",
    "tuple([{}])[0]",
    "[[{}]][0][0]",
    "([1] + [{}])[1]",
    "([{}] * 2)[1]",
    "next(itertools.cycle([{}]))",
    "list(set([{}]))[0]",
    "set([{}]).pop()",
    "list(itertools.starmap(second, [(1, {})]))[0]",
    "next(itertools.groupby([{}]))[0]",
    "(lambda: {})()",
    "(lambda *rows: rows[-1])({})",
    "(lambda row=None: row)(row={})",
    "operator.methodcaller('get', 'a')({{'a': {}}})",
    "__import__('copy').copy(({},))[0]",
)
#: Texts made of a row; ``{}`` is the row.
TEXTS = (
    "str({})",
    "f'{{{}}}'",
    "f'{{{}!r}}'",
    "'%s' % {}",
    "'%s' % ({},)",
    "'{{}}'.format({})",
    "repr({})",
    "'{{0}}'.format({})",
    "format({})",
    "', '.join(map(str, [{}]))",
    "str([{}])",
    "str({{1: {}}})",
    "str(({},))",
    "'%(a)s' % {{'a': {}}}",
    "f'{{{}:}}'",
    "'{{a}}'.format(a={})",
)
#: What asks a row something; ``{0}`` is the row, ``{1}`` another or the same.
QUESTIONS = (
    "str({0} == {1})",
    "str({0} != {1})",
    "str({0} in [{1}])",
    "str(bool({0}))",
    "str(not {0})",
    "str(hash({0}))",
    "str({{{0}: 1}})",
    "str([{0}].count({1}))",
    "str([{0}].index({0}))",
    "str(len({{{0}, {1}}}))",
    "str({0} is {1})",
    "str(any([{0}]))",
    "str(all([{0}, {1}]))",
    "('a' if {0} else 'b')",
    "('a' if {0} == {1} else 'b')",
    "str({0} and 1)",
    "str(1 or {0})",
    "str({0} < {1})",
    "str({0} >= {1})",
    "str(sorted([{0}, {1}]))",
    "str(max({0}, {1}))",
    "str({0} + {1})",
    "str({0} | 1)",
    "str(-{0})",
    "str(len({0}))",
    "str(list({0}))",
    "str({0}['a'])",
    "str({0}())",
    "str({0}.unknown)",
    "str('a' in {0})",
    "str(int({0}))",
    "str([1, 2][{0}])",
    "str(abs({0}))",
    "str(round({0}))",
    "str({0} @ 2)",
    "str({0} % {1})",
    "str(divmod({0}, 2))",
    "str([*{0}])",
    "str(dict(a={0}) == dict(a={1}))",
    "str(({0}, 1) == ({1}, 1))",
    "str(({0}, 1) < ({1}, 2))",
    "str(isinstance({0}, object))",
    "str(type({0}).__name__)",
    "str({0}.pk)",
    "str(sum([1, {0}]))",
    "str(sum([{0}], 0))",
    "str(min([{0}, {1}], default=None))",
    "str(range({0}))",
    "str('ab' * {0})",
    "str(~{0})",
    "str({0} ** 2)",
    "str(2 - {0})",
    "str({0}.get_status_display)",
    "str(next(iter({0})))",
)
#: What a class may define: each as a method of some model that reads a column.
METHODS = {
    "__str__": "self",
    "__repr__": "self",
    "__format__": "self, specification",
    "__eq__": "self, other",
    "__ne__": "self, other",
    "__hash__": "self",
    "__bool__": "self",
    "__len__": "self",
    "__lt__": "self, other",
    "__gt__": "self, other",
    "__le__": "self, other",
    "__ge__": "self, other",
    "__add__": "self, other",
    "__radd__": "self, other",
    "__or__": "self, other",
    "__neg__": "self",
    "__iter__": "self",
    "__getitem__": "self, key",
    "__call__": "self",
    "__contains__": "self, item",
    "__int__": "self",
    "__index__": "self",
    "__abs__": "self",
    "__round__": "self, digits=0",
    "__mod__": "self, other",
    "__rsub__": "self, other",
    "__pow__": "self, other",
    "__rmul__": "self, other",
    "__invert__": "self",
}
OUTCOMES = {
    "__hash__": "hash(self.{0})",
    "__bool__": "bool(self.{0}) or True",
    "__len__": "len(self.{0}) + 1",
    "__iter__": "iter([self.{0}])",
    "__contains__": "item == self.{0}",
    # It ends, or `in` would ask for ever.
    "__getitem__": "(self.{0} + 'x',)[key]",
    "__int__": "len(self.{0})",
    "__index__": "len(self.{0}) * 0",
    "__eq__": "self is other or bool(self.{0}) and self.pk == getattr(other, 'pk', 0)",
    "__ne__": "self.{0} != getattr(other, 'pk', 0)",
    "__lt__": "self.{0} < 'm'",
    "__gt__": "self.{0} > 'm'",
    "__le__": "self.{0} <= 'm'",
    "__ge__": "self.{0} >= 'm'",
}

#: Statements that give the row ``{row}`` a name ``{n}``; ``{self}`` is one that is kept on the row.
BINDINGS = (
    "{n} = {row}",
    "{n} = {row}",
    "{n} = {row}",
    "def {n}_f(row, other={row}):\n    return row\n{n} = {n}_f({row})",
    "def {n}_f(row, other={row}):\n    return other or row\n{n} = {n}_f({row}, {row})",
    "def {n}_f(row, *, other={row}):\n    return same(other)\n{n} = {n}_f({row})",
    "{n} = None\ndef {n}_f(row):\n    nonlocal {n}\n    {n} = row\n{n}_f({row})",
    "{n}_o = {row}\n{n} = (lambda: {n}_o)()",
    "match {row}:\n    case {n}: pass",
    "match [{row}]:\n    case [{n}]: pass",
    "match Holder({row}):\n    case Holder(row={n}): pass",
    "match {{'row': {row}}}:\n    case {{'row': {n}}}: pass",
    "{n}_c = []\n{n}_c.append({row})\n{n} = {n}_c[0]",
    "{n}_c = collections.deque()\n{n}_c.extend([{row}])\n{n} = {n}_c.pop()",
    "{n}_c = [1]\n{n}_c.insert(0, {row})\n{n} = {n}_c[0]",
    "{n}_c = [1]\n{n}_c[0] = {row}\n{n} = {n}_c[-1]",
    "{n}_c = {{}}\n{n}_c['a'] = {row}\n{n} = {n}_c.pop('a')",
    "{n}_c = {{}}\n{n}_c.update(a={row})\n{n} = {n}_c.setdefault('a', 1)",
    "{n}_c = collections.defaultdict(list)\n{n}_c['a'].append({row})\n{n} = {n}_c['a'][0]",
    "self._{n} = {row}\n{n} = self._{n}",
    "setattr(self, '_' + '{n}', {row})\n{n} = self._{n}",
    "self.__dict__['_{n}'] = {row}\n{n} = self._{n}",
    "{n}, *_ = [{row}, 1, 2]",
    "*_, {n} = 1, {row}",
    "(_, ({n}, _)) = 1, ({row}, 2)",
    "[{n}] = gives({row})",
    "{n} = _ = {row}",
    "def {n}_g():\n    got = yield {row}\n    yield got\n{n} = next({n}_g())",
    "def {n}_g():\n    got = yield 1\n    yield got\n{n}_i = {n}_g()\nnext({n}_i)\n{n} = {n}_i.send({row})",
    "def {n}_g():\n    yield 1\n    return {row}\ndef {n}_h():\n    got = yield from {n}_g()\n    yield got\n{n} = list({n}_h())[-1]",
    "class {n}_c(Holder):\n    def taken(me): return me.row\n{n} = {n}_c({row}).taken()",
    "class {n}_c(Holder):\n    def taken(me): return super().itself\n{n} = {n}_c({row}).taken()",
    "class {n}_c:\n    kept = {row}\n{n} = {n}_c.kept",
    "{n}_a, {n}_b = {row}, 1\n{n}_a, {n}_b = {n}_b, {n}_a\n{n} = {n}_b",
    "{n}_d = {{'a': {row}, 'b': 1}}\ndel {n}_d['b']\n{n} = {n}_d.popitem()[1]",
    "{n}_l = []\n{n}_l += [{row}]\n{n} = {n}_l[0]",
    "{n}_l = []\n{n}_l += gives({row})\n{n} = {n}_l[0]",
    "{n}_l = ()\n{n}_l += ({row},)\n{n} = {n}_l[0]",
    "{n}_d = {{}}\n{n}_d |= {{'a': {row}}}\n{n} = {n}_d['a']",
    "try:\n    raise ValueError\nexcept ValueError:\n    {n} = {row}",
    "try:\n    {n} = {row}\nfinally:\n    found.append('f')",
    "try:\n    {n} = 1\n    {n} = {row}\n    {n}.unknown\nexcept AttributeError:\n    pass",
    "{n} = {row}\nif {n} is None:\n    {n} = self",
    "{n} = 1\nwhile {n} == 1:\n    {n} = {row}",
    "for {n} in [1, {row}]:\n    pass",
    "with Holder({row}) as {n}:\n    pass",
    "with managed({row}) as {n}, contextlib.suppress(ValueError):\n    pass",
    "if ({n} := {row}) is not None:\n    pass",
    "{n} = [{n}_o for {n}_o in [{row}] if ({n}_k := {n}_o)] and {n}_k",
    "@same\ndef {n}_f(row): return row\n{n} = {n}_f({row})",
    "{n} = Holder(None)\n{n}.row = {row}\n{n} = {n}.row",
    "{n} = Data(row=1)\n{n}.row = {row}\n{n} = dataclasses.replace({n}).row",
)
#: Statements with a block; ``{row}`` is a row and ``{text}`` a text, ``{n}`` a name for a row in it.
BLOCKS = (
    "if {text}:",
    "if {row}:",
    "if {row} is not None:",
    "if {row} == {row}:",
    "if self.pk:",
    "if not {text}:",
    "for {n} in [{row}]:",
    "for {n} in gives({row}):",
    "for {n} in ({row}, {row}):",
    "with Holder({row}) as {n}:",
    "with contextlib.nullcontext({row}) as {n}:",
    "for {n} in iter([{row}]):",
    "try:",
    "try:",
)

#: What is done with several rows, and the method that it asks of them, which their model is then given:
#: ``{rows}`` are the rows, ``{row}`` one of their model, ``{key}`` a function of a row. Nothing else reads them.
CONTAINERS = (
    ("in_order({rows})", "__lt__"),
    ("in_order({rows}, reverse=True)", "__lt__"),
    ("in_order({rows}, key={key})", ""),
    ("in_order([(1, one) for one in {rows}])", "__lt__"),
    ("in_order([[one] for one in {rows}])", "__eq__"),
    ("in_order({rows}, key=lambda one: (1, one))", "__lt__"),
    ("len(sorted({rows}))", "__lt__"),
    ("len(sorted({rows}, key={key}, reverse=True))", ""),
    (
        "len(sorted(list({rows}), key=functools.cmp_to_key(lambda a, b: 1 if a < b else -1)))",
        "__lt__",
    ),
    ("len([max({rows})])", "__gt__"),
    ("len([min({rows})])", "__lt__"),
    ("len([max({rows}, key={key})])", ""),
    ("len([min(*{rows}, key={key})])", ""),
    ("len([max(*{rows})])", "__gt__"),
    ("len(heapq.nsmallest(1, {rows}, key={key}))", ""),
    ("bisect.bisect(list({rows}), {row})", "__lt__"),
    ("len(list(itertools.groupby({rows}, key={key})))", ""),
    ("len(list(itertools.groupby({rows})))", "__eq__"),
    ("len(list(itertools.takewhile({key}, {rows})))", ""),
    ("len(list(itertools.dropwhile({key}, {rows})))", ""),
    ("len(list(itertools.filterfalse({key}, {rows})))", ""),
    ("len(list(filter({key}, {rows})))", ""),
    ("len(list(filter(None, {rows})))", "__bool__"),
    ("len(list(map({key}, {rows})))", ""),
    ("len(list(itertools.compress([1, 2], {rows})))", "__bool__"),
    ("len(list(itertools.starmap({key}, [(one,) for one in {rows}])))", ""),
    ("len(list(itertools.accumulate({rows}, lambda a, b: a + b)))", "__add__"),
    ("len([functools.reduce(lambda a, b: a if a < b else b, {rows})])", "__lt__"),
    ("len(set({rows}))", "__hash__"),
    ("len(frozenset({rows}))", "__hash__"),
    ("len({{one for one in {rows}}})", "__hash__"),
    ("len({{one: 1 for one in {rows}}})", "__hash__"),
    ("len(dict.fromkeys({rows}))", "__hash__"),
    ("len(dict((one, 1) for one in {rows}))", "__hash__"),
    ("len(collections.Counter({rows}))", "__hash__"),
    ("len({{({row}, 1): 1}})", "__hash__"),
    ("by_key({rows}, {row})", "__hash__"),
    ("len({{{row}}} | set({rows}))", "__hash__"),
    ("kept_apart({rows}, 'update', {rows})", "__hash__"),
    ("kept_apart([], 'update', {rows})", "__hash__"),
    ("kept_apart([], 'add', {row})", "__hash__"),
    ("kept_apart({rows}, 'discard', {row})", "__hash__"),
    ("len(set().union({rows}))", "__hash__"),
    ("changed({rows}, 'index', {row})", "__eq__"),
    ("changed({rows}, 'count', {row})", "__eq__"),
    ("changed({rows}, 'remove', {row})", "__eq__"),
    ("list({rows}).count({row})", "__eq__"),
    ("{row} in list({rows})", "__eq__"),
    ("{row} not in tuple({rows})", "__eq__"),
    ("list({rows}) == list({rows})[::-1]", "__eq__"),
    ("list({rows}) != [{row}]", "__eq__"),
    ("tuple({rows}) < tuple({rows})[::-1]", "__lt__"),
    ("{{'a': {row}}} == {{'a': self}}", "__eq__"),
    ("any({rows})", "__bool__"),
    ("all({rows})", "__bool__"),
    ("any(map({key}, {rows}))", ""),
    ("len([1 for one in {rows} if one])", "__bool__"),
    ("len([1 for one in {rows} if not one])", "__bool__"),
    ("str(list({rows}))", "__repr__"),
    ("str(collections.deque({rows}))", "__repr__"),
    ("str(dict(enumerate({rows})))", "__repr__"),
    ("','.join(map(str, {rows}))", "__str__"),
    ("'%s' % (list({rows}),)", "__repr__"),
    ("len(sum(([one] for one in {rows}), []))", ""),
    ("sum({rows}, 1)", "__radd__"),
    ("len([*itertools.chain(*{rows})])", "__iter__"),
    ("len(list(itertools.chain.from_iterable({rows})))", "__iter__"),
    ("[{key}(a) for a, b in itertools.pairwise({rows})]", ""),
    ("[{key}(pair[1]) for pair in itertools.combinations({rows}, 2)]", ""),
    ("[{key}(b) for a, b in itertools.zip_longest([], {rows})]", ""),
    ("[{key}(b) for a, b in itertools.product([1], {rows})]", ""),
    ("[{key}(one) for one in itertools.tee({rows})[1]]", ""),
    ("[{key}(one) for one in itertools.repeat({row}, 2)]", ""),
    ("[{key}(one) for one in reversed(list({rows}))]", ""),
    ("[{key}(one) for _, one in enumerate({rows})]", ""),
    ("[{key}(one) for one in list({rows})[1:]]", ""),
    ("[{key}(one) for one in itertools.islice({rows}, 1)]", ""),
    ("[{key}(one) for one in collections.deque({rows}, 1)]", ""),
    ("[{key}(one) for one in dict(zip('ab', {rows})).values()]", ""),
    ("[{key}(one) for _, one in dict(zip('ab', {rows})).items()]", ""),
    ("[{key}(one) for one in collections.defaultdict(lambda: self, a={row}).values()]", ""),
)
