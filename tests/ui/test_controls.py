"""Form controls in our clothes."""

import pytest
from django import forms

from rantai.ui import controls

CHOICES = [("", "---------"), ("a", "Ana --------- Budi")]


@pytest.mark.parametrize(("required", "word"), [(True, "Choose one"), (False, "–")])
def test_a_select_says_in_words_that_nothing_is_chosen(required, word):
    field = forms.ChoiceField(choices=CHOICES, required=required)
    form = type("Form", (forms.Form,), {"kind": field})()

    drawn = controls.draw_control(form["kind"])

    assert f">{word}<" in drawn
    assert ">---------<" not in drawn
    assert ">Ana --------- Budi<" in drawn
