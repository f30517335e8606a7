"""Tags that lead to other templates, and tags that are functions of the project.

Like ``nodes``, this reads attributes of Django's nodes that are private to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template import defaulttags, library, loader_tags

from perfkit.inference.arguments import Arguments
from perfkit.inference.values import TEXT, Box, Rows, Tup, Value, join
from perfkit.integrations.templates.nodes import nodes, resolved

if TYPE_CHECKING:
    from perfkit.integrations.templates.walking import Walker

# Other templates


@nodes(loader_tags, "IncludeNode")
def include(walker: Walker, node: Any) -> None:
    """``{% include name with a=b only %}``."""
    names = resolved(walker, node.extra_context)
    for template in walker.named_templates(walker.resolve(node.template), node):
        if node.isolated_context:
            walker.walk_isolated(template, names)
        else:
            with walker.variables.pushed(names):
                walker.walk_template(template)


@nodes(loader_tags, "BlockNode")
def block(walker: Walker, node: Any) -> None:
    """``{% block name %}``: the innermost override of it, which may ask for the next by ``block.super``."""
    walker.walk_block(node)


@nodes(loader_tags, "ExtendsNode")
def extends(walker: Walker, node: Any) -> None:
    """``{% extends name %}``."""
    walker.walk_parent(node)


@nodes(defaulttags, "PartialDefNode")
def partialdef(walker: Walker, node: Any) -> None:
    """``{% partialdef name %}``, read here only if it is ``inline``."""
    if node.inline:
        walker.walk(node.nodelist)


@nodes(defaulttags, "PartialNode")
def partial(walker: Walker, node: Any) -> None:
    """``{% partial name %}``."""
    try:
        template = node.partial_mapping[node.partial_name]
    except KeyError:
        return  # Rendering it is an error.
    walker.walk_template(template)


# Tags that are functions


@nodes(library, "SimpleNode")
def simple(walker: Walker, node: Any) -> None:
    """Follow a tag made by ``@register.simple_tag``."""
    outcome = _called(walker, node)
    if node.target_var is not None:
        walker.variables.assign(node.target_var, outcome)
    else:
        walker.marked_up(outcome)


@nodes(library, "SimpleBlockNode")
def simple_block(walker: Walker, node: Any) -> None:
    """Follow a tag made by ``@register.simple_block_tag``, which is given its content as text."""
    walker.walk(node.nodelist)
    outcome = _called(walker, node, TEXT)
    if node.target_var is not None:
        walker.variables.assign(node.target_var, outcome)
    else:
        walker.marked_up(outcome)


@nodes(library, "InclusionNode")
def inclusion(walker: Walker, node: Any) -> None:
    """Follow a tag made by ``@register.inclusion_tag``: a template with the context that a function makes."""
    outcome = _called(walker, node)
    names, others, rest = walker.entries_of(outcome)
    if walker.carries(rest):
        with walker.about(outcome):
            walker.lose("an inclusion tag whose context is no dictionary")
    filename = walker.names_of(node.filename)
    for template in walker.named_templates(filename, node):
        walker.walk_isolated(template, names, others)


def _called(walker: Walker, node: Any, *content: Value) -> Value:
    """Call the function of a tag with its arguments."""
    positional = [*content, *map(walker.resolve, node.args)]
    named = tuple(resolved(walker, node.kwargs).items())
    given = join([*positional, *(value for _, value in named)])
    context = walker.context_box(node) if node.takes_context else None
    if context is not None:
        positional.insert(0, frozenset({context}))
    with walker.about(given | (walker.variables.everything() if context else frozenset())):
        outcome = walker.call_known(node.func, Arguments(tuple(positional), named), node)
    if context is not None:
        walker.take_back(context)
    return outcome


def querystring(walker: Walker, arguments: Arguments, node: object) -> Value:
    """``{% querystring a=b %}``: makes text of values, and of the elements of lists."""
    for value in (*arguments.positional[1:], *(value for _, value in arguments.named)):
        walker.text(value)
        lists = frozenset(a for a in value if isinstance(a, (Box, Tup, Rows)))
        walker.text(walker.iterate(lists))
    return TEXT
