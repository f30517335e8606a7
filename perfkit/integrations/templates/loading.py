"""Which templates a template leads to: those it includes, and those it extends with their blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template import TemplateDoesNotExist, base, loader_tags

from perfkit.inference.values import INERT, Value, constants, known
from perfkit.integrations.templates.context import Variables
from perfkit.integrations.templates.lookups import Lookups

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: A template may nest so many others.
MAX_TEMPLATES = 25


class Templates(Lookups):
    """Follows includes and inheritance."""

    def __init__(self, engine: Any) -> None:
        super().__init__()
        self.engine = engine
        self.variables = Variables({})
        #: The blocks of the template that is followed, the innermost override first.
        self.blocks: dict[str, list[Any]] = {}
        self.within: list[tuple[str, int]] = []
        self.history: list[Any] = []
        self.templates: list[tuple[str, frozenset[Any]]] = []

    def walk(self, nodelist: Iterable[Any] | None) -> None:
        """Follow nodes one after another."""
        raise NotImplementedError

    def resolve(self, expression: Any) -> Value:
        """Return what a filter expression or variable may be."""
        raise NotImplementedError

    def names_of(self, filename: Any) -> Value:
        """Return the names of templates that a tag was declared with."""
        if isinstance(filename, (str, base.Template)) or hasattr(filename, "template"):
            return known(filename)
        return known(tuple(filename))

    def named_templates(self, value: Value, node: Any) -> Iterator[Any]:
        """Give the templates that a value may name; only what can be told before it is rendered."""
        found = constants(value)
        if found is None:
            with self.about(self.variables.everything()):
                self.lose("a template whose name is only known when it is rendered")
            return
        for one in found:
            template = getattr(one, "template", one)
            if hasattr(template, "nodelist"):
                yield template
                continue
            names = [one] if isinstance(one, str) else list(one or ())
            own = getattr(getattr(node, "origin", None), "template_name", None)
            try:
                # Private, since it is for the tag alone: names may be relative to the template's own.
                names = [loader_tags.construct_relative_path(own, name) for name in names]
                yield self.engine.select_template(names)
            except TemplateDoesNotExist as missing:
                with self.about(self.variables.everything()):
                    self.lose(f"the template {missing}, which there is not")

    def walk_template(self, template: Any) -> None:
        """Follow the nodes of another template, with blocks of its own."""
        held = list(self.variables.flat().items())
        name = f"{template.origin.name}#{template.name}"
        key = (name, frozenset(pair for pair in held if self.carries(pair[1])))
        if key in self.templates:
            return  # It is being followed with the same rows already, further out.
        if len(self.templates) > MAX_TEMPLATES:
            self.lose("templates nested too deep")
            return
        self.templates.append(key)
        kept = (self.blocks, self.within, self.history)
        frame = self.frame
        place = (frame.file, frame.line, frame.function)
        self.blocks, self.within, self.history = {}, [], [template.origin]
        frame.file, frame.function = name_of_template(template), ""
        self.walk(template.nodelist)
        frame.file, frame.line, frame.function = place
        self.blocks, self.within, self.history = kept
        self.templates.pop()

    def walk_isolated(
        self, template: Any, names: Mapping[str, Value], others: Value = INERT
    ) -> None:
        """Follow a template that sees these names only."""
        before, self.variables = self.variables, Variables(names, others)
        self.walk_template(template)
        self.variables = before

    # Inheritance

    def walk_parent(self, node: Any) -> None:
        """Follow the template that another extends, with the blocks of both."""
        self.add_blocks(node.blocks.values())
        found = constants(self.resolve(node.parent_name))
        if found is None or len(found) != 1:
            with self.about(self.variables.everything()):
                self.lose("a parent template whose name is only known when it is rendered")
            return
        parent = getattr(found[0], "template", found[0])
        if not hasattr(parent, "nodelist"):
            try:
                parent, origin = self.engine.find_template(parent, skip=self.history)
            except TemplateDoesNotExist as missing:
                self.lose(f"the template {missing}, which there is not")
                return
            self.history.append(origin)
        first = next((one for one in parent.nodelist if not isinstance(one, base.TextNode)), None)
        if not isinstance(first, loader_tags.ExtendsNode):
            self.add_blocks(parent.nodelist.get_nodes_by_type(loader_tags.BlockNode))
        self.frame.file = name_of_template(parent)
        self.walk(parent.nodelist)

    def add_blocks(self, blocks: Iterable[Any]) -> None:
        """Put the blocks of a template behind those of its children."""
        for block in blocks:
            self.blocks.setdefault(block.name, []).append(block)

    def walk_block(self, node: Any) -> None:
        """Follow the innermost override of a block."""
        self.walk_level(node, 0)

    def walk_super(self) -> None:
        """Follow what ``{{ block.super }}`` gives."""
        name, level = self.within[-1]
        self.walk_level(name, level + 1)

    def walk_level(self, node: Any, level: int) -> None:
        """Follow one of the overrides of a block, the innermost being the first."""
        name = node if isinstance(node, str) else node.name
        overrides = self.blocks.get(name, [])
        if level < len(overrides):
            block = overrides[level]
        elif level == 0 and not isinstance(node, str):
            block = node
        else:
            return
        frame = self.frame
        place = (frame.file, frame.line, frame.function)
        frame.file, frame.function = block.origin.template_name or frame.file, name
        self.within.append((name, level))
        with self.variables.pushed({}):
            self.walk(block.nodelist)
        self.within.pop()
        frame.file, frame.line, frame.function = place


def name_of_template(template: Any) -> str:
    """Return the name that a template is loaded by, as messages show it."""
    return str(template.origin.template_name or template.name or template.origin.name)
