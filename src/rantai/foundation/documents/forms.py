"""Forms of a document's room and of paper templates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rantai.foundation.access import queries as access
from rantai.foundation.access.models import User
from rantai.foundation.documents import actions
from rantai.ui.inputs import DayField

KINDS = {
    "invoice": gettext_lazy("Invoice"),
    "order_confirmation": gettext_lazy("Order confirmation"),
    "quotation": gettext_lazy("Quotation"),
    "delivery_note": gettext_lazy("Delivery note"),
    "purchase_order": gettext_lazy("Purchase order"),
    "letter": gettext_lazy("Letter"),
}
"""What a kind of paper is called."""
LOGOS = ("image/png", "image/jpeg")


class CommentForm(forms.Form):
    """Something to say."""

    text = forms.CharField(max_length=5000, widget=forms.Textarea(attrs={"rows": 2}))


class TaskForm(forms.Form):
    """Work to hand over."""

    title = forms.CharField(label=gettext_lazy("What is to be done?"), max_length=200)
    owner = forms.ModelChoiceField(label=gettext_lazy("By whom?"), queryset=User.objects.none())
    due_on = DayField(label=gettext_lazy("By when?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = access.list_staff()  # type: ignore[attr-defined]


class FileForm(forms.Form):
    """A file to attach, not above the limit."""

    file = forms.FileField(label=gettext_lazy("File"))

    def clean_file(self) -> Any:
        """Refuse a file by its size before it is read."""
        file = self.cleaned_data["file"]
        if file.size > actions.MAX_BYTES:
            raise forms.ValidationError(str(actions.FileTooLarge(file.name, file.size)))
        return file


class PaperForm(forms.Form):
    """How a printed document looks in one language."""

    letterhead = forms.CharField(
        label=gettext_lazy("Letterhead"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Stands under our name: bank, register, telephone."),
    )  # fmt: skip
    logo = forms.FileField(
        label=gettext_lazy("Logo"), required=False, help_text=gettext_lazy("PNG or JPEG; empty keeps the present one.")
    )
    keeps_logo = forms.BooleanField(label=gettext_lazy("Show the logo"), required=False, initial=True)
    body = forms.CharField(
        label=gettext_lazy("Template"), max_length=100_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false"}),
        help_text=gettext_lazy("Typst; the data of the document stands in `data`."),
    )  # fmt: skip

    def clean_logo(self) -> Any:
        """Return an image that a paper can show."""
        logo = self.cleaned_data["logo"]
        if logo is None:
            return None
        content = logo.read(actions.MAX_BYTES + 1)
        logo.seek(0)
        if len(content) > 2 * 2**20 or actions.sniff_type(content) not in LOGOS:
            raise forms.ValidationError(_("A logo is a PNG or JPEG picture of at most 2 MB."))
        return logo
