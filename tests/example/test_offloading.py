"""What the shop does after it has answered: letters and the export, through a worker, offline."""

from __future__ import annotations

import io
import signal
import socket
from collections.abc import Iterator
from signal import SIGINT, SIGQUIT, SIGTERM
from unittest import mock

import pytest
import pytest_socket
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from example_project.catalogue.models import Product, ProductRanking
from example_project.catalogue.tasks import rank_products
from example_project.customers.models import Customer
from example_project.orders.models import Order, OrderLine
from example_project.search.stub import SearchStub
from example_project.search.tasks import export_to_search
from perfkit import audit

FORM = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "street": "12 St James's Square",
    "postcode": "SW1Y",
    "city": "London",
    "country": "England",
}


@pytest.fixture(autouse=True)
def _offline() -> Iterator[None]:
    """No test of this module reaches the network: the stand-in and the database are on this machine."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


def work() -> None:
    """Run the worker until nothing is left to do; the signals that it takes are given back.

    It closes connections between tasks, which would end the transaction of the test: Django's test
    client is spared that in the same way.
    """
    before = {number: signal.getsignal(number) for number in (SIGINT, SIGTERM, SIGQUIT)}
    try:
        with mock.patch(f"{db_worker.__name__}.close_old_connections"):
            call_command(db_worker.Command(), batch=True, startup_delay=False, verbosity=0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def waiting() -> list[str]:
    return [task.task_path.rpartition(".")[2] for task in DBTaskResult.objects.ready()]


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_the_network_is_shut() -> None:
    """An address that isn't this machine's is refused before anything is sent."""
    with socket.socket() as client, pytest.raises(pytest_socket.SocketConnectBlockedError):
        client.connect(("192.0.2.1", 80))


def test_an_order_is_answered_before_the_letter_is_sent(shop: None, on_commit) -> None:
    """The answer leaves a task behind; the worker sends the letter."""
    with on_commit(execute=True):
        response = Client().post("/order/7/", FORM)
    order = Order.objects.order_by("pk").last()
    assert (response.status_code, response["Location"]) == (
        302,
        f"/optimised/orders/{order.pk}/",
    )
    assert [line.product_id for line in order.lines.all()] == [7]
    assert waiting() == ["send_welcome_letter"]
    assert mail.outbox == []
    work()
    (letter,) = mail.outbox
    assert letter.to == ["ada@example.com"]
    assert "Dear Ada," in letter.body
    assert waiting() == []


def test_a_customer_is_welcomed_once(shop: None, on_commit) -> None:
    """A second order of the same customer leaves no letter behind."""
    for _ in range(2):
        with on_commit(execute=True):
            assert Client().post("/order/7/", FORM).status_code == 302
    assert waiting() == ["send_welcome_letter"]
    assert Customer.objects.get(email="ada@example.com").orders.count() == 2


def test_the_letter_waits_for_the_commit(shop: None, on_commit, monkeypatch) -> None:
    """Nothing is enqueued while the order could still be rolled back, and nothing if it is."""

    def broken(**kwargs: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(OrderLine.objects, "create", broken)
    with on_commit(execute=True) as callbacks, pytest.raises(RuntimeError, match="broken"):
        with transaction.atomic():
            Client().post("/order/7/", FORM)
    assert callbacks == []
    assert waiting() == []
    assert not Customer.objects.filter(email="ada@example.com").exists()


def test_a_form_with_mistakes_places_nothing(shop: None) -> None:
    """It is shown again, with what is wrong."""
    before = Order.objects.count()
    response = Client().post("/order/7/", {**FORM, "email": "ada"})
    assert response.status_code == 200
    assert "valid email address" in response.content.decode()
    assert Order.objects.count() == before
    assert Client().get("/order/999999/").status_code == 404


def test_the_pages_load_nothing_lazily(shop: None) -> None:
    """The form, and the order that it leads to."""
    with audit(mode="raise"):
        assert Client().get("/order/7/").status_code == 200


def test_the_export_goes_in_batches(shop: None, settings, monkeypatch) -> None:
    """Every product arrives; a batch costs one query and one request, and nothing is loaded lazily."""
    monkeypatch.setattr("example_project.search.tasks.BATCH", 60)
    with SearchStub() as stub, audit(mode="raise") as report:
        settings.SEARCH_URL = stub.url
        assert export_to_search.call() == 200
    assert report.query_count == 4
    assert set(stub.documents) == {str(pk) for pk in range(1, 201)}
    product = Product.objects.get(pk=7)
    document = stub.documents["7"]
    assert (document["title"], document["brand"]) == (product.title, product.brand.name)
    assert document["department"] == product.main_category.parent.parent.name


def test_an_export_that_finds_nobody_fails_visibly(shop: None) -> None:
    """The worker notes the failure; nothing is lost in silence."""
    result = export_to_search.enqueue()
    work()
    result.refresh()
    assert result.status == "FAILED"
    assert result.errors[0].exception_class_path.endswith("SearchUnavailable")


def test_the_ranking_counts_what_was_sold(shop: None, monkeypatch) -> None:
    """It is right, it can be made again, and a batch costs the same whatever was sold."""
    monkeypatch.setattr("example_project.catalogue.tasks.BATCH", 60)
    for _ in range(2):
        with audit(mode="raise"):
            assert rank_products.call() == 200
    sold: dict[int, int] = {}
    for line in OrderLine.objects.all():
        sold[line.product_id] = sold.get(line.product_id, 0) + line.quantity
    ranked = dict(ProductRanking.objects.values_list("product", "sold"))
    assert ranked == {pk: sold.get(pk, 0) for pk in range(1, 201)}
    assert max(ranked.values()) > 0


def test_the_night_is_handed_to_the_worker(shop: None) -> None:
    """The command of cron returns at once."""
    out = io.StringIO()
    call_command("nightly", stdout=out)
    assert sorted(waiting()) == ["export_to_search", "rank_products"]
    assert "Enqueued example_project.search.tasks.export_to_search." in out.getvalue()
