"""What a customer types on the tracking page: a question, in plain words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST_LETTERS = 1000


class QuestionForm(forms.Form):
    """A question about an order."""

    text = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write what you want to know.")},
    )

    def clean_text(self) -> str:
        """Return the text without signs that nobody sees: they only confuse whoever reads it."""
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        seen = "".join(letter for letter in text if letter.isprintable() or letter == "\n").strip()
        if not seen:
            raise forms.ValidationError(_("Write what you want to know."))
        return seen
