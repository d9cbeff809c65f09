from xml.etree import ElementTree as ET

from bench.charts import Chart, Line, draw

SVG = "{http://www.w3.org/2000/svg}"
POINTS = [(1.0, 10.0), (10.0, 90.0), (500.0, 95.0)]
CHART = Chart(
    "Rate & latency <by load>",
    "requests per second",
    "milliseconds",
    [Line("p50", POINTS), Line("seats left", POINTS, on_right=True)],
    right="seats",
    note="2 cores",
)


def drawn(chart: Chart) -> ET.Element:
    return ET.fromstring(draw(chart))  # noqa: S314 it is our own


def texts(chart: Chart) -> list[str | None]:
    return [one.text for one in drawn(chart).iter(f"{SVG}text")]


def test_a_chart_is_well_formed_and_says_what_it_shows() -> None:
    found = texts(CHART)

    assert {CHART.title, CHART.across, CHART.up, CHART.right, CHART.note} <= set(found)
    assert {"p50", "seats left"} <= set(found)


def test_every_point_is_drawn_within_the_picture() -> None:
    lines = list(drawn(CHART).iter(f"{SVG}polyline"))

    assert len(lines) == 2
    for line in lines:
        places = [tuple(map(float, p.split(","))) for p in line.attrib["points"].split()]
        assert len(places) == 3
        assert all(0 <= x <= 760 and 0 <= y <= 420 for x, y in places)


def test_on_a_logarithmic_axis_ten_times_is_as_far_as_ten_times() -> None:
    line = Line("rate", [(1, 1), (10, 1), (100, 1)])
    chart = Chart("Batches", "size", "rate", [line], log_across=True)

    way = next(drawn(chart).iter(f"{SVG}polyline"))

    first, second, third = (float(p.split(",")[0]) for p in way.attrib["points"].split())
    assert abs((second - first) - (third - second)) < 0.2


def test_a_line_without_points_is_left_out() -> None:
    chart = Chart("Nothing", "x", "y", [Line("empty", [])])

    assert "empty" not in texts(chart)
