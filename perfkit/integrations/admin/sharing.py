"""The rows that selects offer, fetched once for all forms of a page.

An ugly thing, since Django's selects ask the queryset of each form's field anew: one that offers all rows iterates,
one that searches takes ``using().filter(pk__in=...)`` of what is chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet, ValidationError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from django.db.models import QuerySet
    from django.forms import BaseForm, BaseFormSet

__all__ = ["Offers", "SharedRows"]


class Offers:
    """What the selects of one page offer: the rows for each statement that fetches them."""

    def __init__(self) -> None:
        self._known: list[tuple[Any, SharedRows]] = []

    def rows(self, offered: QuerySet[Any], loaded: QuerySet[Any], label: Hashable) -> Any:
        """Return the rows to offer in place of ``loaded``, which is ``offered`` with what labels read.

        They are those of another select that asks the same of the database: a form may choose its rows by what it
        edits, and a user's rows are found by the user.
        """
        asked = _asked(offered)
        if asked is None:
            return loaded
        for known, rows in self._known:
            if known == (asked, label):
                return rows
        rows = SharedRows(loaded)
        self._known.append(((asked, label), rows))
        return rows


class SharedRows:
    """Stands in for a queryset of choices in many forms. Whatever else it is asked goes to the queryset."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        self._queryset = queryset
        self._owners: dict[tuple[int, str], BaseForm | BaseFormSet[Any]] = {}
        self._found: dict[str, tuple[set[Any], dict[Any, Any]]] = {}
        self._elsewhere: dict[str | None, SharedRows] = {}

    def searched_by(self, owner: BaseForm | BaseFormSet[Any], name: str) -> None:
        """Note a field of a form, or of all forms of a formset, whose select searches these rows."""
        self._owners[id(owner), name] = owner

    def __iter__(self) -> Iterator[Any]:
        return iter(self._queryset)

    def __len__(self) -> int:
        return len(self._queryset)

    def __getitem__(self, index: Any) -> Any:
        return self._queryset[index]

    def iterator(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Return the rows, which are kept."""
        return iter(self._queryset)

    def using(self, alias: str | None) -> Any:
        """Return the rows on another database, for all forms too."""
        if alias not in self._elsewhere:
            self._elsewhere[alias] = SharedRows(self._queryset.using(alias))
            self._elsewhere[alias]._owners = self._owners
        return self._elsewhere[alias]

    def filter(self, *args: Any, **lookups: Any) -> Any:
        """Return the rows with one of the values; those of the values of all forms are fetched together."""
        name, wanted = next(iter(lookups.items()), ("", None))
        if args or len(lookups) > 1 or not isinstance(wanted, set) or not self._owners:
            return self._queryset.filter(*args, **lookups)
        column = name.removesuffix("__in")
        value_of = self._queryset.model._meta.get_field(column).to_python
        try:
            if name not in self._found:
                chosen = {value_of(one) for one in self._chosen()}
                rows = self._queryset.filter(**{name: chosen})
                self._found[name] = chosen, {getattr(row, column): row for row in rows}
            values = {value_of(one) for one in wanted}
        except ValidationError:
            return self._queryset.filter(**lookups)
        chosen, found = self._found[name]
        if not values <= chosen:
            # The form that is copied for another row may have a default that no row has.
            return self._queryset.filter(**lookups)
        return [row for value, row in found.items() if value in values]

    def _chosen(self) -> set[str]:
        """Return what is chosen in all forms, as selects compare it."""
        found: set[str] = set()
        for (_, name), owner in self._owners.items():
            forms: Any = getattr(owner, "forms", [owner])
            for form in forms:
                if name in form.fields:
                    value = form[name].value()
                    values = value if isinstance(value, (list, tuple, set)) else [value]
                    empty = form.fields[name].empty_values
                    found.update(str(one) for one in values if one not in empty)
        return found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_queryset":
            raise AttributeError(name)
        return getattr(self._queryset, name)


def _asked(rows: QuerySet[Any]) -> tuple[Any, ...] | None:
    """Return what a queryset would ask of the database; None if nothing."""
    try:
        statement = rows.query.get_compiler(using=rows.db).as_sql()
    except EmptyResultSet:
        return None
    lookups: tuple[Any, ...] = rows._prefetch_related_lookups  # type: ignore[attr-defined]
    # Two Prefetch objects are equal to Django whatever their querysets.
    exactly = [one if isinstance(one, str) else id(one) for one in lookups]
    return type(rows), rows.db, statement, exactly
