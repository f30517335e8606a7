"""The template tags of the shop."""

import pytest

from example_project.showroom.templatetags import shop


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('SELECT "a"."id", "a"."b" FROM "a" WHERE "a"."id" = 1', "2 columns of a WHERE a.id = 1"),
        ("SELECT `id` FROM `a`", "1 column of a"),
        ("SELECT (SELECT 1, 2 FROM c), COALESCE(x, 0) FROM a", "2 columns of a"),
        ("UPDATE a SET b = 1", "UPDATE a SET b = 1"),
    ],
)
def test_a_statement_is_told_by_its_tables(sql: str, expected: str) -> None:
    """Columns are counted outside of parentheses, and their names left out."""
    assert shop.statement(sql) == expected


def test_code_is_marked_and_the_rest_escaped() -> None:
    """Backticks become code elements, and nothing else becomes HTML."""
    assert shop.code("`a<b` & c") == "<code>a&lt;b</code> &amp; c"


def test_numbers_are_written_for_people() -> None:
    """Thousands are grouped, and small shares of a bar stay visible."""
    assert shop.thousands(12345) == "12,345"
    assert shop.milliseconds(0.01234) == "12.3 ms"
    assert shop.kilobytes(2048) == "2.0 KB"
    assert shop.times(12.34) == "12.3 ×"
    assert [shop.percent_of(part, 200) for part in (0, 50, 200)] == ["0.5%", "25.0%", "100.0%"]
    assert shop.percent_of(0, 0) == "0.5%"
