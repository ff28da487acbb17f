"""The demonstration goes whole, a real company never, and what comes after is the founding."""

import pytest
from django.test import Client
from django.urls import reverse

from rantai.demo import tasks
from rantai.desk.welcome import links
from rantai.foundation.access.models import LinkToken, User
from rantai.foundation.items.models import Item
from rantai.foundation.parties.models import Company
from rantai.kernel import jobs, worker
from rantai.kernel.models import Job
from tests.factories import foundation as make

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/welcome/demonstration/remove"


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make.make_user(is_admin=True))
    return client


def run_jobs() -> None:
    while jobs.run_next(worker=worker.name()):
        pass


def test_the_page_says_what_goes(admin):
    make.make_company(is_demo=True)
    make.make_item("MON-15")

    answer = admin.get(PAGE)

    assert answer.status_code == 200
    assert ("items", 1) in answer.context["losses"]
    assert PAGE in admin.get(reverse("foundation_companies:company")).content.decode()


@pytest.mark.parametrize("typed", ["", "Rantai", "yes"])
def test_nothing_goes_before_the_name_is_typed(admin, typed):
    make.make_company(is_demo=True)

    assert admin.post(PAGE, {"name": typed}).status_code == 422
    assert Job.objects.count() == 0


def test_it_is_removed_by_a_job_and_the_same_browser_founds_the_next_company(admin):
    make.make_company(is_demo=True)
    make.make_item("MON-15")

    answer = admin.post(PAGE, {"name": "rantai  jaya"})
    assert answer["Location"] == reverse("desk_welcome:work")
    assert admin.get(reverse("desk_welcome:work")).status_code == 200
    run_jobs()

    assert (Company.objects.count(), Item.objects.count(), User.objects.count()) == (0, 0, 0)
    assert Job.objects.get().state == "done"
    polled = admin.get(reverse("desk_welcome:progress"))
    assert polled["HX-Redirect"] == reverse("desk_welcome:work")
    assert "/welcome/" in admin.get(reverse("desk_welcome:work")).content.decode()
    assert admin.get("/welcome/").status_code == 200
    assert Client().get("/welcome/").status_code == 403
    assert LinkToken.objects.get().purpose == links.PURPOSE


def test_a_real_company_is_never_touched(admin):
    make.make_company()

    assert admin.get(PAGE).status_code == 409
    assert admin.post(PAGE, {"name": "Rantai Jaya"}).status_code == 409
    assert PAGE not in admin.get(reverse("foundation_companies:company")).content.decode()
    assert (Company.objects.count(), Job.objects.count()) == (1, 0)


def test_a_company_that_became_real_before_the_job_ran_stays(admin):
    company = make.make_company(is_demo=True)
    admin.post(PAGE, {"name": "Rantai Jaya"})
    Company.objects.filter(pk=company.pk).update(is_demo=False)

    jobs.run_next(worker=worker.name())

    assert (Company.objects.count(), User.objects.count()) == (1, 1)
    assert "is no demonstration" in Job.objects.get().error


def test_only_administrators_remove_it(client):
    make.make_company(is_demo=True)
    client.force_login(make.make_user(roles=["manager"]))

    assert client.post(PAGE, {"name": "Rantai Jaya"}).status_code == 403
    assert Job.objects.count() == 0


def test_somebody_elses_job_is_not_shown():
    job = jobs.enqueue("demo.remove")
    stranger = Client()

    assert stranger.get(reverse("desk_welcome:work"))["Location"] == "/welcome/"
    assert job.pk not in stranger.session.values()


def test_what_a_killed_try_left_goes_and_its_job_stays():
    make.make_company(is_demo=True)
    Company.objects.update(settings={"demo": "begun"})
    job = jobs.enqueue("demo.make")

    tasks.clear_unfinished(job.pk)

    assert (Company.objects.count(), Job.objects.get().pk) == (0, job.pk)
