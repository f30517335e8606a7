"""Settings for the plug-in of django-stubs, which loads the models that it checks."""

SECRET_KEY = "types"
INSTALLED_APPS = ["django.contrib.contenttypes", "perfkit", "tests.typing.shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
