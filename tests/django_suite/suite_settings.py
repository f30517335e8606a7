"""Settings of Django's suite, as its own ``test_sqlite``, on the database that the caller names."""

import json
import os

DATABASES = json.loads(os.environ["PERFKIT_SUITE_DATABASES"])
SECRET_KEY = "django_tests_secret_key"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False

if DATABASES["default"]["ENGINE"].endswith("mysql"):
    # The driver that needs no compiler; to Django it is mysqlclient.
    import pymysql

    pymysql.install_as_MySQLdb()
