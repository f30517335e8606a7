"""The edit that fixes a finding, said from the queryset that the rows came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perfkit.auditor.findings import Finding
    from perfkit.auditor.rows import Rows


def advise(finding: Finding, rows: Rows | None) -> str:
    """Return the advice for a finding: one line, the call to add and where."""
    if finding.kind in _EXTERNAL:
        return _EXTERNAL[finding.kind]
    if finding.kind == "repeated-query":
        return (
            "ask once before the loop: filter(...__in=...), in_bulk(), or select_related() and "
            "prefetch_related() where the rows come from"
        )
    for member in reversed(finding.members):
        if member.leaves_out(finding.field):
            return f'add "{finding.field}" to the @reads of {member.name} at {member.place}, which leaves it out'
    if rows is None:
        return _where_unknown(finding)
    if finding.kind == "bypassed-prefetch":
        return _beside_the_prefetch(finding, rows)
    if rows.presets:
        return _in_preset(finding, rows)
    if finding.kind == "deferred-field":
        return _column(finding, rows)
    return f"add {_call(finding, rows)} to the queryset{_at(rows)}"


_EXTERNAL = {
    "external-call-without-timeout": (
        "give the client a timeout: a service that hangs then costs seconds, not the worker"
    ),
    "external-call-in-transaction": (
        "call after the transaction (transaction.on_commit()), from a task where the answer can wait: "
        "meanwhile rows stay locked"
    ),
}


def _where_unknown(finding: Finding) -> str:
    """Advise for rows that came from a pickle, a constructor or an earlier scope."""
    if finding.kind == "deferred-field":
        return f'load "{finding.field}" where the rows are loaded'
    return f'load "{finding.field}" for all rows at once: prefetch_related_objects(rows, "{finding.field}")'


def _at(rows: Rows) -> str:
    place = rows.template if rows.location is None else rows.location
    return f" at {place}" if place else ""


def _column(finding: Finding, rows: Rows) -> str:
    """Advise for a column that the queryset leaves out."""
    if not rows.joinable:
        prefetch = "__".join(step for step, _ in rows.path)
        return f'load "{finding.field}" in the Prefetch for "{prefetch}" of the queryset{_at(rows)}'
    path = rows.path_to(finding.field)
    if rows.narrowed == "defer":
        return f'take "{path}" out of .defer(...) of the queryset{_at(rows)}'
    if rows.narrowed == "only":
        return f'add "{path}" to .only(...) of the queryset{_at(rows)}'
    return f'load "{path}" in the queryset{_at(rows)}'


def _call(finding: Finding, rows: Rows) -> str:
    """Return the call that would have loaded it."""
    path = rows.path_to(finding.field)
    if finding.kind == "to-one" and rows.joinable:
        return f'.select_related("{path}")'
    if finding.call in ("count", "aggregate"):
        return (
            f'.annotate(...=Count("{path}"))'
            if finding.call == "count"
            else f'an annotate() over "{path}"'
        )
    if finding.call in ("exists", "contains"):
        return f'.annotate(...=Exists(...)) or .prefetch_related("{path}")'
    return f'.prefetch_related("{path}")'


def _in_preset(finding: Finding, rows: Rows) -> str:
    path = rows.path_to(finding.field)
    names = f'"{path}"'
    member = finding.members[0].name.rpartition(".")[2] if finding.members else ""
    if member and finding.kind == "deferred-field":
        names += f' (or "{rows.path_to(member)}")'
    place = " or ".join(rows.presets)
    if finding.kind == "deferred-field" and rows.chained:
        undo = "add {0} to" if rows.chained == "only" else "take {0} out of"
        return f"{undo.format(names)} the .{rows.chained}(...) that follows {place}"
    if finding.kind == "deferred-field":
        return f"add {names} to {place}"
    if finding.kind == "to-one" and rows.joinable:
        return f"add select_related=[{names}] to {place}"
    if finding.call:
        return f"add annotate={{...}} or prefetch_related=[{names}] to {place}"
    return f"add prefetch_related=[{names}] to {place}"


def _beside_the_prefetch(finding: Finding, rows: Rows) -> str:
    if finding.call == "aggregate":
        return f'compute it from the rows of "{finding.field}.all()", which are prefetched'
    return (
        f'read "{finding.field}.all()", which is prefetched, and narrow it in Python; or prefetch '
        f'just these rows with Prefetch("{rows.path_to(finding.field)}", queryset=..., to_attr=...)'
    )
