"""What each of Django's own template tags does with the values that it is given.

A tag is known by its class; a class that only inherits from one of these, and changes nothing but how
it is made, is known too. Their attributes are private names of Django, which this module and ``tags`` alone use.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.template import base, defaulttags, smartif
from django.templatetags import cache, i18n, l10n, static, tz
from django.urls import converters

from perfkit.inference.arguments import Arguments
from perfkit.inference.values import (
    INERT,
    TEXT,
    TRUTH,
    Generator,
    Rows,
    Tup,
    Value,
    known,
)

if TYPE_CHECKING:
    from perfkit.integrations.templates.walking import Walker

NodeModel = Callable[["Walker", Any], None]

#: By class: what rendering a node reads.
NODES: dict[type[base.Node], NodeModel] = {}

#: A loop whose variables change in every round ends after so many.
MAX_ROUNDS = 5

_COMPARISONS: dict[str, ast.cmpop] = {
    "==": ast.Eq(),
    "!=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
}


def nodes(module: Any, names: str) -> Callable[[NodeModel], NodeModel]:
    """Register the model of tags; those that a version of Django doesn't have are left out."""

    def register(model: NodeModel) -> NodeModel:
        for name in names.split():
            if hasattr(module, name):
                NODES[getattr(module, name)] = model
        return model

    return register


def model_of(node: base.Node) -> NodeModel | None:
    """Return what is known of a node, or None."""
    for cls in type(node).__mro__:
        if cls in NODES:
            return NODES[cls]
        if set(vars(cls)) - {"__init__", "__repr__", "__module__", "__doc__", *_MADE_BY_PYTHON}:
            return None
    return None


_MADE_BY_PYTHON = ("__firstlineno__", "__static_attributes__", "__dict__", "__weakref__")


@nodes(base, "TextNode")
@nodes(
    defaulttags,
    "CommentNode CsrfTokenNode LoadNode LoremNode NowNode ResetCycleNode TemplateTagNode VerbatimNode",
)
@nodes(
    i18n,
    "GetAvailableLanguagesNode GetCurrentLanguageNode GetCurrentLanguageBidiNode "
    "GetLanguageInfoNode GetLanguageInfoListNode",
)
@nodes(static, "PrefixNode")
@nodes(tz, "GetCurrentTimezoneNode")
def nothing(walker: Walker, node: Any) -> None:
    """Read nothing of a row."""


@nodes(base, "VariableNode")
def variable(walker: Walker, node: Any) -> None:
    """``{{ product.title }}``."""
    walker.shown(walker.resolve(node.filter_expression))


@nodes(defaulttags, "AutoEscapeControlNode SpacelessNode")
@nodes(l10n, "LocalizeNode")
@nodes(tz, "LocalTimeNode")
def around(walker: Walker, node: Any) -> None:
    """Tags that only change how what is in them is shown."""
    walker.walk(node.nodelist)


@nodes(i18n, "LanguageNode")
def language(walker: Walker, node: Any) -> None:
    """``{% language code %}``."""
    walker.shown(walker.resolve(node.language))
    walker.walk(node.nodelist)


@nodes(tz, "TimezoneNode")
def timezone(walker: Walker, node: Any) -> None:
    """``{% timezone name %}``."""
    walker.shown(walker.resolve(node.tz))
    walker.walk(node.nodelist)


@nodes(defaulttags, "FilterNode")
def filtered(walker: Walker, node: Any) -> None:
    """``{% filter upper %}``."""
    walker.walk(node.nodelist)
    with walker.variables.pushed({"var": TEXT}):
        walker.resolve(node.filter_expr)


@nodes(defaulttags, "FirstOfNode")
def firstof(walker: Walker, node: Any) -> None:
    """``{% firstof a b %}``."""
    for expression in node.vars:
        value = walker.resolve(expression)
        walker.is_true(value)
        walker.shown(value)
    if node.asvar:
        walker.variables.assign(node.asvar, TEXT)


@nodes(defaulttags, "CycleNode")
def cycle(walker: Walker, node: Any) -> None:
    """``{% cycle a b as c %}``."""
    for expression in node.cyclevars:
        value = walker.resolve(expression)
        walker.shown(value)
        if node.variable_name:
            walker.variables.assign_upward(node.variable_name, value)


@nodes(defaulttags, "IfNode")
def if_(walker: Walker, node: Any) -> None:
    """``{% if %}``: each condition may be asked, each branch taken."""
    for test, nodelist in node.conditions_nodelists:
        if test is not None:
            walker.is_true(condition(walker, test))
        walker.walk(nodelist)


def condition(walker: Walker, test: Any) -> Value:
    """Evaluate the condition of an ``{% if %}``."""
    if isinstance(test, defaulttags.TemplateLiteral):
        return walker.resolve(test.value)
    if not isinstance(test, smartif.TokenBase) or test.first is None:
        return walker.lose(f"the operator {test!r}")
    first = condition(walker, test.first)
    second = condition(walker, test.second) if test.second is not None else TRUTH
    with walker.about(first | second):
        if test.id in _COMPARISONS:
            return walker.compare(_COMPARISONS[test.id], first, second)
        if test.id in ("in", "not in"):
            walker.search(second, first)
            return TRUTH
        if test.id in ("and", "or", "not"):
            walker.truth(first)
            return TRUTH if test.id == "not" else first | second
        return TRUTH if test.id in ("is", "is not") else walker.lose(f"the operator {test.id}")


