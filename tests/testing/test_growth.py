"""QueryGrowth: the same in steps of one's own."""

from collections.abc import Callable

import pytest

from perfkit.testing import QueryGrowth
from tests.auditor.app.models import Book


def test_steps_of_ones_own_find_the_same(grow: Callable) -> None:
    """Calls on different lines of the test are compared all the same."""
    growth = QueryGrowth()
    with growth.calling() as call:
        call.result = [book.label for book in Book.objects.all()]
    with growth.growing():
        grow()
    with growth.calling() as call:
        call.result = [book.label for book in Book.objects.all()]
    with pytest.raises(AssertionError, match=r"2 before grow\(\), 6 after") as caught:
        growth.assert_constant()
    message = str(caught.value)
    assert "FROM audited_person" in message
    assert ": SELECT … FROM audited_book" not in message
    assert "1 per row of audited_book" in message


def test_one_call_may_be_another_than_the_other(grow: Callable) -> None:
    """A call of another shape, with a different page, can be compared."""
    growth = QueryGrowth()
    with growth.calling() as call:
        call.result = list(Book.objects.all()[:1])
    with growth.growing():
        grow()
    with growth.calling() as call:
        call.result = list(Book.objects.order_by("title")[:5])
    growth.assert_constant(max_queries=1)


@pytest.mark.parametrize("steps", [[], ["calling"], ["calling", "calling"], ["growing", "calling"]])
def test_steps_that_make_no_growth_are_an_error(grow: Callable, steps: list[str]) -> None:
    """It takes a call, growth, and a call."""
    growth = QueryGrowth()
    for step in steps:
        with getattr(growth, step)():
            pass
    with pytest.raises(RuntimeError, match="grow the data, and measure the call again"):
        growth.assert_constant()


def test_an_error_in_a_step_is_the_calls_own(grow: Callable) -> None:
    """What a call raises is raised, and the call isn't counted."""
    growth = QueryGrowth()
    with pytest.raises(ZeroDivisionError), growth.calling():
        1 / 0
    assert growth.calls == []
