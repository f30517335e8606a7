"""The command that ranks the routes of a log: figures, and logs of every kind."""

import gzip
import io
import json
import random

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from perfkit.routes.entry import RouteEntry
from perfkit.routes.reading import MAX_LINE, Skipped, entries, entry_of


def entry(**values):
    defaults = {
        "route": "a/",
        "method": "GET",
        "status": 200,
        "duration": 0.5,
        "database": 0.1,
        "queries": 2,
        "lazy_loads": None,
    }
    return RouteEntry(**{**defaults, **values})


def ranked(*files):
    out = io.StringIO()
    call_command("perfkit", "routes", *map(str, files), "--json", stdout=out)
    return json.loads(out.getvalue())


def test_figures_are_those_of_the_log(tmp_path):
    """Time spent, shares and queries are exact; quantiles are within one percent of the exact ones."""
    draw = random.Random(7)
    slow = [draw.lognormvariate(-2, 1) for _ in range(3000)]
    lines = [entry(route="slow/", duration=d, lazy_loads=3).to_json() for d in slow]
    lines += [entry(duration=0.001, presets=("Q.list",)).to_json() for _ in range(5000)]
    log = tmp_path / "log.gz"
    log.write_bytes(gzip.compress("\n".join(lines).encode()))
    first, second = ranked(log)["routes"]
    assert (first["route"], first["requests"], first["lazy_loads"]) == ("slow/", 3000, 3)
    assert first["time_spent"] == pytest.approx(sum(slow), abs=0.01)
    assert first["share"] + second["share"] == pytest.approx(1)
    assert (second["lazy_loads"], second["presets"]) == (None, ["Q.list"])
    exact = sorted(round(d, 6) for d in slow)
    for key, quantile in (("median", 0.5), ("p95", 0.95), ("p99", 0.99)):
        assert first[key] == pytest.approx(exact[int(quantile * 2999)], rel=0.0101)


def test_lines_that_are_no_entries_are_counted(tmp_path):
    """Other, broken, truncated, binary and gigantic lines are told, and the rest is read."""
    good = entry().to_json()
    broken = [good[:40], good.replace("0.5", "NaN"), good.replace("0.5", "-1")]
    log = tmp_path / "log"
    parts = [good, "GET /x 200", *broken, good + " " * MAX_LINE, good]
    log.write_bytes("\n".join(parts).encode() + b"\n\x00\xff\xfe\n")
    found = ranked(log)
    assert found["requests"] == 2
    assert found["skipped"] == {"others": 2, "broken": 3, "too_long": 1}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda line: f"Nov 25 12:00:00 host app[7]: {line}",
        lambda line: json.dumps({"level": "INFO", "message": line}),
        lambda line: json.dumps({"log": json.dumps({"msg": line}) + "\n"}),
    ],
)
def test_prefixes_and_json_of_other_loggers(wrap):
    """An entry is found behind a prefix, and as text inside the JSON of another formatter."""
    assert entry_of(wrap(entry().to_json())) == entry()


@given(st.binary(max_size=300), st.integers(0, 200))
def test_any_bytes_are_read(noise, cut):
    """Whatever stands between two lines, those are read, and nothing raises."""
    line = entry().to_json().encode()
    log = line + b"\n" + noise + line[cut:] + b"\n" + line
    skipped = Skipped()
    assert list(entries(io.BytesIO(log), skipped)).count(entry()) >= 2


def test_a_file_that_is_not_there(tmp_path):
    """The error names the file."""
    with pytest.raises(CommandError, match="nothing.log"):
        call_command("perfkit", "routes", str(tmp_path / "nothing.log"))


def test_the_table(tmp_path):
    """The table has the three rankings and says "none" where no preset was used."""
    (tmp_path / "log").write_text(entry().to_json() + "\n")
    out = io.StringIO()
    call_command("perfkit", "routes", str(tmp_path / "log"), stdout=out)
    assert out.getvalue().count("GET a/ (none)") == 3
    assert "1 requests" in out.getvalue()


def test_the_page(tmp_path):
    """The page has all routes in the three rankings, everything escaped, and loads nothing."""
    hostile = '<script>alert("x")</script>'
    lines = [entry(route=hostile, presets=(hostile,)), entry(lazy_loads=2, presets=("Q.list",))]
    (tmp_path / "log").write_text("".join(line.to_json() + "\n" for line in lines))
    out = io.StringIO()
    call_command("perfkit", "routes", str(tmp_path / "log"), "--html", "--top=1", stdout=out)
    page = out.getvalue()
    assert page.count("GET a/</th>") == 3
    assert page.count("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;") == 6
    assert "<script" not in page
    assert not any(word in page for word in ("src=", "http:", "https:", "url("))
    assert '<td data-label="Lazy loads">2.0</td><td data-label="Presets">Q.list</td>' in page
