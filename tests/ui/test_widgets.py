"""Plain controls are what Django's templates write."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from rantai.ui.widgets import Renderer

ATTRIBUTES = {"class": "in", "required": True, "disabled": False, "data-x": '<"&', "max": 12}


@pytest.mark.parametrize("value", [None, "", "a <b> & \"c\" 'd'", 0, 12.5])
@pytest.mark.parametrize(
    "kind",
    [forms.TextInput, forms.NumberInput, forms.EmailInput, forms.HiddenInput, forms.DateInput, forms.TimeInput,
     forms.PasswordInput, forms.CheckboxInput, forms.URLInput, forms.DateTimeInput, forms.Textarea],
)  # fmt: skip
def test_a_control_is_drawn_as_django_draws_it(kind, value):
    widget = kind()

    ours, theirs = (
        str(widget.render("na<me", value, ATTRIBUTES, renderer=renderer)).strip()
        for renderer in (Renderer(), DjangoTemplates())
    )

    assert ours == theirs
