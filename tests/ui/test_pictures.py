"""Gauges, chains and charts stand where their figures say."""

import datetime

from rantai.ui import chains, charts, gauges

DAY = datetime.date(2026, 11, 16)


def after(days: int) -> datetime.date:
    return DAY + datetime.timedelta(days=days)


def test_a_scale_spans_all_days_and_holds_late_marks_at_its_edge():
    scale = gauges.Scale.around([DAY, after(20), None])

    assert (scale.start, scale.end) == (after(-1), after(21))
    assert scale.x(scale.start) == gauges.EDGE
    assert scale.x(after(400)) == gauges.WIDTH - gauges.EDGE
    assert gauges.Scale.around([DAY, after(4000)]).days == gauges.MAX_DAYS


def test_marks_stand_in_the_order_of_their_days():
    gauge = gauges.Gauge(gauges.Scale.around([DAY, after(20)]), DAY, after(9), after(13))

    assert gauge.scale.x(DAY) < gauge.span[0] < gauge.span[1]
    assert gauge.p80_x == gauge.span[1]


def test_only_a_promise_after_the_asked_day_hurts():
    scale = gauges.Scale.around([DAY, after(20)])

    assert gauges.Gauge(scale, DAY, after(1), after(2)).kind == "hurt"
    assert gauges.Gauge(scale, after(1), DAY, after(2)).kind == "look"
    assert gauges.Gauge(scale, after(3), DAY, after(2)).kind == ""
    assert gauges.Gauge(scale, after(3), None, None).kind == ""


def test_mondays_are_longer_and_every_other_day_is_short():
    scale = gauges.Scale(DAY, after(14))

    assert scale.week_path.count("M") == 3
    assert scale.day_path.count("M") == 12


def test_a_staircase_falls_in_the_order_of_time():
    links = [
        chains.Link(
            "Panel", house="suppliers", promised=(DAY, after(2)), expected=(DAY, after(9)), critical=True, leaf=True
        ),
        chains.Link(
            "Assembly", house="operations", promised=(after(2), after(4)), expected=(after(9), after(11)), critical=True
        ),
        chains.Link("Cable", house="suppliers", expected=(DAY, after(1)), slack_days=8),
    ]
    picture = chains.Chain("Why", links, promised_on=after(4), p80_on=after(12)).picture

    panel, assembly, cable = picture["steps"]
    assert panel["bar"]["right"] == assembly["bar"]["x"]
    assert panel["was"]["right"] < panel["bar"]["right"]
    assert cable["was"] is None
    assert picture["path"].count("M") == 1
    assert picture["path"].count("V") == 1
    assert [link.slip_days for link in links] == [7, 7, 0]


def test_a_chain_without_dates_is_still_a_list():
    picture = chains.Chain("Why", [chains.Link("Panel")]).picture

    assert (picture["steps"][0]["bar"], picture["path"]) == (None, "")


def test_a_chart_and_its_table_hold_the_same_figures():
    chart = charts.line(
        id="c",
        title="Demand",
        categories=["W1", "W2", "W3"],
        series=[
            charts.Series("Orders", [10, 12, None], "history"),
            charts.Series("Forecast", [None, 12, 13.5], "forecast"),
        ],
        band=charts.Band([None, 12, 11], [None, 12, 16]),
    )

    assert list(chart.heads) == ["", "Orders", "Forecast", "80 %, lowest", "80 %, highest"]
    assert chart.rows[2] == ["W3", "–", "13.5", "11", "16"]
    low, band, history, _forecast = chart.option["series"]
    assert (low["data"], band["data"]) == ([None, 12, 11], [None, 0, 5])
    assert history["data"] == [10, 12]


def test_stacked_bars_stand_on_each_other_and_name_themselves():
    chart = charts.stacked(
        id="c", title="Load", categories=["Mon"], series=[charts.Series("Orders", [6]), charts.Series("Forecast", [1])]
    )

    assert [one["stack"] for one in chart.option["series"]] == ["all", "all"]
    assert chart.option["legend"]["show"]
