"""The paths that a clause names, followed through a draft: every step implies a join or a prefetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models.constants import LOOKUP_SEP

from perfkit.arguments import split_path
from perfkit.draft import Draft, PrefetchDraft
from perfkit.members import doubts_of, member_reads
from perfkit.relations import column, columns, find_relation, inherited_child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from perfkit.clauses import Clause
    from perfkit.places import Place

__all__ = ["Paths"]


class Paths:
    """Asks a draft for what paths name: columns, and the members that read others."""

    def __init__(self, model: type[Model], clause: Clause, place: Place) -> None:
        self.place = place
        self.clause = clause
        self.draft = Draft(model)

    def through(
        self, draft: Draft, name: str, path: str, part: str, *, prefetch: bool = False
    ) -> Draft:
        """Return the draft behind one step of a path, which implies the join or the prefetch."""
        found = draft.find(name)
        if found is not None:
            return found
        relation = self.place.relation(draft.model, name, path, part)
        if relation.model is None and not relation.generic:
            self.place.fail(
                f"{part} names {path!r}, but what is behind {name!r} only its own manager knows: "
                f"write prefetch_related=[{name!r}].",
                "perfkit.E003",
            )
        if relation.model is None:
            self.place.fail(
                f"{part} names {path!r}, but {name!r} leads to no one model; for a generic foreign key write "
                f"include={{{name!r}: {{Model: preset, ...}}}}.",
                "perfkit.E003",
            )
        if relation.joinable and not prefetch:
            return draft.join(relation)
        behind = draft.prefetch(relation).only_draft
        assert behind is not None
        return behind

    def only(self, path: str) -> None:
        """Ask for what a path of ``only`` names: a column, a member, an annotation of the same preset."""
        *above, last = split_path(path)
        if not above and last in dict(self.clause.annotate):
            self.draft.say()
            return
        self._read(self.draft, above, last, path)

    def _read(self, draft: Draft, above: list[str], last: str, path: str) -> None:
        """Ask for one name behind a path: a column, or a member that reads others."""
        for position, name in enumerate(above):
            if not self._silent(draft):
                draft.say()
            if self._inherited(draft, name, above[position + 1 :], last):
                return
            behind = self._step(draft, name, path)
            if behind is None:
                return
            draft = behind
        if not self._silent(draft):
            draft.say()
        attnames = column(draft.model, last)
        if attnames is None:
            self._read_member(draft, last, path)
        elif not self._silent(draft):
            draft.say(attnames)

    def _step(self, draft: Draft, name: str, path: str) -> Draft | None:
        """Return the draft behind one step of a path that is read; None where there can be no row."""
        child = inherited_child(draft.model, name)
        if child is None:
            return self.through(draft, name, path, "only")
        # The row is the child already, and the columns are its own; or it is another child.
        return draft if issubclass(draft.model, child) else None

    def _read_member(self, draft: Draft, name: str, path: str) -> None:
        """Ask for what a property, cached property or method reads."""
        reads = member_reads(draft.model, name)
        if reads is None:
            self.place.refuse(draft, name, path)
        if reads.problems:
            self.place.fail(f"only names {path!r}, but {' '.join(reads.problems)}", "perfkit.E007")
        draft.members.add(name)
        touched = [draft]
        for relation in sorted(reads.relations):
            touched += self._reach(draft, relation.split(LOOKUP_SEP), path)
        for read in sorted(reads.columns):
            *above, last = read.split(LOOKUP_SEP)
            self._read(draft, above, last, path)
        for relation in sorted(reads.whole):
            for behind in self._reach(draft, relation.split(LOOKUP_SEP), path)[-1:]:
                behind.say_all()
        for key, label in sorted(reads.behind):
            self._read_behind(draft, key, label, path)
        if not reads.complete:
            # Never less than can be proved: the rows that it touches are not narrowed.
            for behind in touched:
                behind.say_all()
        self.place.doubts.extend(doubts_of(reads, self.place.label, path))

    def _read_behind(self, draft: Draft, key: str, label: str, path: str) -> None:
        """Load the rows of one model that are behind a generic key whole, whatever an include says."""
        *above, last = key.split(LOOKUP_SEP)
        reached = self._reach(draft, above, path)
        owner = reached[-1] if reached else draft
        relation = find_relation(owner.model, last)
        if relation is not None and len(reached) == len(above):
            model = apps.get_model(label)
            owner.prefetch(relation).drafts.setdefault(model, Draft(model)).say_all()

    def _reach(self, draft: Draft, steps: list[str], path: str) -> list[Draft]:
        """Return the drafts along a path that a member crosses, its rows narrowed to their links."""
        reached = []
        for name in steps:
            relation = find_relation(draft.model, name)
            if relation is not None and relation.model is None:
                # Rows of any model: whole, by the relation's own prefetch.
                draft.prefetch(relation)
                break
            behind = self._step(draft, name, path)
            if behind is None:
                break
            if not self._silent(behind):
                behind.say()
            reached.append(behind)
            draft = behind
        return reached

    def _silent(self, draft: Draft) -> bool:
        """Whether the user's own queryset narrows these rows: then a path through it adds no narrowing."""
        return any(
            drafted.only_draft is draft and drafted.narrowed_by_user
            for drafted in _all_prefetches(self.draft)
        )

    def _inherited(self, draft: Draft, name: str, between: list[str], last: str) -> bool:
        """Take ``parent_ptr__title`` from the child's row, which Django makes the parent's of."""
        relation = find_relation(draft.model, name)
        if relation is None or relation.inheritance != "up" or between or relation.model is None:
            return False
        if column(relation.model, last) is None:
            return False
        draft.say(columns(relation.model))
        return True

    def say_all_of_custom(self) -> None:
        """Let a ``Prefetch`` that no path narrows load whole rows, unless its own queryset says otherwise."""
        for drafted in list(_all_prefetches(self.draft)):
            draft = drafted.only_draft
            if (
                drafted.prefetch is not None
                and draft is not None
                and draft.columns is None
                and not drafted.narrowed_by_user
            ):
                draft.say_all()


def _all_prefetches(draft: Draft) -> Iterator[PrefetchDraft]:
    for _, joined in draft.joins.values():
        yield from _all_prefetches(joined)
    for drafted in draft.prefetches.values():
        yield drafted
        for behind in drafted.drafts.values():
            yield from _all_prefetches(behind)
