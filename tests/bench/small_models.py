"""Write small planning models, of one rule each, and plan them.

1 January 2026 is a Thursday and the present of all of them.
"""

from rantai.bench.formats.planning.delivering import list_delivered
from rantai.bench.formats.planning.drafting import Rules
from rantai.bench.formats.planning.loading import load_model
from rantai.bench.formats.planning.translating import translate
from rantai.bench.formats.planning.values import write_instant
from rantai_engines.planning.solve import Loop, Params, solve

HEAD = '<?xml version="1.0"?><plan xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
NOW = "<current>2026-01-01T00:00:00</current>"
WEEK = (
    '<calendars><calendar name="week" default="0"><buckets><bucket days="62" value="1" starttime="PT9H"'
    ' endtime="PT17H"/></buckets></calendar></calendars>'
)
TAKE = '<flow xsi:type="flow_start"><item name="{}"/><quantity>-1</quantity></flow>'


def plan_text(folder, text, *, now=NOW, **rules):
    """Plan a model; return its notes, what each demand is given, as (day and hour, quantity), and the plan."""
    path = folder / "model.xml"
    path.write_text(f"{HEAD}{now}{text}</plan>")
    model = load_model(path)
    translated = translate(model, rules=Rules(**rules))
    solution = solve(translated.problem, params=Params(loop=Loop.FAITHFUL))
    rows = list_delivered(translated, solution)
    given = {name: [(write_instant(row.at)[5:13], row.quantity) for row in each] for name, each in rows.items()}
    return model.notes, given, solution


def demands(*asked, item="a"):
    """Write demands D0, D1… of (quantity, day of January)."""
    return "<demands>" + "".join(
        f'<demand name="D{n}" quantity="{quantity}" due="2026-01-{day:02}T00:00:00"><item name="{item}"/>'
        '<location name="f"/></demand>'
        for n, (quantity, day) in enumerate(asked)
    ) + "</demands>"  # fmt: skip


def make(inside="", *, name="make", item="a", kind="", loads="", flows="", **fields):
    attributes = "".join(f' {field}="{value}"' for field, value in fields.items())
    return (
        f'<operations><operation name="{name}"{kind}{attributes}><item name="{item}"/><location name="f"/>{inside}'
        f"<flows>{flows}</flows><loads>{loads}</loads></operation></operations>"
    )


def buy(item="a", lead="P3D", inside=""):
    return (
        f'<items><item name="{item}"><itemsuppliers><itemsupplier><supplier name="s"/><leadtime>{lead}</leadtime>'
        f"{inside}</itemsupplier></itemsuppliers></item></items>"
    )


def load(resource="m", inside="", **fields):
    attributes = "".join(f' {field}="{value}"' for field, value in fields.items())
    return f'<load{attributes}><resource name="{resource}"/>{inside}</load>'


def resource(inside="", **fields):
    attributes = "".join(f' {field}="{value}"' for field, value in fields.items())
    return f'<resources><resource name="m"{attributes}>{inside}</resource></resources>'
