"""From the evidence of a queryset line to the preset to paste: what was read, checked by compiling it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.apps import apps

from perfkit.compiler import compile_plan
from perfkit.exceptions import PresetError
from perfkit.members import member_reads
from perfkit.presets import Preset
from perfkit.relations import column, columns, find_relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from perfkit.plan import LoadPlan
    from perfkit.usage.evidence import QuerysetUsage, RowsUsage


@dataclass(frozen=True)
class Suggestion:
    """A preset that loads what was read; None where the evidence gives none.

    ``notes`` say what no preset can serve, or what has to be kept beside it.
    """

    preset: Preset | None
    only: tuple[str, ...] = ()
    prefetch_related: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The preset as a line of code, or as several where one would be long."""
        parts = [
            f"{name}=[{', '.join(map(_quoted, names))}]"
            for name, names in (("only", self.only), ("prefetch_related", self.prefetch_related))
            if names
        ]
        line = f"Preset({', '.join(parts)})"
        if len(line) <= 88:
            return line
        lines = ["Preset("]
        for name, names in (("only", self.only), ("prefetch_related", self.prefetch_related)):
            if names:
                lines += [f"    {name}=[", *(f"        {_quoted(n)}," for n in names), "    ],"]
        return "\n".join([*lines, ")"])


def _quoted(name: str) -> str:
    return f'"{name}"'


@dataclass
class _Wanted:
    """What was read, collected over the relations of a queryset's rows."""

    #: Columns by path, with the members that read each ("" for other code).
    columns: dict[str, set[str]] = field(default_factory=dict)
    #: The paths of members that can be named, by the name that the evidence has.
    members: dict[str, str] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def suggest(usage: QuerysetUsage) -> Suggestion:
    """Return the preset that loads what was read of a queryset line's rows."""
    try:
        model = apps.get_model(usage.line.model)
    except (LookupError, ValueError):
        return Suggestion(
            None, notes=(f"{usage.line.model} is no model of this project any more.",)
        )
    if not usage.rows.samples:
        return Suggestion(None, notes=("No row was sampled.",))
    wanted = _Wanted()
    _collect(wanted, model, usage.rows, "")
    members = _named(model, wanted)
    try:
        only = _only(model, wanted, members)
        preset = Preset(only=only, prefetch_related=wanted.whole)
        loaded = set(loaded_paths(compile_plan(model, preset).plan))
    except PresetError as error:
        return Suggestion(None, notes=(*wanted.notes, str(error)))
    if missing := sorted(set(wanted.columns) - loaded):
        wanted.notes.append(f"The preset does not load {', '.join(missing)}, which was read.")
    return Suggestion(preset, tuple(only), tuple(wanted.whole), tuple(dict.fromkeys(wanted.notes)))


def _collect(wanted: _Wanted, model: type[Model], rows: RowsUsage, prefix: str) -> None:
    for name, seen in rows.columns.items():
        if column(model, name) is None:
            state = "read" if seen.used else "never read"
            wanted.notes.append(f"The annotation {prefix + name!r} was {state}.")
        elif name in rows.keys:
            continue
        elif seen.via or rows.whole:
            wanted.columns[prefix + name] = seen.via or {""}
    for member in sorted(rows.members):
        _member(wanted, model, member, rows, prefix)
    for name, child in rows.children.items():
        if child.used and child.how:
            # (Rows that were known already, as on the way back, have been loaded elsewhere.)
            _behind(wanted, model, name, child, prefix)
    if rows.saved:
        wanted.notes.append(f"{_at(prefix)} were saved, so they keep all columns.")
    if rows.left:
        wanted.notes.append(
            f"{_at(prefix)} were pickled, copied or read through __dict__, so they keep all columns."
        )


def _at(prefix: str) -> str:
    return f"Rows of {prefix.removesuffix('__')}" if prefix else "Rows"


def _behind(wanted: _Wanted, model: type[Model], name: str, child: RowsUsage, prefix: str) -> None:
    relation = find_relation(model, name)
    if relation is None or relation.model is None:
        if relation is not None and relation.generic:
            wanted.whole.append(prefix + name)
        else:
            wanted.notes.append(f"Keep the prefetch that makes {prefix + name!r}.")
        return
    path = f"{prefix}{name}__"
    before = len(wanted.columns)
    _collect(wanted, relation.model, child, path)
    if len(wanted.columns) == before:
        # Passed through, and nothing but keys read: the rows have to be there.
        for pk in relation.model._meta.pk_fields:
            wanted.columns[path + pk.attname] = {""}


def _member(wanted: _Wanted, model: type[Model], member: str, rows: RowsUsage, prefix: str) -> None:
    name = member.rpartition(".")[2]
    if name.startswith("__"):
        return
    try:
        reads = member_reads(model, name)
    except (AttributeError, TypeError):
        return
    if reads is None:
        return
    for query in reads.own_queries:
        wanted.notes.append(
            f"{member} sends a query of its own for every row: {query}. Annotate it."
        )
    if reads.own_queries or not reads.complete:
        return
    asked = (rows.children.get(path) for path in reads.relations)
    if member in rows.queries and any(child and not child.used for child in asked):
        wanted.notes.append(
            f"{member} sends a query of its own for every row, without reading rows. "
            f"Annotate it, or name {prefix + name!r} too, which loads the rows."
        )
    elif not reads.whole:
        wanted.members[prefix + name] = member


def _named(model: type[Model], wanted: _Wanted) -> dict[str, set[str]]:
    """Return the members to name, with what each loads: those that explain a read."""
    found = {}
    for path, member in wanted.members.items():
        try:
            loads = set(loaded_paths(compile_plan(model, Preset(only=[path])).plan))
        except PresetError:
            continue
        explained = {name for name, via in wanted.columns.items() if member in via}
        if explained and explained <= loads:
            found[path] = loads
    return found


def _only(model: type[Model], wanted: _Wanted, members: dict[str, set[str]]) -> list[str]:
    by_members = set().union(*members.values()) if members else set()
    named = {wanted.members[path] for path in members}
    direct = [
        path for path, via in wanted.columns.items() if not (via <= named and path in by_members)
    ]
    return [*sorted(direct, key=lambda path: (path.count("__"), path)), *sorted(members)] or ["pk"]


def loaded_paths(plan: LoadPlan, prefix: str = "") -> Iterator[str]:
    """Yield the paths of all columns that a plan loads."""
    for name in columns(plan.model) if plan.columns is None else plan.columns:
        yield prefix + name
    for join in plan.joins:
        yield from loaded_paths(join.plan, f"{prefix}{join.relation.name}__")
    for prefetch in plan.prefetches:
        for behind in prefetch.plans:
            yield from loaded_paths(behind, f"{prefix}{prefetch.relation.name}__")
