"""Pages whose rows are read lazily in marked code, in tasks, in threads and in streams; and the state."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.template import Context, Engine, Origin, Template

from example_project.catalogue.models import Product
from tests.load.marking import HEADER

ROWS = 8


def marked_code(request: HttpRequest) -> HttpResponse:
    """Read rows in a file that is named after the request, so that each finding names its request."""
    names = {"products": Product.objects.all()[:ROWS]}
    source = "text = ', '.join(product.brand.name for product in products)"
    exec(compile(source, f"/marked/{request.headers[HEADER]}.py", "exec"), names)
    return HttpResponse(names["text"])


def marked_template(request: HttpRequest) -> HttpResponse:
    """Read rows in a template that is named after the request."""
    template = Template(
        "{% for product in products %}{{ product.brand.name }}, {% endfor %}",
        origin=Origin(name=f"/marked/{request.headers[HEADER]}.html"),
        engine=Engine.get_default(),
    )
    return HttpResponse(template.render(Context({"products": Product.objects.all()[:ROWS]})))


def in_threads(request: HttpRequest) -> HttpResponse:
    """Read rows in threads that know of no request."""
    with ThreadPoolExecutor(2) as threads:
        return HttpResponse(", ".join(threads.map(_brand_in_thread, Product.objects.all()[:ROWS])))


def _brand_in_thread(product: Product) -> str:
    try:
        return product.brand.name
    finally:
        connection.close()


async def in_tasks(request: HttpRequest) -> HttpResponse:
    """Read rows in tasks that take turns with those of other requests."""
    products = [product async for product in Product.objects.all()[:ROWS]]
    return HttpResponse(", ".join(await asyncio.gather(*map(_brand_in_task, products))))


async def _brand_in_task(product: Product) -> str:
    await asyncio.sleep(0)
    return await sync_to_async(lambda: product.brand.name)()


def in_stream(request: HttpRequest) -> StreamingHttpResponse:
    """Read rows while the response is sent."""
    stream = _abrands() if isinstance(request, ASGIRequest) else _brands()
    return StreamingHttpResponse(stream)


def _brands() -> Iterator[str]:
    for product in Product.objects.all()[:ROWS]:
        yield product.brand.name


async def _abrands() -> AsyncIterator[str]:
    async for product in Product.objects.all()[:ROWS]:
        yield await _brand_in_task(product)


HARD = (marked_code, marked_template, in_threads, in_tasks, in_stream)


def state(request: HttpRequest) -> JsonResponse:
    """Tell the memory and the processor time of this process, and which objects of perfkit live in it."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    kinds = Counter(map(type, gc.get_objects()))
    alive = {
        f"{kind.__module__}.{kind.__qualname__}": count
        for kind, count in kinds.items()
        if str(kind.__module__).startswith("perfkit.")
    }
    return JsonResponse(
        {
            "pid": os.getpid(),
            "kilobytes": int(resident.split()[1]),
            "seconds": time.process_time(),
            "blocks": sys.getallocatedblocks(),
            "objects": alive,
        }
    )
