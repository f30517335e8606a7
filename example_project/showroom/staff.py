"""Who may enter the admin of the example shop: a user whose password everybody can read here."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError

NAME = PASSWORD = "admin"


def let_in() -> str:
    """Make the user, or give it its password again; return what to announce.

    Raises CommandError unless DEBUG is on, since a password that is known is for a machine of one's own.
    """
    if not settings.DEBUG:
        raise CommandError(
            f"The user {NAME!r} has a password that everybody knows; it is made with DEBUG=1 alone."
        )
    user, _ = get_user_model().objects.get_or_create(
        username=NAME, defaults={"is_staff": True, "is_superuser": True}
    )
    if not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save()
    return f"The admin is at http://127.0.0.1:8000/admin/, for the user {NAME} with the password {PASSWORD}."
