"""The start page, the chapters, and the comparison of the forms of the pages, measured live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse
from django.views.generic import TemplateView

from example_project.showroom import evidence
from example_project.showroom.chapters import CHAPTERS, get_chapter
from example_project.showroom.comparison import Comparison
from example_project.showroom.data import is_open
from example_project.showroom.pages import NAIVE, OPTIMISED, PAGES, get_page
from example_project.showroom.rows import SIZES


class Start(TemplateView):
    """What there is to see, and the way to all of it."""

    template_name = "showroom/start.html"
    extra_context: Mapping[str, Any] = {
        "chapters": CHAPTERS,
        "pages": PAGES,
        "is_open": is_open,
    }


class ShowChapter(TemplateView):
    """A chapter of the walkthrough."""

    extra_context: Mapping[str, Any] = {
        "chapters": CHAPTERS,
        "has_toolbar": apps.is_installed("debug_toolbar"),
    }

    def get_template_names(self) -> list[str]:
        """Return the template with the text of the chapter."""
        return [get_chapter(self.kwargs["name"]).template]

    def get_context_data(self, name: str, **kwargs: Any) -> dict[str, Any]:
        """Measure what the chapter shows; raises Http404 when there is none of this name."""
        try:
            chapter = get_chapter(name)
        except KeyError:
            raise Http404(f"There is no chapter {name!r}.") from None
        filled = is_open()
        shown = chapter.show(self.request.GET.dict()) if filled else {}
        return super().get_context_data(chapter=chapter, is_open=filled, **shown, **kwargs)


def usage_page(request: HttpRequest, form: str) -> HttpResponse:
    """Show what a form of the list of categories loads and never reads."""
    if form not in (NAIVE, OPTIMISED):
        raise Http404(f"There is no form {form!r}.")
    return HttpResponse(evidence.usage_page(get_page("category_list").url(form, SIZES[0])))


def routes_page(request: HttpRequest) -> HttpResponse:
    """Show the routes of a visit to all pages, ranked."""
    return HttpResponse(evidence.routes_page())


class CompareAll(TemplateView):
    """All pages in all their forms, at one size."""

    template_name = "showroom/compare_all.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Measure all pages at the size that ``?size=`` names, the smaller one unless given."""
        size = chosen_size(self.request.GET.get("size", str(SIZES[0])))
        rows = [Comparison.of(page, size) for page in PAGES]
        return super().get_context_data(rows=rows, size=size, sizes=SIZES, **kwargs)


class Compare(TemplateView):
    """One page in its forms, side by side, at both sizes."""

    template_name = "showroom/compare.html"

    def get_context_data(self, name: str, **kwargs: Any) -> dict[str, Any]:
        """Measure the page; raises Http404 when there is none of this name."""
        try:
            page = get_page(name)
        except KeyError:
            raise Http404(f"There is no page {name!r}.") from None
        small, large = (Comparison.of(page, size) for size in SIZES)
        sides = [
            {
                "form": form,
                "declaration": page.declaration(form),
                "small": getattr(small, form),
                "large": getattr(large, form),
            }
            for form in page.forms
        ]
        return super().get_context_data(
            page=page,
            pages=PAGES,
            small=small,
            large=large,
            sides=sides,
            **kwargs,
        )


def chosen_size(value: str) -> int:
    """Return the size that the text names; raises Http404 when it is none of SIZES."""
    for size in SIZES:
        if value == str(size):
            return size
    raise Http404(f"size must be one of {SIZES}, not {value!r}.")
