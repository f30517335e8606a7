"""How much faster a page is whose lazy loads are batched by the fetch mode "peers", on the database of DATABASE_URL.

The time is that of a clock, since a database server's own and the way to it count; the two take turns.
"""

import statistics
import time

from django.db import connection
from django.test import Client, override_settings

from tests.benchmarks._auditor_pages import fill_rows

PAGES = {"one by one": "/dirty/", "peers": "/dirty-peers/"}
TURNS = 15


def main():
    """Print the median times and their ratio, without the auditor and with it; there is no bound."""
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        fill_rows()
        print(f"{connection.display_name}, milliseconds\n")
        print("| | one by one | peers | times faster |\n|---|---:|---:|---:|")
        report("plain Django", [])
        report("perfkit", ["perfkit.middleware.AuditMiddleware"])
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return True


def report(label, middleware):
    """Print what the pages take with a middleware."""
    audit = {"AUDIT": "collect" if middleware else "off"}
    urls = "tests.benchmarks._auditor_urls"
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=middleware, PERFKIT=audit):
        client = Client()
        times = {page: [] for page in PAGES}
        for turn in range(TURNS + 2):
            for page, url in PAGES.items():
                start = time.perf_counter()
                assert client.get(url).status_code == 200
                if turn > 1:
                    times[page].append((time.perf_counter() - start) * 1000)
    one, peers = (statistics.median(times[page]) for page in PAGES)
    ratios = map(float.__truediv__, times["one by one"], times["peers"])
    print(f"| {label} | {one:.0f} | {peers:.0f} | {statistics.median(ratios):.1f} |")