@nodes(defaulttags, "IfChangedNode")
def ifchanged(walker: Walker, node: Any) -> None:
    """``{% ifchanged a b %}``: compares with what it was in the round before."""
    for expression in node._varlist:
        value = walker.resolve(expression)
        with walker.about(value):
            walker.equal(value, value, "__ne__")
            walker.equal(value, value)
    walker.walk(node.nodelist_true)
    walker.walk(node.nodelist_false)


@nodes(defaulttags, "ForNode")
def for_(walker: Walker, node: Any) -> None:
    """``{% for a, b in rows reversed %}``."""
    sequence = walker.told_apart(walker.resolve(node.sequence))
    with walker.about(sequence):
        for atom in sequence:
            if not isinstance(atom, (Rows, Generator)):
                walker.ask(atom, "__len__")
        items = walker.iterate(sequence)
        names = (
            {node.loopvars[0]: items}
            if len(node.loopvars) == 1
            else unpacked(walker, node.loopvars, items)
        )
    with walker.variables.pushed({"forloop": INERT, **names}):
        for _ in range(MAX_ROUNDS):
            before = dict(walker.variables.flat())
            walker.walk(node.nodelist_loop)
            if walker.variables.flat() == before:
                break
        else:
            walker.lose("variables that change in every round of a loop")
    walker.walk(node.nodelist_empty)


def unpacked(walker: Walker, names: list[str], items: Value) -> dict[str, Value]:
    """Return what each loop variable gets of items that are unpacked."""
    found: dict[str, Value] = {name: frozenset() for name in names}
    for item in items:
        if isinstance(item, Tup) and len(item.items) == len(names):
            parts: list[Value] = list(item.items)
        else:
            parts = [walker.iterate(frozenset({item}))] * len(names)
        for name, part in zip(names, parts, strict=True):
            found[name] |= part
    return found


@nodes(defaulttags, "WithNode")
def with_(walker: Walker, node: Any) -> None:
    """``{% with a=b %}``."""
    with walker.variables.pushed(resolved(walker, node.extra_context)):
        walker.walk(node.nodelist)


def resolved(walker: Walker, expressions: dict[str, Any]) -> dict[str, Value]:
    """Return what the expressions that a tag gives names to may be."""
    return {name: walker.resolve(expression) for name, expression in expressions.items()}


@nodes(defaulttags, "RegroupNode")
def regroup(walker: Walker, node: Any) -> None:
    """``{% regroup rows by brand.name as groups %}``."""
    target = walker.told_apart(walker.resolve(node.target))
    with walker.about(target):
        items = walker.iterate(target)
        with walker.variables.pushed({node.var_name: items}):
            key = walker.resolve(node.expression)
        walker.equal(key, key)
        rows = walker.make((node, "list"), "list")
        walker.put(rows, items)
        group = Tup((key, frozenset({rows})), defaulttags.GroupedResult)
        groups = walker.make((node, "groups"), "list")
        walker.put(groups, frozenset({group}))
    walker.variables.assign(node.var_name, frozenset({groups}))


@nodes(defaulttags, "URLNode")
def url(walker: Walker, node: Any) -> None:
    """``{% url name a b=c as d %}``: a path converter makes text of an argument, the default one by ``str``."""
    walker.shown(walker.resolve(node.view_name))
    values = [*map(walker.resolve, node.args), *map(walker.resolve, node.kwargs.values())]
    for value in values:
        walker.shown(value)
        if walker.carries(value):
            for name, converter in sorted(converters.get_converters().items()):
                if name not in converters.DEFAULT_CONVERTERS:
                    bound = walker.get(known(converter), "to_url")
                    with walker.about(value):
                        walker.call(bound, Arguments((value,)), (node, name))
    if node.asvar:
        walker.variables.assign(node.asvar, TEXT)


@nodes(defaulttags, "WidthRatioNode")
def widthratio(walker: Walker, node: Any) -> None:
    """``{% widthratio a b 100 %}``."""
    for expression in (node.val_expr, node.max_expr, node.max_width):
        for atom in walker.resolve(expression):
            for name in ("__float__", "__int__", "__index__"):
                walker.ask(atom, name)
    if node.asvar:
        walker.variables.assign(node.asvar, TEXT)


@nodes(cache, "CacheNode")
def cached(walker: Walker, node: Any) -> None:
    """``{% cache 500 name a %}``: what is in it is read when the cache has nothing."""
    for expression in (node.expire_time_var, *node.vary_on, node.cache_name):
        if expression is not None:
            walker.shown(walker.resolve(expression))
    walker.walk(node.nodelist)


@nodes(static, "StaticNode")
def static_file(walker: Walker, node: Any) -> None:
    """``{% static path %}``."""
    walker.shown(walker.resolve(node.path))
    if node.varname:
        walker.variables.assign(node.varname, TEXT)


@nodes(i18n, "TranslateNode")
def translate(walker: Walker, node: Any) -> None:
    """``{% translate a %}``."""
    walker.shown(walker.resolve(node.filter_expression))
    if node.message_context:
        walker.shown(walker.resolve(node.message_context))
    if node.asvar:
        walker.variables.assign(node.asvar, TEXT)


@nodes(i18n, "BlockTranslateNode")
def blocktranslate(walker: Walker, node: Any) -> None:
    """``{% blocktranslate with a=b count c=d %}``."""
    if node.message_context:
        walker.shown(walker.resolve(node.message_context))
    names = resolved(walker, node.extra_context)
    if node.countervar and node.counter:
        names[node.countervar] = walker.resolve(node.counter)
    with walker.variables.pushed(names):
        for token in [*node.singular, *(node.plural or ())]:
            if token.token_type == base.TokenType.VAR:
                walker.shown(walker.variables.get(token.contents))
    if node.asvar:
        walker.variables.assign(node.asvar, TEXT)
