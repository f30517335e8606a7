"""The shop as gunicorn (``wsgi``) and uvicorn (``asgi``) serve it, with a fault if one is asked for."""

import os

from tests.load.faults import FAULTS

if fault := os.environ.get("LOAD_FAULT"):
    FAULTS[fault]()

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

wsgi = get_wsgi_application()
asgi = get_asgi_application()
