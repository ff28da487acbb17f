"""Compiled methods for demand with gaps: Croston's with and without a correction, TSB, aggregation (ADIDA).

Letters of the books: y history, z demand size, q interval between demands, p chance of demand, alpha and beta
smoothing constants.
"""

import math

import numpy as np
from numpy.typing import NDArray

from rantai_engines.forecasting._kernels import compiled, fit_ses

Floats = NDArray[np.float64]

CROSTON, SBA = 0.0, 0.5
"""Shares of the constant by which size over interval is lowered."""


@compiled
def forecast_croston(y: Floats, alphas: Floats, share: float, out: Floats) -> bool:
    """Write Croston's forecast, size over interval, with the constant of least squared one-step error.

    Source: Croston (1972), equations 4 to 6. It lies above the mean of demand by alpha / (2 - alpha), which the share
    of a half corrects: Syntetos & Boylan (2005), equation 10. Sizes and intervals share one constant. False without
    demand.
    """
    count = 0
    first = 0.0
    for v in y:
        if v > 0.0:
            first = first if count else v
            count += 1
    if count == 0:
        return False
    best_error, best = np.inf, 0.0
    for alpha in alphas:
        z, q = first, y.size / count
        since, error = 1.0, 0.0
        kept = 1.0 - alpha * share
        for v in y:
            e = v - kept * z / q
            error += e * e
            if v > 0.0:
                z += alpha * (v - z)
                q += alpha * (since - q)
                since = 1.0
            else:
                since += 1.0
        if error < best_error * (1.0 - 1e-9):
            best_error, best = error, kept * z / q
    out[:] = best
    return True


@compiled
def forecast_tsb(y: Floats, sizes: Floats, chances: Floats, out: Floats) -> bool:
    """Write the forecast of Teunter, Syntetos & Babai (2011), equations 1 and 2: chance times size of demand.

    Unlike Croston's, the chance falls while nothing is asked for, so that it fits items that die. False without
    demand.
    """
    count = 0
    total = 0.0
    for v in y:
        if v > 0.0:
            count += 1
            total += v
    if count == 0:
        return False
    best_error, best = np.inf, 0.0
    for alpha in sizes:
        for beta in chances:
            z, p = total / count, count / y.size
            error = 0.0
            for v in y:
                e = v - p * z
                error += e * e
                if v > 0.0:
                    z += alpha * (v - z)
                    p += beta * (1.0 - p)
                else:
                    p -= beta * p
            if error < best_error * (1.0 - 1e-9):
                best_error, best = error, p * z
    out[:] = best
    return True


@compiled
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
    length = max(1, math.floor(n / count + 0.5))
    blocks = n // length
    if blocks < 2:
        return False
    sums = np.empty(blocks)
    for k in range(blocks):
        start = n - (blocks - k) * length
        sums[k] = 0.0
        for t in range(start, start + length):
            sums[k] += y[t]
    level, _ = fit_ses(sums, alphas)
    out[:] = level / length
    return True
