"""Fill the shop and compare the forms of its pages."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from tqdm import tqdm

from example_project.showroom.comparison import Comparison
from example_project.showroom.data import FEWEST, MOST, count_rows, fill, is_filled
from example_project.showroom.evidence import checklist_options
from example_project.showroom.pages import PAGES
from example_project.showroom.rows import SIZES
from example_project.showroom.staff import let_in
from example_project.showroom.table import format_table

SMALL, LARGE = SIZES

DESCRIPTION = f"""\
Fill the example shop, call every page in its naive, its optimised and its derived form, and
print what each costs.

Every page is called through the whole request cycle by Django's test client, with {SMALL} and with
{LARGE} rows: lists show so many, and a product, a customer and an order have so many reviews or
lines. One call counts, further calls take the time without counting; the median is shown.

Queries are counted by connection.execute_wrapper(). The rows that the pages fetch are counted
at the cursor of the database driver, before Django sees them: a column counts once per row, and
kilobytes are the length of all these values written as text.

The database is a file of SQLite, or what DATABASE_URL names (a database for this shop alone:
the data of its tables is replaced). A second run with as many products reuses the data.
"""


class Command(BaseCommand):
    """``manage.py demo``."""

    help = DESCRIPTION

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        """Keep the paragraphs of the help text."""
        parser = super().create_parser(*args, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the size of the shop, and how often to take the time."""
        parser.add_argument(
            "--products",
            type=int,
            default=2_000,
            help=f"how many products the shop has, {FEWEST} to {MOST:,} (default: %(default)s)",
        )
        parser.add_argument(
            "--rounds",
            type=int,
            default=3,
            help="how many calls of each page are timed (default: %(default)s)",
        )

    def handle(self, *, products: int, rounds: int, verbosity: int, **options: Any) -> None:
        """Do it all."""
        if not FEWEST <= products <= MOST:
            raise CommandError(f"--products must be from {FEWEST} to {MOST:,}, not {products:,}.")
        if rounds < 1:
            raise CommandError(f"--rounds must be at least 1, not {rounds}.")
        self.show_progress = verbosity > 0
        self.stdout.write(f"Database: {connection.vendor}, {connection.settings_dict['NAME']}")
        call_command("migrate", verbosity=0)
        if is_filled(products):
            self.stdout.write(f"The shop has its {products:,} products from an earlier run.")
        else:
            self.fill(products)
        self.report(self.compare(rounds))
        self.answer_checklist()
        self.stdout.write("\nTo open the shop in a browser:\n")
        self.stdout.write("    python manage.py runserver     (or: make serve)")
        self.stdout.write("    http://127.0.0.1:8000/")
        if settings.DEBUG:
            self.stdout.write(let_in())

    def bar(self, **options: Any) -> tqdm[Any]:
        """Return a progress bar; where nobody watches, it is drawn rarely."""
        seconds = 0.1 if sys.stderr.isatty() else 10
        return tqdm(disable=not self.show_progress, mininterval=seconds, leave=False, **options)

    def fill(self, products: int) -> None:
        """Fill the shop."""
        rows = count_rows(products)
        with self.bar(desc="Filling the shop", total=rows, unit=" rows", unit_scale=True) as bar:
            fill(products, bar.update)
        self.stdout.write(f"Filled the shop with {products:,} products, {rows:,} rows.")

    def compare(self, rounds: int) -> list[tuple[Comparison, Comparison]]:
        """Measure all pages at both sizes.

        Raises CommandError when the forms of a page answer differently.
        """
        pairs = []
        with self.bar(desc="Calling the pages", total=len(PAGES), unit=" pages") as bar:
            for page in PAGES:
                # The first call of a page compiles its template; it counts, but is not timed.
                pair = Comparison.of(page, SMALL, rounds=1), Comparison.of(page, LARGE, rounds)
                pairs.append(pair)
                bar.update()
                if not all(comparison.is_equal for comparison in pair):
                    raise CommandError(f"The forms of {page.title!r} answer differently.")
        return pairs

    def report(self, pairs: list[tuple[Comparison, Comparison]]) -> None:
        """Print the table, what it says, and how to open the shop."""
        constant = sum(
            small.optimised.tally.queries == large.optimised.tally.queries for small, large in pairs
        )
        self.stdout.write(f"\n{format_table(pairs)}\n\n")
        self.stdout.write(
            f"All but the queries are those with {LARGE} rows. All forms of each page run "
            "the same view\nand template, and answer the same bytes. "
            f"{constant} of {len(pairs)} optimised pages send as many queries\n"
            f"with {LARGE} rows as with {SMALL}.\n"
        )
        self.report_findings([large for _, large in pairs])

    def answer_checklist(self) -> None:
        """Answer the shop's own checklist, from its source, its tests and a visit to its pages."""
        with checklist_options() as options:
            self.stdout.write("The shop's own checklist, after a visit to all optimised pages:\n\n")
            call_command("perfkit", "checklist", stdout=self.stdout, **options)

    def report_findings(self, comparisons: list[Comparison]) -> None:
        """Print what the auditor says of the naive forms: how much, and the worst of it in full."""
        found = [(one.page, finding) for one in comparisons for finding in one.naive.findings]
        optimised = sum(len(one.optimised.findings) for one in comparisons)
        self.stdout.write(
            f"The auditor reports {len(found)} places that load lazily in the naive forms, "
            f"{optimised} in the optimised ones."
        )
        if found:
            page, worst = max(found, key=lambda pair: pair[1].count)
            self.stdout.write(f"The one that loads most, on {page.title!r}:\n\n{worst}\n\n")
