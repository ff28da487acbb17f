"""What the walking browser sees of a page, and how times become figures."""

import pytest

from rantai.bench import browsing, pages, spans
from rantai.bench.browsing import Answer
from rantai.bench.options import BadOption, Options


def make_page(html: str, *, path: str = "/orders/12") -> Answer:
    return Answer(path=path, status=200, kind="text/html; charset=utf-8", body=html.encode(), seconds=0.0)


def test_links_are_those_of_this_server_and_the_parts_that_a_page_loads():
    page = make_page(
        '<a href="/items/3">a</a><a href="?sort=name&amp;dir=up">b</a><a href="https://else.example/x">c</a>'
        '<a href="#top">d</a><a href="/list.csv" download>e</a><section hx-get="/room/1"></section>'
        '<a href="mailto:a@b.example">f</a>'
    )

    assert list(browsing.list_links(page)) == ["/items/3", "/orders/12?sort=name&dir=up", "/room/1"]


def test_the_weight_counts_styles_scripts_pictures_and_fonts():
    page = make_page(
        '<link rel="stylesheet" href="/static/style.css"><script src="/static/app.js"></script>'
        '<img src="data:image/png;base64,AA=="><img src="/static/mark.svg"><link rel="canonical" href="/x">'
    )

    assert browsing.list_assets(page) == {"/static/style.css", "/static/app.js", "/static/mark.svg"}
    style = (
        '@font-face{src:url("../fonts/latin.woff2") format("woff2");unicode-range:U+0000-00FF,U+0131}'
        '@font-face{src:url("../fonts/more.woff2") format("woff2");unicode-range:U+0100-0130,U+2020}'
    )
    fonts = {"/static/fonts/latin.woff2"}
    assert browsing.list_fonts("/static/dist/style.css", style, "Käse") == fonts
    assert browsing.list_fonts("/static/dist/style.css", style, "†") == {"/static/fonts/more.woff2"}


def test_a_page_is_its_address_and_the_kinds_of_its_parameters():
    assert pages._name("/orders/12/") == ("crm_orders:order", "")
    assert pages._name("/orders/?sort=number&late=1") == ("crm_orders:orders", "?late&sort")
    assert pages._name("/nowhere/at/all") == ("", "")


@pytest.mark.parametrize(("count", "p50", "p95"), [(1, 1.0, 1.0), (20, 10.0, 19.0), (100, 50.0, 95.0)])
def test_percentiles_are_times_that_were_measured(count, p50, p95):
    times = [number / 1000 for number in range(count, 0, -1)]

    assert spans.describe(times) == {"p50_ms": p50, "p95_ms": p95, "max_ms": float(count)}


def test_a_size_that_is_no_number_is_refused():
    assert Options(size="12").read_size(3) == 12
    assert Options().read_size(3) == 3
    with pytest.raises(BadOption, match="'many'"):
        Options(size="many").read_size(3)
    with pytest.raises(BadOption, match="is not there"):
        Options(data="/nowhere").find_data()
