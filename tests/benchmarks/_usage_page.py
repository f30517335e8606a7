"""The clean page of the auditor's benchmark, plain and recorded in turns: python -m tests.benchmarks._usage_page.

In turns, since what the interpreter has learnt of its own code differs between processes, by more
than a recording costs.
"""

import gc

from tests.benchmarks import _auditor_pages
from tests.benchmarks._instructions import Counter

TURNS = 5


def main():
    """Ask for the page in turns: warm, then counted."""
    _auditor_pages.configure("usage")
    _auditor_pages.fill()
    from django.test import Client, override_settings

    from perfkit.usage import process

    # Evidence is written every ten seconds, which here are a request or two: not counted.
    process.INTERVAL = float("inf")
    client, counter = Client(), Counter()
    recording = process.collector()
    for _ in range(TURNS):
        for records in (False, True):
            (recording.start if records else recording.stop)()
            with override_settings(MIDDLEWARE=_auditor_pages.MIDDLEWARE["usage"] * records):
                client.handler._middleware_chain = None
                for _ in range(3):
                    assert client.get("/clean/").status_code == 200
                gc.collect()
                gc.disable()
                with counter:
                    client.get("/clean/")
                gc.enable()


if __name__ == "__main__":
    main()
