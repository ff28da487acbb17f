"""Files of Trigeiro's form are read whole, and planned in the time that is given."""

import json
from pathlib import Path

import numpy as np
import pytest

from rantai.bench import lot_sizes
from rantai.bench.formats.trigeiro import read_trigeiro
from rantai.bench.options import BadOption, Options
from rantai_engines.inventory.capacitated.params import CapacitatedParams
from rantai_engines.inventory.capacitated.solve import solve

# Best cost found, and bound where it is not the same; the folder's README. F3, F6 and F8 are open.
BEST = {
    "F1": 40854, "F2": 39734, "F3": 38190, "F4": 33897, "F5": 29420,
    "F6": 39403, "F7": 33354, "F8": 25986, "F9": 43571, "F10": 31208,
}  # fmt: skip
BOUND = {"F3": 36834, "F6": 38894, "F8": 25396}
# A quarter of the usual work and no exact windows are enough; where capacity is tightest, all of it.
LITTLE = CapacitatedParams(search_work=3e7, rounds=0)
HARD = ("F3",)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "lot-sizing"

SMALL = """    2   3
    1
  20
 1.00 2.00  5. 30.
 1.00 1.00  4. 25.
    6    0
    5    7
    0    9
  Bi   hi   su   su
           time cost
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "one.DAT"
    path.write_text(text)
    return path


def test_a_file_is_read_by_rows_whatever_parts_its_columns(tmp_path: Path) -> None:
    for text in (SMALL, SMALL.replace("   ", "\t"), SMALL.replace("\n", "\r\n")):
        problem = read_trigeiro(write(tmp_path, text))

        assert problem.demand.tolist() == [[6, 5, 0], [0, 7, 9]]
        assert problem.capacity.tolist() == [20, 20, 20]
        assert problem.holding_cost.tolist() == [2, 1]
        assert problem.setup_time.tolist() == [5, 4]
        assert problem.setup_cost.tolist() == [30, 25]


def test_many_items_stand_in_blocks_one_below_the_other(tmp_path: Path) -> None:
    table = np.arange(17 * 2).reshape(2, 17)
    features = "\n".join("1 1 0 1" for _ in range(17))
    blocks = "\n".join(" ".join(map(str, row)) for part in (table[:, :15], table[:, 15:]) for row in part)

    problem = read_trigeiro(write(tmp_path, f"17 2\n1\n900\n{features}\n{blocks}\n Bi hi\n"))

    assert (problem.demand == table.T).all()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no Trigeiro file"),
        ("some words\n", "is no Trigeiro file"),
        (SMALL.replace(" 1.00 1.00  4. 25.\n", ""), "does not give unit time|gives demand"),
        (SMALL.replace("    0    9\n", ""), "gives demand of 0 of 2 items whole"),
        (SMALL.replace("  20\n", " -20\n"), "capacity of row 0"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadOption, match=says):
        read_trigeiro(write(tmp_path, text))


def test_a_benchmark_tells_cost_and_bound_and_writes_the_plan(tmp_path: Path) -> None:
    out = tmp_path / "plan.json"

    figures = lot_sizes.measure(Options(data=str(write(tmp_path, SMALL)), out=str(out), seconds=2.0))

    assert figures["feasible"]
    # Two lots of the first item or one ahead for 10, and one of the second for 9: 30 + 10 + 25 + 9.
    assert figures["cost"] == 74
    assert figures["bound"] <= 74
    assert figures["seconds"] < 2
    plan = json.loads(out.read_text())
    made = np.array(plan["plan"]["quantity"])
    assert made.sum(axis=1).tolist() == [11, 16]
    assert (np.array(plan["plan"]["load"]) <= 20).all()


@pytest.mark.shared_data
@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in HARD else ()) for name in BEST])
def test_public_instances_come_within_two_percent_of_the_best_known(name: str) -> None:
    if not SHARED.is_dir():
        pytest.skip(f"needs the public data sets at {SHARED}")
    problem = read_trigeiro(SHARED / f"{name}.DAT")

    found = solve(problem, params=CapacitatedParams() if name in HARD else LITTLE, seed=1)

    assert found.is_feasible
    assert not found.was_cut
    assert BOUND.get(name, BEST[name]) - 1e-6 <= found.cost <= 1.02 * BEST[name]
    assert found.bound <= BEST[name]
