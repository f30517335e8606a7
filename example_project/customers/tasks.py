"""What is done for customers after they have their answer."""

from __future__ import annotations

from django.core.mail import send_mail

from example_project.customers.models import Customer
from example_project.tasks import task
from perfkit import audit


@task()
@audit()
def send_welcome_letter(customer_pk: int) -> str:
    """Write to a new customer; return the address."""
    customer = Customer.objects.optimize_for("letter").get(pk=customer_pk)
    send_mail(
        subject="Welcome to Preset & Daughters",
        message=f"Dear {customer.first_name},\n\nthank you for your first order.\n",
        from_email="shop@example.com",
        recipient_list=[customer.email],
    )
    return customer.email
