"""Folding SQL: statements of one shape, and of different ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.testing.statements import fold, is_control, shown, table_of

names = st.from_regex(r"[a-z]{2}_[a-z]{1,4}", fullmatch=True)
quotes = st.sampled_from(["{}", '"{}"', "`{}`"])
#: Characters that end a literal or begin one, a list, a comment or a parameter where they may not.
texts = st.text("ab%?'\"`()-/*;, \n", max_size=12).map(lambda t: "'" + t.replace("'", "''") + "'")
literals = st.one_of(
    texts,
    st.integers(-(10**9), 10**9).map(str),
    st.floats(0, 1e6, allow_nan=False).map("{:.3f}".format),
    st.sampled_from(["%s", "?", ":name", "$1", "%(name)s"]),
)
spaces = st.sampled_from([" ", "  ", "\n", " /* why */ ", " -- why\n"])


@st.composite
def statements(draw, table="aa_t", column="bb_c"):
    """A SELECT of one shape, in any of the ways to write it."""

    def name(text):
        return draw(quotes).format(text)

    words = [
        *("SELECT", f"{name(table)}.{name(column)}", "FROM", name(table), "WHERE"),
        *(name(column), "=", draw(literals), "AND", name(column), "IN"),
        f"({', '.join(draw(st.lists(literals, min_size=1, max_size=4)))})",
        *("LIMIT", str(draw(st.integers(0, 10**6)))),
    ]
    return draw(spaces).join(words)


@given(statements(), statements())
def test_statements_of_one_shape_fold_to_one_line(one: str, other: str) -> None:
    """Literals, parameters, lengths of IN lists, comments, quotes and line breaks don't tell statements apart."""
    assert fold(one) == fold(other)
    assert "\n" not in fold(one)


@given(names, names, names, names)
def test_statements_of_different_shapes_stay_apart(table, other_table, column, other_column):
    """Another table or another column is another statement."""
    one = fold(f'SELECT "{column}" FROM "{table}" WHERE "{column}" = 1')
    other = fold(f'SELECT "{other_column}" FROM "{other_table}" WHERE "{other_column}" = 2')
    assert (one == other) == ((table, column) == (other_table, other_column))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t", "SELECT a, a FROM t"),
        ("SELECT COALESCE(%s, %s) FROM t", "SELECT COALESCE(%s) FROM t"),
        ("SELECT a FROM t WHERE a = %s", "SELECT a FROM t WHERE a > %s"),
        ("SELECT a FROM t WHERE a IS NULL", "SELECT a FROM t WHERE a = 1"),
        ("SELECT a FROM t WHERE a IN (%s)", "SELECT a FROM t WHERE NOT a IN (%s)"),
        ("INSERT INTO t (a) VALUES (%s)", "INSERT INTO t (b) VALUES (%s)"),
        ("SELECT a FROM t WHERE (a = 1) OR (b = 2)", "SELECT a FROM t WHERE (a = 1) OR (c = 2)"),
    ],
)
def test_what_is_different_is_not_folded(one: str, other: str) -> None:
    """Only what grows with the rows of one statement is folded, and nothing else."""
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("INSERT INTO t (a, b) VALUES (%s, %s)", "INSERT INTO t (a, b) VALUES (%s, %s), (%s, %s)"),
        (
            "SELECT a FROM t WHERE (a, b) IN ((1, 2))",
            "SELECT a FROM t WHERE (a, b) IN ((1, 2), (3, 4))",
        ),
        (
            "SELECT a FROM t WHERE (a = 1 AND b = 2)",
            "SELECT a FROM t WHERE (a = 1 AND b = 2) OR (a = 3 AND b = 4)",
        ),
        (
            "UPDATE t SET a = CASE WHEN (id = %s) THEN %s ELSE NULL END",
            "UPDATE t SET a = CASE WHEN (id = %s) THEN %s WHEN (id = %s) THEN %s ELSE NULL END",
        ),
    ],
)
def test_one_statement_for_many_rows_is_that_for_one(one: str, many: str) -> None:
    """bulk_create(), bulk_update() and keys of several columns write longer statements for more rows."""
    assert fold(one) == fold(many)


@pytest.mark.parametrize(
    ("sql", "control"),
    [
        ('SAVEPOINT "s1"', True),
        ("RELEASE SAVEPOINT s1", True),
        ("ROLLBACK TO SAVEPOINT s1", True),
        ("BEGIN", True),
        ("START TRANSACTION", True),
        ("SET CONSTRAINTS ALL IMMEDIATE", True),
        ("PRAGMA foreign_keys = ON", True),
        ("SELECT 'SAVEPOINT'", False),
        ("/* BEGIN */ SELECT 1", False),
        ("(SELECT 1) UNION (SELECT 2)", False),
        ("WITH x AS (SELECT 1) SELECT * FROM x", False),
        ("INSERT INTO t (a) VALUES (1)", False),
    ],
)
def test_control_is_told_from_data(sql: str, control: bool) -> None:
    """What controls a transaction or sets up a connection is no query."""
    assert is_control(sql) is control


def test_a_statement_is_shown_without_its_columns() -> None:
    """Many columns become an ellipsis, up to the FROM of the statement itself; what is long is cut."""
    columns = ", ".join(f'"t"."column_{n}"' for n in range(19))
    subquery = "(SELECT COUNT(*) FROM other U0)"
    line = shown(fold(f'SELECT {columns}, {subquery} AS "c" FROM "t" WHERE "t"."id" = 3'))
    assert line == "SELECT … FROM t WHERE t.id = ?"
    assert shown("SELECT a FROM t") == "SELECT a FROM t"
    assert len(shown(fold(f"UPDATE t SET {columns}"))) == 160


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ('SELECT (SELECT 1 FROM "other") FROM "app_t" INNER JOIN "u" ON 1', "app_t"),
        ("INSERT INTO `app_t` (`a`) VALUES (1) RETURNING id", "app_t"),
        ("INSERT OR IGNORE INTO app_t (a) VALUES (1)", "app_t"),
        ("INSERT INTO app_t (a) SELECT * FROM UNNEST((%s)::integer[]) RETURNING id", "app_t"),
        ("REPLACE INTO app_t (a) VALUES (1)", "app_t"),
        ("UPDATE app_t SET a = 1", "app_t"),
        ("DELETE FROM app_t WHERE 1", "app_t"),
        ("SELECT 1", ""),
    ],
)
def test_the_table_is_the_first_that_is_used(sql: str, table: str) -> None:
    """The table of a statement is the one that it reads or writes first, in no subquery."""
    assert table_of(fold(sql)) == table
