"""Filters and tags of a project, for the templates that are followed."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.defaultfilters import stringfilter

from perfkit import reads

register = template.Library()


@register.filter
def label(product: Any) -> str:
    return f"{product.title} of {product.brand.name}"


@register.filter
@reads("price", "brand__slogan")
def declared(product: Any) -> str:
    return eval("f'{product.price} {product.brand.slogan}'")


@register.filter
def evaluated(product: Any) -> str:
    return eval("product.title")


@register.filter
@stringfilter
def shouted(text: str) -> str:
    return text.upper()


@register.filter
def brand_of(product: Any) -> Any:
    return product.brand


@register.filter
def with_tax(product: Any, other: Any) -> str:
    return f"{product.tax} {other.title}"


@register.simple_tag
def total(product: Any, factor: int = 1) -> int:
    return (product.price + product.tax) * factor


@register.simple_tag
def the_brand(product: Any) -> Any:
    return product.brand


@register.simple_tag
def lines_of(product: Any) -> list[Any]:
    return [line for line in product.lines.all() if line.amount]


@register.simple_tag(takes_context=True)
def from_context(context: Any) -> str:
    return context["product"].title


@register.simple_tag(takes_context=True)
def asks_request(context: Any, key: int) -> str:
    return f"{context['request']} {key}"


@register.simple_tag(takes_context=True)
def puts(context: Any, product: Any) -> str:
    context["put"] = product.brand
    return ""


@register.simple_tag(takes_context=True)
def pushes(context: Any) -> str:
    with context.push(x=1):
        return context["product"].title


@register.inclusion_tag("tag_card.html")
def card(product: Any) -> dict[str, Any]:
    return {"row": product, "brand": product.brand}


@register.inclusion_tag("tag_card.html", takes_context=True)
def context_card(context: Any) -> dict[str, Any]:
    return {"row": context["product"], "brand": context["product"].brand}


class TitleNode(template.Node):
    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: template.Context) -> str:
        return str(context[self.name].title)


@register.tag
def title_of(parser: Any, token: Any) -> TitleNode:
    return TitleNode(token.split_contents()[1])


@register.simple_block_tag
def boxed(content: str, product: Any) -> str:
    return f"[{product.brand.slogan}: {content}]"
