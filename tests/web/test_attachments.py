"""Files: refused in clear words, kept encrypted, only ever downloaded, read by few, purged with a reason."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.apps.incidents.world import declared
from tests.factories import EstablishmentFactory, RoleFactory
from vigie.apps.audit.models import Event
from vigie.apps.incidents import attaching
from vigie.apps.incidents.models import Attachment, AttachmentBody, IncidentEvent

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def signed(user) -> Client:
    client = Client(headers={"accept-language": "fr"})
    client.force_login(user)
    return client


def officer(establishment) -> Client:
    role = RoleFactory(kind="establishment_officer", scope_kind="establishment", establishment=establishment)
    return signed(role.user)


@pytest.fixture
def analyst(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    return signed(RoleFactory(kind="national_analyst", scope_kind="nation").user)


@pytest.fixture
def one(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    return declared(EstablishmentFactory(), timezone.now(), discovered_at=timezone.now().isoformat()).declaration


def send(client: Client, one, name: str, content: bytes) -> str:
    sent = SimpleUploadedFile(name, content)
    answer = client.post(reverse("web:declaration-attach", args=[one.reference]), {"file": sent}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_file_is_kept_encrypted_with_its_digest_and_taken_away_as_a_download(one):
    aline = officer(one.establishment)
    assert "capture.png" in send(aline, one, "capture.png", PNG)
    kept = Attachment.objects.get()
    assert kept.media_type == "image/png"
    assert PNG not in bytes(AttachmentBody.objects.get().content)
    answer = aline.get(reverse("web:attachment", args=[one.reference, kept.uid]))
    assert answer.content == PNG
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="capture.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert Event.objects.filter(kind="incident-file-taken-away").count() == 1


def test_bruno_neither_reads_nor_adds_nor_purges(one, analyst):
    send(officer(one.establishment), one, "capture.png", PNG)
    kept = Attachment.objects.get()
    bruno = officer(EstablishmentFactory())
    for name, args in (("attachment", [one.reference, kept.uid]), ("purge-attachment", [one.reference, kept.uid])):
        assert bruno.get(reverse(f"web:{name}", args=args)).status_code in {403, 404}
    assert bruno.post(reverse("web:declaration-attach", args=[one.reference])).status_code == 404
    aline = officer(one.establishment)
    assert aline.post(reverse("web:purge-attachment", args=[one.reference, kept.uid])).status_code == 403
    assert Client().post(reverse("web:own-declaration-attach", args=[one.reference])).status_code == 302
    other = declared(EstablishmentFactory(), timezone.now(), discovered_at=timezone.now().isoformat()).declaration
    assert analyst.get(reverse("web:attachment", args=[other.reference, kept.uid])).status_code == 404


def test_an_analyst_purges_and_what_it_was_stays(one, analyst):
    send(officer(one.establishment), one, "capture.png", PNG)
    kept = Attachment.objects.get()
    url = reverse("web:purge-attachment", args=[one.reference, kept.uid])
    assert analyst.post(url, {"reason": " "}).status_code == 422
    assert analyst.post(url, {"reason": "photo d'un écran avec un nom"}).status_code == 302
    assert not AttachmentBody.objects.exists()
    assert analyst.get(reverse("web:attachment", args=[one.reference, kept.uid])).status_code == 404
    assert (
        Attachment.objects.get().sha256
        in analyst.get(reverse("web:declaration", args=[one.reference])).content.decode()
    )
    assert IncidentEvent.objects.filter(kind="purged").count() == 1
    assert analyst.post(url, {"reason": "encore"}).status_code == 422


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("logo.svg", b"<svg><script/></svg>", "script", id="svg"),
        pytest.param("a.txt", b"2 55 08 14 168 025 38", "numéro national", id="patient"),
        pytest.param("a.zip", b"PK\x03\x04", "archive", id="broken"),
    ],
)
def test_what_is_refused_is_told_in_the_language_of_the_reader(one, name, content, words):
    assert words in send(officer(one.establishment), one, name, content)
    assert not Attachment.objects.exists()


def test_a_hundred_megabytes_are_told_to_be_too_many_and_never_held(one):
    class Endless(SimpleUploadedFile):
        def read(self, *args):
            raise AssertionError("its size alone says that it is too large")

    huge = Endless("image-disque.zip", b"x")
    huge.size = 100_000_000
    with pytest.raises(attaching.FileRefused, match="20"):
        attaching.attach(declaration=one, sent=huge, by="test", now=timezone.now())


def test_the_same_file_twice_and_too_many_files_are_refused_clearly(one, monkeypatch):
    aline = officer(one.establishment)
    send(aline, one, "a.txt", b"a")
    assert "déjà" in send(aline, one, "b.txt", b"a")
    for number in range(9):
        send(aline, one, f"{number}.txt", str(number).encode())
    assert "10 fichiers" in send(aline, one, "trop.txt", b"trop")
    assert Attachment.objects.count() == 10


def test_whoever_declared_without_account_adds_a_file_but_is_given_none_back(client, settings):
    told = {"structure": "Clinique Exemple", "seen": "Panne", "email": "a@valmorne.example", "deed": "declare"}
    told["discovered_at"] = timezone.localtime().strftime("%Y-%m-%dT00:00")
    page = client.post(reverse("web:declare-incident"), told)["Location"]
    reference = page.rstrip("/").split("/")[-1]
    sent = SimpleUploadedFile("a.txt", b"journal")
    client.post(reverse("web:own-declaration-attach", args=[reference]), {"file": sent})
    kept = Attachment.objects.get()
    assert "a.txt" in client.get(page).content.decode()
    assert client.get(reverse("web:attachment", args=[reference, kept.uid])).status_code == 302
