"""DERIVE: from what a consumer reads to the preset that loads it; it knows no library of consumers.

An analyser (of serializers, templates, the admin) tells a :class:`Derivation` what is read, and where;
the :class:`Derived` it gives has the preset, and what could not be followed. No SQL is run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models.constants import LOOKUP_SEP

from perfkit.abridging import abridged
from perfkit.annotations import annotation_at
from perfkit.arguments import split_path
from perfkit.compiler import compile_plan
from perfkit.inference import OwnQuery, Place, Unresolved, callable_reads
from perfkit.inference.declarations import declaration_of
from perfkit.inference.live import MISSING, static
from perfkit.members import member_reads
from perfkit.presets import Preset
from perfkit.relations import column, columns, find_relation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from django.db.models import Model

    from perfkit.inference import FieldReads
    from perfkit.plan import LoadPlan

__all__ = ["ConsumerRead", "Derivation", "Derived", "Place"]


@dataclass(frozen=True, order=True)
class ConsumerRead:
    """One path that a consumer reads, as ``only`` of a Preset takes it, and where.

    A path to a relation alone is the key of a to-one relation, the rows of a to-many one.
    """

    path: str
    place: Place


@dataclass(frozen=True)
class Derived:
    """What a consumer reads of the rows of a model, and the preset that loads it.

    ``unresolved`` is what could not be followed: the rows it may read are loaded whole.
    ``own_queries`` are sent by the consumer itself, row by row: no preset serves them.
    ``unknown`` are names that the model doesn't have: annotations, or attributes that a view sets.
    """

    model: type[Model]
    reads: tuple[ConsumerRead, ...]
    preset: Preset
    unresolved: tuple[Unresolved, ...] = ()
    own_queries: tuple[OwnQuery, ...] = ()
    unknown: tuple[ConsumerRead, ...] = ()
    #: The reads again, with the paths that ``only`` of a Preset takes for them, such as ``tags__pk``.
    needs: tuple[ConsumerRead, ...] = field(default=(), repr=False, compare=False)
    #: The reads that are served by annotations, which were taken over from declared presets.
    annotated: tuple[ConsumerRead, ...] = field(default=(), repr=False, compare=False)

    @property
    def complete(self) -> bool:
        """Whether everything that the consumer reads is known."""
        return not self.unresolved

    @property
    def plan(self) -> LoadPlan:
        """What the preset loads, as a tree to print."""
        return compile_plan(self.model, self.preset).plan

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield from str(self.plan).splitlines()
        for one in self.unresolved:
            yield f"? {one}"
        for query in self.own_queries:
            yield f"! its own query: {query}"
        for read in self.unknown:
            yield f"! {self.model._meta.label} has no {read.path!r} ({read.place})"


@dataclass
class Derivation:
    """Collects what a consumer reads of the rows of ``model``; :meth:`result` gives the preset.

    Paths are as ``only`` of a Preset takes them, from the rows of ``model``; "" is the row itself.
    Each is given with the place that reads it. A name that declared presets annotate is annotated: of the root
    ``presets`` of its QuerySet class, by default those of the default manager, unless ``annotated`` has it already.
    """

    model: type[Model]
    presets: Mapping[str, Any] | None = None
    annotated: Collection[str] = ()
    _only: dict[str, None] = field(default_factory=dict)
    _needs: dict[ConsumerRead, None] = field(default_factory=dict)
    _whole: dict[str, None] = field(default_factory=dict)
    _reads: dict[ConsumerRead, None] = field(default_factory=dict)
    _unresolved: dict[Unresolved, None] = field(default_factory=dict)
    _own_queries: dict[OwnQuery, None] = field(default_factory=dict)
    _unknown: dict[ConsumerRead, None] = field(default_factory=dict)
    _members: dict[str, None] = field(default_factory=dict)
    _annotations: dict[str, dict[str, Any]] = field(default_factory=dict)
    _annotated: dict[ConsumerRead, None] = field(default_factory=dict)

    def read(self, path: str, place: Place) -> None:
        """Note that data is read: a column, the key of a relation, a member, or the rows of a to-many one.

        A path may cross a member that gives rows (``main_image__url``). A name that the model doesn't
        have is kept as unknown: it is an annotation, or set by the view.
        """
        self._walk(self.model, "", split_path(path), ConsumerRead(path, place))

    def member(self, path: str) -> None:
        """Note the name of a property or method whose columns are told: the preset may name it instead."""
        self._members[path] = None

    def relation(self, path: str, place: Place) -> None:
        """Note that a relation is crossed, of whose rows nothing but the key is read so far."""
        self.read(f"{path}{LOOKUP_SEP}pk", place)

    def whole(self, path: str, place: Place) -> None:
        """Note that the rows at a path are handed on whole: all their columns are loaded."""
        self._reads[ConsumerRead(path, place)] = None
        self._load_whole(path)

    def lose(self, construct: str, place: Place, path: str = "") -> None:
        """Note what can't be followed, and may read anything of the rows at ``path``."""
        self._unresolved[Unresolved(construct, place.file, place.line, place.function)] = None
        self._load_whole(path)

    def query(self, construct: str, place: Place) -> None:
        """Note a query that the consumer sends by itself, so that no preset can serve it."""
        self._own_queries[OwnQuery(construct, place.file, place.line, place.function)] = None

    def function(
        self,
        path: str,
        function: Callable[..., Any],
        place: Place,
        parameter: int | str = 0,
        *,
        owner: type | None = None,
        holds: Collection[str] = (),
        plain: Collection[str] = (),
        passing: bool = False,
    ) -> list[str]:
        """Note what a function or method reads of the rows at ``path`` that it is handed, by inference.

        ``place`` is where it is named; the other arguments are those of ``perfkit.inference.callable_reads()``.
        What ``@reads`` declares of it is taken at its word. Return the paths of the rows that it gives: they are
        loaded whole, unless ``passing`` says that the caller tells what is done with them.
        """
        declaration = declaration_of(function)
        if declaration is not None and declaration.argument is None:
            for declared in declaration.paths:
                self.read(_join(path, declared), place)
            return []
        model = self.model_at(path)
        if model is None:
            self.lose(f"{path!r}, whose rows are of no one model", place, path)
            return []
        reads = callable_reads(function, model, parameter, owner=owner, holds=holds, plain=plain)
        for line in reads.lines:
            made = self.relation if line.kind == "relation" else self.read
            made(_join(path, line.path), line.place)
        given = sorted(_join(path, relation) for relation in reads.whole)
        for at in given if not passing else ():
            self.whole(at, place)
        self._doubt(reads, path)
        return given

    def model_at(self, path: str) -> type[Model] | None:
        """Return the model of the rows at a path; None where there is none, or no one model."""
        model: type[Model] | None = self.model
        for name in path.split(LOOKUP_SEP) if path else ():
            relation = find_relation(model, name) if model is not None else None
            model = relation.model if relation is not None else None
        return model

    def result(self) -> Derived:
        """Return what was collected, with its preset."""
        only = dict(self._only)
        prefetched = []
        for path in self._whole:
            model = self.model_at(path)
            if model is None:
                prefetched.append(path)
            else:
                only.update(dict.fromkeys(_join(path, name) for name in columns(model)))
        annotations = dict(self._annotations)
        return Derived(
            model=self.model,
            reads=tuple(sorted(self._reads)),
            preset=Preset(
                only=abridged(self.model, only or ["pk"], self._members),
                prefetch_related=prefetched,
                annotate=annotations.pop("", None),
                include={path: Preset(annotate=named) for path, named in annotations.items()},
            ),
            unresolved=tuple(self._unresolved),
            own_queries=tuple(self._own_queries),
            unknown=tuple(sorted(self._unknown)),
            needs=tuple(self._needs),
            annotated=tuple(self._annotated),
        )

    def _walk(self, model: type[Model], at: str, names: list[str], read: ConsumerRead) -> None:
        """Follow the names of a path from the rows at ``at``, which are of ``model``."""
        name, *rest = names
        path = _join(at, name)
        relation = find_relation(model, name)
        if relation is not None and (rest or relation.many):
            self._reads[read] = None
            if relation.model is None:
                self._load_whole(path)
                if rest and rest != ["pk"]:
                    what = f"{LOOKUP_SEP.join(rest)!r} of {path!r}, whose rows are of no one model"
                    self.lose(what, read.place, path)
            else:
                self._walk(relation.model, path, rest or ["pk"], read)
        elif column(model, name) is not None:
            self._need(path, read)
        elif not rest and self._annotate(at, name, read):
            self._reads[read] = None
        elif (reads := member_reads(model, name)) is not None:
            self._need(path, read)
            self._doubt(reads, at)
            self._behind_member(model, at, name, rest, reads, read)
        elif static(model, name) is MISSING:
            if static(model, "__getattr__") is not MISSING:
                self.lose(f"{name} of {model.__name__}, which has a __getattr__()", read.place, at)
            self._unknown[read] = None

    def _annotate(self, at: str, name: str, read: ConsumerRead) -> bool:
        """Take over what declared presets annotate under a name; tell whether there is one such expression."""
        if not at and name in self.annotated:
            return True
        found = annotation_at(self.model, at, name, self.presets)
        if found is None:
            return False
        if found.ambiguous:
            what = f"{name}, since presets annotate {found.ambiguous!r} with different expressions"
            self.lose(what, read.place, at)
            return False
        self._annotations.setdefault(at, {}).update(found.expressions)
        self._annotated[ConsumerRead(_join(at, name), read.place)] = None
        if at:
            self._only[_join(at, "pk")] = None
        return True

    def _behind_member(
        self,
        model: type[Model],
        at: str,
        name: str,
        rest: list[str],
        reads: FieldReads,
        read: ConsumerRead,
    ) -> None:
        """Follow the rest of a path behind a member, through the rows that it gives."""
        for whole in sorted(reads.whole) if rest else ():
            path = _join(at, whole)
            behind = self.model_at(path)
            if behind is None:
                self.lose(f"{name} of {model.__name__}, a row of no one model", read.place, path)
            elif find_relation(behind, rest[0]) or static(behind, rest[0]) is not MISSING:
                self._walk(behind, path, rest, read)

    def _need(self, path: str, read: ConsumerRead) -> None:
        """Note a path of ``only``, and the read that it is loaded for."""
        self._reads[read] = None
        self._needs[ConsumerRead(path, read.place)] = self._only[path] = None

    def _load_whole(self, path: str) -> None:
        """Note that rows are loaded whole; those of a relation that there isn't, with the rows before it."""
        while path and not self._is_relation(path):
            path = path.rpartition(LOOKUP_SEP)[0]
        self._whole[path] = None

    def _is_relation(self, path: str) -> bool:
        above, _, name = path.rpartition(LOOKUP_SEP)
        model = self.model_at(above)
        return model is not None and find_relation(model, name) is not None

    def _doubt(self, reads: FieldReads, path: str) -> None:
        """Take over what could not be followed, or served, of a member or function of the rows at a path."""
        self._unresolved.update(dict.fromkeys(reads.unresolved))
        self._own_queries.update(dict.fromkeys(reads.own_queries))
        if not reads.complete:
            for touched in ("", *sorted(reads.relations)):
                self._load_whole(_join(path, touched))


def _join(path: str, name: str) -> str:
    return f"{path}{LOOKUP_SEP}{name}" if path and name else path or name
