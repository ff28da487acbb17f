"""The form of a message's words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class WordsForm(forms.Form):
    """Subject and body with {{ names }}."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    body = forms.CharField(label=gettext_lazy("Text"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 16}))
    is_active = forms.BooleanField(
        label=gettext_lazy("Send messages of this kind"), required=False, initial=True,
    )  # fmt: skip
