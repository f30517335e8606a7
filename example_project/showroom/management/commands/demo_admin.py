"""Make the user of the shop's admin."""

from typing import Any

from django.core.management import BaseCommand, call_command

from example_project.showroom.staff import let_in


class Command(BaseCommand):
    """``manage.py demo_admin``."""

    help = "Make a user for the admin of the example shop, and say its password. It needs DEBUG=1."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        """Make the tables where they are missing, and the user."""
        call_command("migrate", verbosity=0)
        self.stdout.write(let_in())
