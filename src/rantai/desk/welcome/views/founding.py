"""Pages that found a company: open to the holder of the one-time link, and to nobody once it is done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps

from django import forms as django_forms
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rantai.desk.welcome import actions, answers, countries, forms, links, queries
from rantai.foundation.access import actions as people
from rantai.foundation.access import rules as access
from rantai.foundation.access.models import User
from rantai.foundation.parties import queries as parties
from rantai.kernel.transactions import run_atomic

SIGN_IN = "allauth.account.auth_backends.AuthenticationBackend"
ADDRESS = "desk_welcome:step"
Page = Callable[..., HttpResponse]


def founder_only(page: Page) -> Callable[..., HttpResponseBase]:
    """Let the link's holder in while somebody is needed; show others where the link is, or the chain that runs."""

    @never_cache
    @access.public
    @wraps(page)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not links.is_needed():
            return redirect("/")
        if not may_found(request):
            return render(request, "desk/welcome/closed.html", {"form": forms.CodeForm()}, status=403)
        return page(request, *args, **kwargs)

    return guarded


def may_found(request: HttpRequest) -> bool:
    """Tell whether this visitor came by the link, or manages the people of this database already."""
    if links.is_usable(answers.read_token(request)):
        return True
    return request.user.is_authenticated and request.user.has_perm("access.manage")


@never_cache
@access.public
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the secret out of the address into the visitor's session; the link ends when it has founded a company."""
    if not links.is_needed():
        return redirect("/")
    if not links.is_usable(token):
        context = {"form": forms.CodeForm(), "is_over": True}
        return render(request, "desk/welcome/closed.html", context, status=410)
    answers.write_token(request, token)
    return redirect("desk_welcome:start")


@never_cache
@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Take the secret as somebody typed or pasted it."""
    form = forms.CodeForm(request.POST or None)
    if request.method != "POST" or not links.is_needed():
        return redirect("desk_welcome:start")
    if not form.is_valid():
        return render(request, "desk/welcome/closed.html", {"form": form}, status=422)
    return open_link_of(request, form.cleaned_data["code"])


def open_link_of(request: HttpRequest, token: str) -> HttpResponse:
    """Go on as the link would."""
    if links.is_usable(token):
        answers.write_token(request, token)
        return redirect("desk_welcome:start")
    return render(request, "desk/welcome/closed.html", {"form": forms.CodeForm(), "is_over": True}, status=422)


@founder_only
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Offer to set the company up, or to look at the demonstration first."""
    company = parties.find_company()
    if company:
        return redirect(ADDRESS, "person")
    return render(request, "desk/welcome/start.html", {"has_begun": bool(answers.get_country(request))})


@founder_only
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    """Ask one page of questions; going back keeps what was typed, right or wrong."""
    names = list_steps()
    if name not in names:
        raise Http404
    place = names.index(name)
    is_back = request.POST.get("go") == "back"
    form = answers.make_form(request, name, is_posted=request.method == "POST" and not is_back)
    if request.method == "POST":
        answers.save(request, name)
        if is_back:
            return redirect(ADDRESS, names[place - 1]) if place else redirect("desk_welcome:start")
        if form.is_valid():
            return found(request, form) if name == "person" else redirect(ADDRESS, names[place + 1])
    elif name == "company" and not answers.get_country(request):
        accepted = request.headers.get("Accept-Language", "")
        form.initial["country"] = countries.guess_country(get_language() or "en", accepted)
    return show(request, form, name)


def list_steps() -> list[str]:
    """Return the pages to ask: an import may have founded the company already, and then a person is all it lacks."""
    return ["person"] if parties.find_company() else [name for name, _form in answers.STEPS]


def show(request: HttpRequest, form: django_forms.Form, name: str) -> HttpResponse:
    """Show a page of questions."""
    names = list_steps()
    context = {
        "form": form,
        "name": name,
        "place": names.index(name) + 1,
        "steps": len(names),
        "country": countries.name_country(answers.get_country(request)),
        "company": parties.find_company(),
    }
    return render(request, f"desk/welcome/{name}.html", context, status=422 if form.errors else 200)


def found(request: HttpRequest, person: django_forms.Form) -> HttpResponse:
    """Judge all pages again, found the company, and sign its administrator in."""
    earlier = {name: answers.bind(request, name) for name in list_steps() if name != "person"}
    for name, form in earlier.items():
        if not form.is_valid():
            return show(request, form, name)
    try:
        user = run_atomic(partial(_found, earlier, _read_person(person), token=_token(request)))
    except people.AddressInUse as error:
        person.add_error("email", str(error))
        return show(request, person, "person")
    except links.LinkOver:
        return redirect("desk_welcome:start")
    answers.forget(request)
    login(request, user, backend=SIGN_IN)
    return redirect("desk_welcome:first_steps")


@access.permission_required("access.manage")
@require_safe
def first_steps(request: access.StaffRequest) -> HttpResponse:
    """Say what a new company does first: bring its history, or begin with nothing."""
    context = {"company": parties.get_company(), "first_steps": queries.list_first_steps(request.user)}
    return render(request, "desk/welcome/first_steps.html", context)


def _token(request: HttpRequest) -> str:
    """Return the link's secret to use up; an administrator who is signed in needs none."""
    token = answers.read_token(request)
    return token if links.is_usable(token) else ""


def _found(earlier: dict[str, django_forms.Form], person: actions.Person, *, token: str) -> User:
    if not earlier:
        return actions.appoint(person, token=token)
    name, money, work = (earlier[step].cleaned_data for step in ("company", "money", "work"))
    if money["tax_code"] != forms.OWN_TAX:
        money["own_tax"] = ""
    places = range(1, forms.SITES + 1)
    founding = actions.Founding(
        name=name["name"],
        country=name["country"],
        money=money,
        ways={way: work[way] for way in ("makes", "trades", "dropships", "serves")},
        sites=[
            actions.Site(
                name=work[f"site_name_{n}"], kind=work[f"site_kind_{n}"] or "warehouse", city=work[f"site_city_{n}"]
            )
            for n in places
            if work[f"site_name_{n}"]
        ],
    )
    return actions.found_company(founding, person=person, token=token)


def _read_person(form: django_forms.Form) -> actions.Person:
    data = form.cleaned_data
    return actions.Person(
        name=data["name"], email=data["email"], password_hash=make_password(data["password"]),
        language=get_language() or "en",
    )  # fmt: skip
