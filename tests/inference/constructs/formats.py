# ruff: noqa
"""The languages of formatting, and everything that turns a row into text."""

import string
from string import Template

from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tests.inference.constructs import either, followed, given_up


@followed
def f_string(self):
    return f"{self.title}: {self.price:>{self.tax}}"


@followed
def f_string_of_row(self):
    return f"{self.brand}"


@followed
def f_string_repr(self):
    return f"{self.brand!r}"


@followed
def f_string_str(self):
    return f"{self.brand!s:>10}"


@followed
def f_string_debug(self):
    return f"{self.brand=}"


@followed
class f_string_format:
    class Brand:
        def __format__(self, spec):
            return self.slogan

    def member(self):
        return f"{self.brand:x}"


@followed
class f_string_of_list:
    class Brand:
        def __repr__(self):
            return self.slogan

    def member(self):
        return f"{[self.brand]}"


@followed
def f_string_of_bound_method(self):
    return f"{self.brand.describe}"


@followed
def percent(self):
    return "%s costs %d" % (self.title, self.price)


@followed
def percent_row(self):
    return "%s" % self.brand


@followed
def percent_tuple_of_rows(self):
    return "%s %r" % (self.brand, self.brand)


@followed
def percent_mapping(self):
    return "%(b)s %(t)s" % {"b": self.brand, "t": self.title}


@given_up
class percent_row_as_mapping:
    def __getitem__(self, key):
        return getattr(self, key)

    def member(self):
        return "%(title)s" % self


@followed
def percent_dict_of_row(self):
    return "%s" % [self.brand]


@given_up
class percent_number:
    class Brand:
        def __int__(self):
            return len(self.slogan)

        __index__ = __int__

    def member(self):
        return "%d" % self.brand


@followed
def format_attribute(self):
    return "{self.title}".format(self=self)


@followed
def format_attribute_of_relation(self):
    return "{0.brand.slogan}".format(self)


@followed
def format_item(self):
    return "{rows[0].title}".format(rows=[self])


@followed
def format_key(self):
    return "{rows[a].title}".format(rows={"a": self})


@followed
def format_row(self):
    return "{} {!r} {:>3}".format(self.brand, self.brand, self.price)


@followed
def format_automatic(self):
    return "{.title} {.price}".format(self, self)


@given_up
def format_unknown(self):
    template = self.title + "{0.price}"
    return template.format(self)


@followed
def format_map(self):
    return "{row.title}".format_map({"row": self})


@given_up
def format_map_of_vars(self):
    return "{brand_id}".format_map(vars(self))


@followed
def format_nested_specification(self):
    return "{0:{1.tax}}".format(self.price, self)


@followed
class format_builtin:
    class Brand:
        def __format__(self, spec):
            return self.slogan + spec

    def member(self):
        return format(self.brand, "x")


@followed
def join_texts(self):
    return ", ".join([self.title, self.status])


@followed
def join_generator(self):
    return ", ".join(str(tag) for tag in self.tags.all())


@followed
def join_map(self):
    return ", ".join(map(str, self.tags.all()))


@followed
def join_with_column(self):
    return self.title.join(tag.name for tag in self.tags.all())


@followed
def str_of_row(self):
    return str(self.brand)


@followed
def repr_of_row(self):
    return repr(self.brand)


@followed
def ascii_of_row(self):
    return ascii(self.brand)


@followed
def str_of_list(self):
    return str([self.brand])


@followed
def str_of_dict(self):
    return str({"a": self.brand})


@followed
def str_of_dict_key(self):
    return str({self.brand: 1})


@followed
def str_of_tuple(self):
    return str((self.brand, 1))


@followed
def str_of_default(self):
    return str(self)


@followed
class str_through_repr:
    class Line:
        __str__ = object.__str__

        def __repr__(self):
            return self.remark

    def member(self):
        return [str(line) for line in self.lines.all()]


@followed
def choices_display(self):
    return self.get_status_display()


@followed
def html(self):
    return format_html("<b>{}</b> {}", self.brand, self.title)


@followed
def html_join(self):
    return format_html_join(", ", "<b>{}</b>", ((tag,) for tag in self.tags.all()))


@followed
def html_escape(self):
    return escape(self.brand)


@followed
def html_conditional(self):
    return conditional_escape(self.brand)


@followed
class html_method:
    class Brand:
        def __html__(self):
            return self.slogan

    def member(self):
        return conditional_escape(self.brand)


