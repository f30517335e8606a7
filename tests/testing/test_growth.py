"""QueryGrowth: the same in steps of one's own."""

import warnings
from collections.abc import Callable

import pytest

from perfkit import audit
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


@audit(mode="warn")
def labels() -> list[str]:
    """A list as long as there are books, whose authors load lazily; as many queries for each."""
    return [book.label for book in Book.objects.all()]


@audit(mode="warn")
def page() -> list[str]:
    """A page of two books, whose authors load lazily."""
    return [book.label for book in Book.objects.all()[:2]]


def measured(call: Callable, grow: Callable, **options: bool) -> QueryGrowth:
    """Warm up, call, grow and call."""
    growth = QueryGrowth(**options)
    with growth.warming_up() as made:
        made.result = call()
    with growth.calling() as made:
        made.result = call()
    with growth.growing():
        grow()
    with growth.calling() as made:
        made.result = call()
    return growth


def test_what_a_failure_tells_is_not_warned_of(grow: Callable) -> None:
    """The lazy loads that grow are in the failure, so the calls don't warn of them three times before."""
    with warnings.catch_warnings(record=True) as caught:
        growth = measured(labels, grow)
        with pytest.raises(AssertionError, match=r"lazy load +Book\.author"):
            growth.assert_constant()
    assert caught == []


def test_what_an_assertion_does_not_tell_is_warned_of_once(grow: Callable) -> None:
    """Lazy loads that don't grow are warned of once, not with each call; and others outside as ever."""
    grow()
    growth = measured(page, grow, fixed_size=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(AssertionError, match="lazily"):
            growth.assert_constant()
        assert len(caught) == 1
        page()
    assert len(caught) == 2
