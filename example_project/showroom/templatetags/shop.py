"""Template tags of the shop."""

from __future__ import annotations

import re

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html, format_html_join

from example_project.showroom.links import link
from perfkit import Finding

register = template.Library()


@register.simple_tag(takes_context=True)
def page(context: RequestContext, name: str, *args: object) -> str:
    """Return the link to a page of the shop, in the form that is open."""
    return link(context["request"], name, *args)


@register.filter
def thousands(number: float) -> str:
    """Return a number as "12,345", without decimals."""
    return f"{number:,.0f}"


@register.filter
def milliseconds(seconds: float) -> str:
    """Return a time as "12.3 ms"."""
    return f"{seconds * 1000:,.1f} ms"


@register.filter
def kilobytes(size: float) -> str:
    """Return a number of bytes as "12.3 KB"."""
    return f"{size / 1024:,.1f} KB"


@register.filter
def times(ratio: float) -> str:
    """Return a ratio as "12.3 ×"."""
    return f"{ratio:,.1f} ×"


@register.filter
def percent(share: float) -> str:
    """Return a share as "12%"."""
    return f"{share:.0%}"


@register.filter
def percent_of(part: float, whole: float) -> str:
    """Return how much of the whole the part is, as a CSS length; a thin line at least."""
    return f"{max(100 * part / whole, 0.5):.1f}%" if whole else "0.5%"


@register.filter
def statement(sql: str) -> str:
    """Return a SELECT with the number of its columns in place of their names."""
    columns, depth = 1, 0
    for match in re.finditer(r"[(),]| FROM ", sql):
        token = match[0]
        depth += (token == "(") - (token == ")")
        if depth == 0 and token == ",":
            columns += 1
        elif depth == 0 and token == " FROM ":
            rest = re.sub(r'["`]', "", sql[match.end() :])
            return f"{columns} column{'s' if columns > 1 else ''} of {rest}"
    return sql


@register.filter
def headline(finding: Finding) -> str:
    """Return the first line of a finding, which its details stand below."""
    return str(finding).partition("\n")[0]


@register.filter
def code(text: str) -> str:
    """Return a text with what is between backticks marked as code."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", [[format_html("<code>{}</code>", part) if i % 2 else part] for i, part in parts]
    )
