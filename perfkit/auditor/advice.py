"""The edit that fixes a finding, said from the queryset that the rows came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfkit.auditor import kinds

if TYPE_CHECKING:
    from perfkit.auditor.findings import Finding
    from perfkit.auditor.rows import Rows


def advise(finding: Finding, rows: Rows | None, *, served: bool = True) -> str:
    """Return the advice for a finding: one line, the call to add and where.

    ``served`` says whether a prefetch would answer what was asked of a related manager; what it
    would not has to be prefetched under a name of its own, else it would go past the prefetch.
    """
    if finding.kind in _EXTERNAL:
        return _EXTERNAL[finding.kind]
    if any(name.startswith("PermissionsMixin.") for name in finding.via):
        return (
            "ask once for all users: User.objects.with_perm(...), or Permission.objects.filter(...); "
            "their permissions are no rows that a prefetch could bring"
        )
    if finding.kind == "repeated-query":
        return (
            "ask once before the loop: filter(...__in=...), in_bulk(), or select_related() and "
            "prefetch_related() where the rows come from"
        )
    for member in reversed(finding.members):
        if member.leaves_out(finding.field):
            return f'add "{finding.field}" to the @reads of {member.name} at {member.place}, which leaves it out'
    # No prefetch serves an aggregate().
    served = served and finding.call != "aggregate"
    if rows is None:
        return _where_unknown(finding, served)
    if finding.kind == "bypassed-prefetch":
        return _beside_the_prefetch(finding, rows)
    if rows.presets:
        return _in_preset(finding, rows, served)
    if finding.kind == "deferred-field":
        return _column(finding, rows)
    return f"add {_call(finding, rows, served)} to the queryset{_at(rows)}{_instead(served)}"


_EXTERNAL = {
    "external-call-without-timeout": (
        "give the client a timeout: a service that hangs then costs seconds, not the worker"
    ),
    "external-call-in-transaction": (
        "call after the transaction (transaction.on_commit()), from a task where the answer can wait: "
        "meanwhile rows stay locked"
    ),
}


def _where_unknown(finding: Finding, served: bool) -> str:
    """Advise for rows that came from a pickle, a constructor or an earlier scope."""
    if finding.kind == "deferred-field":
        return f'load "{finding.field}" where the rows are loaded'
    prefetch = _prefetch(finding.field, served)
    return (
        f'load "{finding.field}" for all rows at once: prefetch_related_objects(rows, {prefetch})'
        f"{_instead(served)}"
    )


def _at(rows: Rows) -> str:
    place = rows.template if rows.location is None else rows.location
    return f" at {place}" if place else ""


def _instead(served: bool) -> str:
    return "" if served else ", and read what it adds to the rows"


def _prefetch(path: str, served: bool) -> str:
    """Return what ``prefetch_related()`` takes for a path."""
    return f'"{path}"' if served else f'Prefetch("{path}", queryset=..., to_attr=...)'


def _column(finding: Finding, rows: Rows) -> str:
    """Advise for a column that the queryset leaves out."""
    path = rows.path_to(finding.field)
    if rows.path and (rows.prefetched or not rows.joinable):
        steps = rows.prefetched or len(rows.path)
        kind = "GenericPrefetch" if _generic_step(rows) == steps else "Prefetch"
        names = [step.name for step in rows.path]
        column = "__".join([*names[steps:], finding.field])
        prefetch = "__".join(names[:steps])
        return f'load "{column}" in the {kind} for "{prefetch}" of the queryset{_at(rows)}'
    if rows.raw:
        return f'select "{path}" in the SQL of raw(){_at(rows)}'
    if name := _deferred_as(finding, rows):
        return f'take "{name}" out of .defer(...) of the queryset{_at(rows)}'
    if rows.only:
        return f'add "{path}" to .only(...) of the queryset{_at(rows)}'
    return f'load "{path}" in the queryset{_at(rows)}'


def _deferred_as(finding: Finding, rows: Rows) -> str:
    """Return the name by which the user's ``defer()`` left a column out; "" where it did not.

    It may be another than was read: the key of ``author`` is read as ``author_id``.
    """
    steps = tuple(step.name for step in rows.path)
    for name in sorted(rows.deferred):
        if kinds.read_by(rows.root or rows.model, name) == (*steps, finding.field):
            return name
    return ""


def _call(finding: Finding, rows: Rows, served: bool) -> str:
    """Return the call that would have loaded it."""
    path = rows.path_to(finding.field)
    if finding.kind == "to-one" and rows.joinable:
        return f'.select_related("{path}")'
    prefetch = f".prefetch_related({_prefetch(path, served)})"
    if not finding.call or not rows.joinable:
        return prefetch
    if finding.call == "count":
        # Distinct, for a second relation that is counted multiplies the rows.
        narrow = "" if served else "filter=Q(...), "
        return f'.annotate(...=Count("{path}", {narrow}distinct=True))'
    if finding.call == "aggregate":
        return f'an annotate() over "{path}"'
    return ".annotate(...=Exists(...))" + (f" or {prefetch}" if served else "")


def _in_preset(finding: Finding, rows: Rows, served: bool) -> str:
    """Advise for rows that presets loaded."""
    place = " or ".join(rows.presets)
    if start := _generic_step(rows):
        return f"add {_included(finding, rows, start, served)} to {place}{_instead(served)}"
    path = rows.path_to(finding.field)
    if finding.kind != "deferred-field":
        clause = _clause(finding, path, served=served, joins=rows.joinable)
        return f"add {clause} to {place}{_instead(served)}"
    if name := _deferred_as(finding, rows):
        return f'take "{name}" out of the .defer(...) that follows {place}'
    if rows.only:
        return f'add "{path}" to the .only(...) that follows {place}'
    # A preset, unlike only() and defer(), takes the names of members too.
    member = finding.members[0].name.rpartition(".")[2] if finding.members else ""
    instead = f' (or "{rows.path_to(member)}")' if member else ""
    return f'add "{path}"{instead} to {place}'


def _clause(finding: Finding, path: str, *, served: bool, joins: bool) -> str:
    """Return the argument of a Preset that loads a relation."""
    if finding.kind == "to-one" and joins:
        return f'select_related=["{path}"]'
    if finding.call and not served:
        return "annotate={...: Subquery(...)}"
    prefetch = f"prefetch_related=[{_prefetch(path, served)}]"
    return f"annotate={{...: Subquery(...)}} or {prefetch}" if finding.call else prefetch


def _generic_step(rows: Rows) -> int:
    """Return how many steps of the path lead over its last generic key; 0 where it has none."""
    found, model = 0, rows.root
    for number, step in enumerate(rows.path, 1):
        if kinds.is_generic(getattr(model, step.name, None)):
            found = number
        model = step.model
    return found


def _included(finding: Finding, rows: Rows, start: int, served: bool) -> str:
    """Return the include of a generic key: no path leads through it, but a preset for each model."""
    key = "__".join(step.name for step in rows.path[:start])
    behind = rows.path[start:]
    name = "__".join([*(step.name for step in behind), finding.field])
    if finding.kind == "deferred-field":
        clause = f'only=["{name}"]'
    else:
        joins = all(step.joins for step in behind)
        clause = _clause(finding, name, served=served, joins=joins)
    model = rows.path[start - 1].model.__name__
    return f'include={{"{key}": {{{model}: Preset({clause})}}}}'


def _beside_the_prefetch(finding: Finding, rows: Rows) -> str:
    if finding.call == "aggregate":
        return f'compute it from the rows of "{finding.field}.all()", which are prefetched'
    return (
        f'read "{finding.field}.all()", which is prefetched, and narrow it in Python; or prefetch '
        f'just these rows with Prefetch("{rows.path_to(finding.field)}", queryset=..., to_attr=...)'
    )