@followed
def safe(self):
    return mark_safe(f"<b>{self.title}</b>")


@followed
def slug(self):
    return slugify(self.title)


@followed
def slug_of_row(self):
    return slugify(self.brand)


@followed
def translated(self):
    return _("%(brand)s") % {"brand": self.brand}


@followed
def translated_plural(self):
    return ngettext("one %s", "many %s", self.price) % self.brand


@followed
def translated_lazily(self):
    return gettext_lazy("%s") % self.title


@given_up
def translated_format_of_row(self):
    return _("{0.title}").format(self)


@given_up
def template_substitution(self):
    return Template("$title").substitute(vars(self))


@given_up
def formatter_object(self):
    return string.Formatter().format("{0.title}", self)


@followed
def string_methods(self):
    return self.title.upper().strip().replace("a", self.status).split(",")[0]


@followed
def string_slices(self):
    return self.title[:3] + self.title[0]


@followed
def print_row(self):
    import io

    print(self.title, file=io.StringIO())
    return 1


@followed
def encoded(self):
    return self.title.encode()


@followed
def string_concatenation_of_str(self):
    return "a" + str(self.brand) + "b"


@followed
def implicit_str_in_log_message(self):
    import logging

    logging.getLogger("x").debug("a %s", self.title)
    return self.price


@followed
def name_of_format(self):
    return getattr(self, "{}_{}".format("brand", "id")) or getattr(self, "{a}itle".format(a="t"))


@followed
def name_of_format_in_braces(self):
    return {"{title}": self.title}["{{{}}}".format("title")]


@followed
def branch_by_prefix_from_a_place(self):
    if "xtitle".startswith("title", 1):
        return self.title
    return self.price


@given_up
def name_of_format_with_width(self):
    return getattr(self, "{:5}".format("title"))


@given_up
def name_of_format_with_attribute(self):
    return getattr(self, "{0.__class__.__name__}".format("title"), None)


@followed
def name_of_format_of_column(self):
    return getattr(self, "{}{}".format("ti", self.status), None)


@given_up
def name_of_format_of_many(self):
    name = "a"
    for one in ("b", "c", "d", "e", "f", "g"):
        for other in ("b", "c", "d", "e", "f", "g"):
            name = "{}{}{}".format(one, other, one)
    return getattr(self, name, None)


@given_up
def name_of_format_that_fails(self):
    return getattr(self, "{}{}".format("title"), None)


@followed
def name_of_format_of_several(self):
    return [getattr(self, "{}{}".format(one, "e")) for one in ("titl", "pric")]


@followed
def name_of_percent(self):
    return getattr(self, "%s_%s" % ("brand", "id")) or getattr(self, "%s" % "title")


@followed
def name_of_percent_of_several(self):
    return [getattr(self, "%s%%s" % one % ("e",)) for one in ("titl", "pric")]


@given_up
def name_of_percent_of_another_kind(self):
    return getattr(self, "%.5s" % "titlexx")


@followed
def name_of_percent_of_column(self):
    return getattr(self, "%s%s" % ("ti", self.status), None)


@followed
def name_of_f_string_of_several(self):
    return [getattr(self, f"{one}e") for one in ("titl", "pric")]


@followed
def name_of_join(self):
    return getattr(self, "_".join(("brand", "id"))) or self.title


@given_up
def name_of_join_of_column(self):
    return getattr(self, "_".join(("brand", self.status)), None)


@followed
def name_of_text_methods(self):
    return getattr(self, " xTITLE".strip().removeprefix("x").lower().replace("title", "price"))


@given_up
def name_of_long_text(self):
    return getattr(self, ("x" * 3).replace("x", "y"), None) or getattr(
        self, "x".replace("x", "y" * 200), None
    )


@followed
def branch_by_prefix(self):
    name = "_title"
    if name.startswith("_"):
        return self.title
    return eval("self.price")


@followed
def branch_by_suffix(self):
    name = "title"
    if name.endswith(("x")):
        return eval("self.price")
    return self.title


@followed
def branch_by_prefix_of_column(self):
    if self.status.startswith("a"):
        return self.title
    return self.price


@followed
def branch_by_prefix_of_several(self):
    for name in ("_title", "price"):
        if name.startswith("_"):
            yield self.title
        else:
            yield self.price


@given_up
def branch_by_several_prefixes(self):
    if "title".startswith(("x", "t")):
        return eval("self.price")
    return self.title
