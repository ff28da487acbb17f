"""Components draw what they are given, keep what was typed, and escape what others wrote."""

import datetime

import pytest
from django import forms
from django.contrib.messages.storage.base import Message
from django.template import engines
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from rantai.ui import samples, shapes, toasts
from tests.ui import orders


def draw(markup: str, **context: object) -> str:
    request = RequestFactory().get("/somewhere/?a=1")
    # Cotton works where files are loaded; a test's markup goes the same way by hand.
    return engines["django"].from_string(CottonCompiler().process(markup)).render(context, request)


class AnswerForm(forms.Form):
    """Two fields of a supplier's answer."""

    units = forms.IntegerField()
    due_on = forms.DateField(widget=forms.DateInput)


def test_a_button_prints_and_binds_its_key():
    drawn = draw('<c-button kind="go" key="a">Accept</c-button>')

    assert 'data-key="a"' in drawn
    assert '<kbd aria-hidden="true">A</kbd>' in drawn
    assert "btn--go" in drawn


def test_a_link_button_opens_the_panel_and_stays_a_link():
    drawn = draw('<c-button href="/explain/1/" panel>Explain</c-button>')

    assert 'href="/explain/1/"' in drawn
    assert 'hx-target="#side"' in drawn


def test_a_refused_form_keeps_what_was_typed_and_says_why_beside_it():
    form = AnswerForm({"units": "many", "due_on": "2026-02-31"})

    drawn = draw('<c-form :form="form" submit="Send" />', form=form)

    assert 'value="many"' in drawn
    assert 'value="2026-02-31"' in drawn
    assert 'type="date"' not in drawn
    assert 'aria-describedby="id_units_error"' in drawn
    assert 'id="id_units_error"' in drawn
    assert 'name="csrfmiddlewaretoken"' in drawn


def test_a_fresh_date_gets_the_browsers_picker():
    drawn = draw('<c-field :field="form.due_on" />', form=AnswerForm(initial={"due_on": datetime.date(2026, 11, 3)}))

    assert 'type="date"' in drawn
    assert 'value="2026-11-03"' in drawn


def test_a_proposal_shows_its_sum_and_posts_its_revision():
    proposal = shapes.Proposal(
        title="Fly",
        accept_url="/a/",
        dismiss_url="/d/",
        revision=4,
        reasons=[shapes.Reason("Missing", "494", total=True)],
    )

    drawn = draw('<c-proposal :proposal="p" current />', p=proposal)

    assert drawn.count('name="revision" value="4"') == 2
    assert '<tr class="is-total"><th scope="row">Missing</th><td>494</td></tr>' in drawn
    assert "Change" not in drawn


def test_no_activity_is_the_word_none():
    assert ">none<" in draw('<c-kpi label="Returns" :value="rate" />', rate=None)
    assert ">0<" in draw('<c-kpi label="Returns" :value="rate" />', rate=0)


@pytest.mark.parametrize("word", ["<script>alert(1)</script>", '"><img src=x>'])
def test_what_others_wrote_is_text(word):
    comment = shapes.Comment("Bayu", word + " @rina", datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC))
    entry = shapes.Entry(word, None, quote=word)

    drawn = draw(
        '<c-thread :comments="c" /><c-timeline :entries="e" /><c-tag>{{ w }}</c-tag>', c=[comment], e=[entry], w=word
    )

    assert "<script>" not in drawn
    assert "<img" not in drawn
    assert '<span class="mention">@rina</span>' in drawn


def test_a_running_job_asks_again_and_a_finished_one_rests():
    running = shapes.Job(title="Import", done=1500, total=6000)
    finished = shapes.Job(title="Import", state="done", result_href="/imports/1/", result_label="See")

    assert 'hx-get="/p/"' in draw('<c-job :job="job" url="/p/" />', job=running)
    assert 'max="6000" value="1500"' in draw('<c-job :job="job" url="/p/" />', job=running)
    assert "hx-get" not in draw('<c-job :job="job" url="/p/" />', job=finished)


def test_a_toast_posts_its_undo():
    message = Message(20, "Line 3 taken out", extra_tags=toasts.UNDO + "/undo/3/")

    drawn = draw('{% include "ui/toasts.html" %}', messages=[message])

    assert 'action="/undo/3/"' in drawn
    assert "Line 3 taken out" in drawn


def test_a_list_draws_rows_pages_and_bulk_boxes_only_where_allowed(thirty_orders):
    table = orders.open_list()

    drawn = draw('<c-views :table="t" /><c-filters :table="t" /><c-table :table="t" />', t=table)

    assert drawn.count("data-key-row") == 7
    assert 'rel="next"' in drawn
    assert "1 – 7 of 30" in drawn
    assert 'name="ids"' not in drawn


def test_a_list_without_a_match_offers_everything(thirty_orders):
    drawn = draw('<c-table :table="t" />', t=orders.open_list("?q=nobody"))

    assert "Nothing matches these filters" in drawn
    assert 'href="?view=all"' in drawn


def test_every_sample_of_the_styleguide_draws():
    now = datetime.datetime(2026, 11, 21, 9, tzinfo=datetime.UTC)
    context = samples.make_context(today=now.date(), now=now)

    drawn = draw('{% include "ui/styleguide.html" %}', layout="ui/panel_only.html", **context)

    assert drawn.count('class="btn') > 15
    assert "style=" not in drawn


def test_rows_of_a_formset_keep_what_was_typed():
    formset_class = forms.formset_factory(AnswerForm, extra=0)
    formset = formset_class(
        {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "0",
            "form-0-units": "12 trays",
            "form-0-due_on": "2026-11-03",
        }
    )
    formset.is_valid()

    drawn = draw('<c-formset :formset="lines" label="Lines" />', lines=formset)

    assert 'name="form-TOTAL_FORMS"' in drawn
    assert 'value="12 trays"' in drawn
    assert "Enter a whole number." in drawn
