"""Kernels reach each other through their cells, with whatever they take and give, also in a circle."""

import numpy as np
import pytest
from numba import njit, types

from rantai_engines.planning._compiling import IS_COMPILING, Kernel, compiled, short
from rantai_engines.planning._layout import INT, PAIR, ROW

is_even = Kernel(f"{__name__}.is_even", types.boolean(INT))


@compiled(types.boolean(INT))
def is_odd(n):
    return n != 0 and is_even(n - 1)


@is_even.define
def _is_even(n):
    return n == 0 or is_odd(n - 1)


@compiled(PAIR(ROW, INT))
def divide(rows, by):
    return rows[0] // by, rows[0] % by


@short(types.float64(INT))
def halve(n):
    return n / 2


@compiled(types.void(ROW, INT))
def write(rows, by):
    rows[1], rows[2] = divide(rows, by)
    rows[3] = int(halve(rows[2])) if is_even(rows[2]) else -1


@pytest.mark.parametrize(("number", "rows"), [(17, [17, 3, 2, 1]), (16, [16, 3, 1, -1])])
def test_kernels_call_each_other(number, rows):
    given = np.array([number, 0, 0, 0])

    write(given, 5)

    assert given.tolist() == rows


@pytest.mark.skipif(not IS_COMPILING, reason="without the compiler kernels are plain functions")
def test_who_calls_a_kernel_holds_no_copy_of_it():
    @njit(types.float64(ROW))
    def call(rows):
        rows[1], rows[2] = divide(rows, 5)
        return halve(rows[2])

    (code,) = call.inspect_llvm().values()

    made = [line for line in code.splitlines() if line.startswith("define")]
    assert [line for line in made if "call" in line]
    assert not [line for line in made if "divide" in line]
    assert f"{divide.__module__}.divide" in code
