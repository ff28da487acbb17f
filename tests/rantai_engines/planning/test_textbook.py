"""Gross-to-net tables of the textbooks.

Vollmann, Berry, Whybark and Jacobs, *Manufacturing Planning and Control*, chapter on material requirements planning:
the basic MRP record (lead time one period, lot size 50) and the gross-to-net table of the snow shovel.
"""

import numpy as np

from rantai_engines.planning.problem import PER_SCALE, UNIT, SourceKind
from rantai_engines.planning.solve import solve

from .chains import DAY, NOW, make_problem

WEEK = 7 * DAY


def test_the_basic_mrp_record() -> None:
    # Period:              1   2   3   4   5      on hand 4
    # Gross requirements      10      40  10
    # Scheduled receipts  50
    # Projected available 54  44  44   4  44
    # Planned release                 50
    problem = make_problem(
        places={"key": [1], "on_hand": [4 * UNIT]},
        sources={"key": [1], "item_location": [0], "kind": [SourceKind.BUY], "lead_time": [WEEK],
                 "minimum": [50 * UNIT], "multiple": [50 * UNIT]},
        receipts={"key": [1], "item_location": [0], "time": [NOW], "quantity": [50 * UNIT]},
        demands={"key": [1, 2, 3], "item_location": [0, 0, 0], "due": NOW + np.array([1, 3, 4]) * WEEK,
                 "quantity": np.array([10, 40, 10]) * UNIT},
    )  # fmt: skip

    orders = solve(problem).orders

    assert ((orders.start - NOW) // WEEK + 1).tolist() == [4]
    assert ((orders.end - NOW) // WEEK + 1).tolist() == [5]
    assert (orders.quantity // UNIT).tolist() == [50]


def test_gross_to_net_of_the_snow_shovel() -> None:
    # Part                  inventory  scheduled  gross  net      (100 shovels)
    # Top handle assembly      25          -       100    75
    # Top handle               22         25        75    28
    # Nail (2 required)         4         50       150    96
    # Bracket assembly         27          -        75    48
    # Top bracket              15          -        48    33
    buy, make = SourceKind.BUY, SourceKind.MAKE
    problem = make_problem(
        places={"key": np.arange(6), "on_hand": np.array([0, 25, 22, 4, 27, 15]) * UNIT},
        sources={"key": np.arange(6), "item_location": np.arange(6), "kind": [make, make, buy, buy, make, buy],
                 "lead_time": np.full(6, WEEK)},
        lines={"source": [0, 1, 1, 1, 4], "component": [1, 2, 3, 4, 5],
               "quantity_per": np.array([1, 1, 2, 1, 1]) * PER_SCALE},
        receipts={"key": [1, 2], "item_location": [2, 3], "time": [NOW, NOW], "quantity": [25 * UNIT, 50 * UNIT]},
        demands={"key": [1], "item_location": [0], "due": [NOW + 10 * WEEK], "quantity": [100 * UNIT]},
    )  # fmt: skip

    solution = solve(problem)

    net = np.zeros(6, np.int64)
    np.add.at(net, solution.orders.item_location, solution.orders.quantity // UNIT)
    assert net.tolist() == [100, 75, 28, 96, 48, 33]
    gross = np.zeros(6, np.int64)
    np.add.at(gross, solution.consumption.item_location, solution.consumption.quantity // UNIT)
    assert gross.tolist() == [0, 100, 75, 150, 75, 48]
