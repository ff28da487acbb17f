"""Compiled methods for demand with gaps: Croston's own, and aggregation to the mean interval (ADIDA).

Letters of the books: y history, z demand size, q interval between demands, alpha smoothing constant.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rantai_engines.forecasting._kernels import fit_ses

Floats = NDArray[np.float64]


@njit("boolean(float64[::1], float64[::1], float64[::1])", cache=True, nogil=True)
def forecast_croston(y: Floats, alphas: Floats, out: Floats) -> bool:
    """Write Croston's forecast, size over interval, with the constant of least squared one-step error.

    Source: Croston (1972), equations 4 to 6. It lies above the mean of demand by alpha / (2 - alpha), which
    Syntetos and Boylan's form corrects. False without demand.
    """
    positive = np.flatnonzero(y > 0.0)
    if positive.size == 0:
        return False
    best_error, best = np.inf, 0.0
    for alpha in alphas:
        z, q = y[positive[0]], y.size / positive.size
        since, error = 1.0, 0.0
        for t in range(y.size):
            e = y[t] - z / q
            error += e * e
            if y[t] > 0.0:
                z += alpha * (y[t] - z)
                q += alpha * (since - q)
                since = 1.0
            else:
                since += 1.0
        if error < best_error * (1.0 - 1e-9):
            best_error, best = error, z / q
    out[:] = best
    return True


@njit("boolean(float64[::1], float64[::1], float64[::1])", cache=True, nogil=True)
def forecast_adida(y: Floats, alphas: Floats, out: Floats) -> bool:
    """Write the forecast by aggregating to the mean interval between demands, SES, and equal shares back.

    Source: Nikolopoulos, Syntetos, Boylan, Petropoulos & Assimakopoulos (2011), section 3. Blocks end with the
    last bucket; what does not fill one at the beginning is left out. False without demand or below two blocks.
    """
    n = y.size
    count = 0
    for v in y:
        if v > 0.0:
            count += 1
    if count == 0:
        return False
    length = max(1, int(np.floor(n / count + 0.5)))
    blocks = n // length
    if blocks < 2:
        return False
    sums = np.zeros(blocks)
    for k in range(blocks):
        start = n - (blocks - k) * length
        for t in range(start, start + length):
            sums[k] += y[t]
    level, _ = fit_ses(sums, alphas)
    out[:] = level / length
    return True
