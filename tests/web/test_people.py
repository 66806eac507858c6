"""The pages of whoever administers people, and of a director who names a provider: what they give, and cannot."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import EstablishmentFactory, UserFactory
from vigie.apps.accounts import actions
from vigie.apps.accounts.models import Role, User
from vigie.apps.audit.models import Event

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def signed(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    client.get("/healthz")
    return client


@pytest.fixture
def establishment():
    return EstablishmentFactory(name="Centre hospitalier de Valmorne")


@pytest.fixture
def administrator():
    user = UserFactory(analyst=False, email="admin@vigie.example", name="Camille Exemple")
    actions.grant_role(user=user, kind="technical_administrator", by="test", now=timezone.now() - DAY)
    return user


@pytest.fixture
def director(establishment):
    user = UserFactory(analyst=False, email="director@valmorne.example")
    now = timezone.now() - DAY
    actions.grant_role(user=user, kind="establishment_director", over=establishment, by="test", now=now)
    return user


def day(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_the_list_tells_who_holds_what_until_when(administrator, establishment):
    one = UserFactory(analyst=False, email="aline@valmorne.example", name="Aline Exemple")
    until = timezone.now() + 20 * DAY
    actions.grant_role(
        user=one, kind="establishment_officer", over=establishment, valid_until=until, by="test", now=timezone.now()
    )
    page = signed(administrator).get("/people/").content.decode()
    assert "2 people have an account here." in page
    assert "Security officer of an establishment, Centre hospitalier de Valmorne" in page
    assert "until" in page
    assert "aline@valmorne.example" in signed(administrator).get("/people/?format=csv").content.decode()


def test_the_list_is_filtered_by_its_address(administrator):
    UserFactory(analyst=False, name="Aline Exemple")
    assert "Aline" not in signed(administrator).get("/people/?q=camille").content.decode()
    assert "Aline" not in signed(administrator).get("/people/?role=technical_administrator").content.decode()


def test_the_number_of_queries_does_not_grow_with_the_list(administrator):
    client = signed(administrator)
    counts = []
    for _ in range(2):
        for _ in range(8):
            UserFactory()
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/people/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 13


def test_failed_sign_ins_are_told(administrator):
    actions.note_failed_sign_in(email=administrator.email.upper(), address="192.0.2.7", now=timezone.now())
    client = signed(administrator)
    assert "1 failed try just now" in client.get("/people/").content.decode()
    assert "1 sign-in failed" in client.get(f"/people/{administrator.pk}/").content.decode()


def test_somebody_is_invited_and_their_link_is_shown_once(administrator, establishment):
    client = signed(administrator)
    asked = {
        "email": "new@valmorne.example",
        "name": "Noé Exemple",
        "kind": "establishment_officer",
        "over": establishment.finess,
        "until": day(30),
    }
    page = client.post("/people/invite", asked).content.decode()
    path = re.search(r'value="http[^"]*(/link/[\w-]+)"', page)[1]
    role = Role.objects.get(user__email="new@valmorne.example")
    assert timezone.localdate(role.valid_until - timedelta(seconds=1)).isoformat() == day(30)
    assert path not in client.get(f"/people/{role.user_id}/").content.decode()
    assert path.rpartition("/")[2] not in str(list(Event.objects.values_list("detail", flat=True)))
    stranger = Client()
    assert stranger.post(path)["Location"] == "/"
    assert stranger.post(path).status_code == 410


def test_an_invitation_never_opens_an_account_that_there_was(administrator, director, establishment):
    """Else whoever may invite would sign in as the analyst whose address they type."""
    analyst = UserFactory(email="analyst@vigie.example")
    for client, path, asked in (
        (signed(administrator), "/people/invite", {"kind": "auditor", "over": "nation"}),
        (signed(director), f"/establishments/{establishment.finess}/providers/", {"deed": "name", "until": day(5)}),
    ):
        answer = client.post(path, {"email": analyst.email.upper(), "name": "x", **asked})
        assert answer.status_code == 302
    assert not analyst.sign_in_links.exists()
    assert analyst.roles.count() == 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"over": "999999999"}, "not in the registry", id="nowhere"),
        pytest.param({"over": "nation"}, "cannot be given over that", id="an-officer-of-the-nation"),
        pytest.param({"until": "2020-01-01"}, "would end before it starts", id="over-already"),
        pytest.param({"email": "no address"}, "valid email", id="no-address"),
        pytest.param({"email": "a@b.example\r\nBcc: all@b.example"}, "valid email", id="header-injection"),
        pytest.param({"kind": "emperor"}, "not one of the available choices", id="no-such-role"),
    ],
)
def test_what_is_wrong_is_said_and_makes_no_account(administrator, establishment, changed, said):
    asked = {"email": "new@v.example", "kind": "establishment_officer", "over": establishment.finess, "until": ""}
    answer = signed(administrator).post("/people/invite", asked | changed)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert User.objects.count() == 1


def test_a_role_is_given_and_ended(administrator, establishment):
    one, client = UserFactory(analyst=False), signed(administrator)
    page = f"/people/{one.pk}/"
    client.post(page, {"deed": "grant", "kind": "provider", "over": establishment.finess, "until": day(10)})
    role = one.roles.get()
    assert "Service provider" in client.get(page).content.decode()
    client.post(page, {"deed": "end", "role": role.pk})
    role.refresh_from_db()
    assert role.ended_by.endswith("admin@vigie.example")
    assert "The role has already ended" not in client.get(page).content.decode()


def test_the_role_of_another_is_not_ended_from_here(administrator):
    one, other = UserFactory(analyst=False), UserFactory()
    answer = signed(administrator).post(f"/people/{one.pk}/", {"deed": "end", "role": other.roles.get().pk})
    assert answer.status_code == 404
    assert other.roles.get().ended_at is None


def test_nobody_widens_what_they_may_do_themselves(administrator):
    client = signed(administrator)
    answer = client.post(
        f"/people/{administrator.pk}/", {"deed": "grant", "kind": "national_analyst", "over": "nation"}
    )
    assert answer.status_code == 422
    assert "Nobody gives a role to themselves" in answer.content.decode()
    assert administrator.roles.count() == 1


def test_sessions_are_ended_from_here(administrator):
    one = UserFactory()
    theirs = signed(one)
    assert theirs.get("/findings/").status_code == 200
    signed(administrator).post(f"/people/{one.pk}/", {"deed": "sessions"})
    assert theirs.get("/findings/").status_code == 302


def test_an_account_is_closed_and_opened_again(administrator):
    one = UserFactory()
    theirs, client = signed(one), signed(administrator)
    client.post(f"/people/{one.pk}/", {"deed": "close"})
    assert theirs.get("/findings/").status_code == 302
    assert "This account is closed" in client.get(f"/people/{one.pk}/").content.decode()
    client.post(f"/people/{one.pk}/", {"deed": "open"})
    one.refresh_from_db()
    assert one.is_active


def test_nobody_closes_their_own_account(administrator):
    signed(administrator).post(f"/people/{administrator.pk}/", {"deed": "close"})
    administrator.refresh_from_db()
    assert administrator.is_active


def test_a_new_start_forgets_and_shows_a_link(administrator):
    one = UserFactory()
    page = signed(administrator).post(f"/people/{one.pk}/", {"deed": "again"}).content.decode()
    path = re.search(r"(/link/[\w-]+)", page)[1]
    assert Client().post(path)["Location"] == "/"
    assert Event.objects.filter(kind="second-factor-forgotten", subject_id=one.pk).exists()


def test_a_director_names_a_provider_of_their_establishment(director, establishment):
    client, path = signed(director), f"/establishments/{establishment.finess}/providers/"
    asked = {"deed": "name", "email": "tech@provider.example", "name": "Théo Exemple, Presta", "until": day(90)}
    assert "/link/" in client.post(path, asked).content.decode()
    role = Role.objects.get(kind="provider")
    assert (role.establishment, role.user.email) == (establishment, "tech@provider.example")
    assert "1 provider reads the findings" in client.get(path).content.decode()
    client.post(path, {"deed": "end", "role": role.pk})
    role.refresh_from_db()
    assert role.ended_at is not None


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"until": ""}, id="without-end"),
        pytest.param({"until": "2099-01-01"}, id="for-ever"),
        pytest.param({"email": "director@valmorne.example"}, id="themselves"),
        pytest.param({"email": ""}, id="nobody"),
    ],
)
def test_a_provider_is_somebody_else_and_for_a_year_at_most(director, establishment, changed):
    asked = {"deed": "name", "email": "tech@provider.example", "name": "Théo", "until": day(90)}
    answer = signed(director).post(f"/establishments/{establishment.finess}/providers/", asked | changed)
    assert answer.status_code == 422
    assert not Role.objects.filter(kind="provider").exists()


def test_bruno_names_no_provider_here_and_ends_none(director, establishment):
    other = EstablishmentFactory()
    bruno = UserFactory(analyst=False)
    now = timezone.now() - DAY
    actions.grant_role(user=bruno, kind="establishment_director", over=other, by="test", now=now)
    theirs = actions.grant_role(
        user=UserFactory(analyst=False), kind="provider", over=establishment, by="test", now=now
    )
    client = signed(bruno)
    assert client.get(f"/establishments/{establishment.finess}/providers/").status_code == 404
    own = f"/establishments/{other.finess}/providers/"
    assert client.post(own, {"deed": "end", "role": theirs.pk}).status_code == 404
    assert client.post(own, {"deed": "end", "role": director.roles.get().pk}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.ended_at is None


def test_a_role_is_lent_by_who_holds_it_alone(director, establishment):
    deputy, bruno = UserFactory(analyst=False, email="deputy@valmorne.example"), UserFactory(analyst=False)
    path = f"/account/roles/{director.roles.get().pk}/delegate"
    asked = {"email": deputy.email, "until": day(14)}
    assert signed(bruno).post(path, asked).status_code == 404
    assert signed(director).post(path, asked)["Location"] == "/account/"
    assert deputy.roles.get().delegated_from == director.roles.get()
    assert "deputy@valmorne.example" in signed(director).get(path).content.decode()


def test_an_address_without_an_account_is_refused_like_ones_own(director):
    path = f"/account/roles/{director.roles.get().pk}/delegate"
    pages = [
        signed(director).post(path, {"email": email, "until": day(5)}).content.decode()
        for email in ("nobody@elsewhere.example", director.email)
    ]
    assert all("somebody else, whose account is open" in page for page in pages)
