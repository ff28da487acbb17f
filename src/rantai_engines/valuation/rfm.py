"""Score customers by recency, frequency and money in fifths of their ranks."""

import numpy as np
from numpy.typing import NDArray


def score_quintiles(measure: NDArray[np.float64], *, among: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return each customer's fifth, 5 for the largest measures.

    Parameters
    ----------
    measure : ndarray, shape (n_customers,)
        More is better.
    among : ndarray of bool, shape (n_customers,)
        Who takes part; the others score 0.

    Returns
    -------
    ndarray of int8, shape (n_customers,)
        1 to 5 by mid-rank, so equal customers score equally and a population of equals scores 3.

    Notes
    -----
    Source: Hughes (1994), Strategic Database Marketing, the RFM chapter. Complexity n log n.
    """
    scores = np.zeros(measure.size, dtype=np.int8)
    count = int(among.sum())
    if count:
        taking = measure[among]
        ordered = np.sort(taking)
        # Two bounds of equals and no scipy.stats, which takes longer to load than all customers to value.
        middles = (np.searchsorted(ordered, taking) + np.searchsorted(ordered, taking, side="right")) / 2
        scores[among] = np.minimum(5, 1 + np.floor(5 * middles / count)).astype(np.int8)
    return scores
