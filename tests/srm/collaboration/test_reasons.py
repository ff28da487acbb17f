"""What suppliers usually say is read in the reader's language; what else they typed stays as it is."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from rantai.srm.collaboration import rules


@pytest.mark.parametrize("typed", ["capacity", "Not enough capacity", "Kapasitas tidak cukup", " 产能不足 "])
def test_a_usual_reason_is_read_in_every_language(typed: str) -> None:
    said = []
    for language in ("en", "id", "zh-hans"):
        with override(language):
            said.append(rules.say_reason(typed))

    assert said == ["Not enough capacity", "Kapasitas tidak cukup", "产能不足"]


def test_another_reason_stays_as_it_was_typed() -> None:
    assert rules.say_reason("Mesin 3 rusak") == "Mesin 3 rusak"
    assert rules.say_reason("") == ""
