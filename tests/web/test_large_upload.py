"""A hundred megabytes through a real connection: answered in words, and never held in memory."""

import http.client
import resource
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from vigie.apps.incidents.models import Attachment

pytestmark = pytest.mark.django_db(transaction=True)
PIECE, PIECES = b"\0" * 1_000_000, 100
HEAD = (
    '--cut\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
    '--cut\r\nContent-Disposition: form-data; name="file"; filename="disque.zip"\r\n\r\n'
)


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def test_a_hundred_megabytes_are_refused_in_words_and_never_held(live_server):
    browser = Client(headers={"accept-language": "fr"})
    told = {"structure": "Clinique Exemple", "seen": "Panne", "email": "a@valmorne.example", "deed": "declare"}
    told |= {"discovered_at": timezone.localtime().strftime("%Y-%m-%dT00:00"), "key": uuid.uuid4().hex}
    page = browser.post(reverse("web:declare-incident"), told)["Location"]
    browser.get(page)
    reference, token = page.rstrip("/").split("/")[-1], browser.cookies["csrftoken"].value
    head, tail = HEAD.format(token=token).encode(), b"\r\n--cut--\r\n"
    before = peak_megabytes()
    connection = http.client.HTTPConnection(live_server.thread.host, live_server.thread.port, timeout=60)
    connection.putrequest("POST", reverse("web:own-declaration-attach", args=[reference]))
    connection.putheader("Content-Type", "multipart/form-data; boundary=cut")
    connection.putheader("Content-Length", str(len(head) + len(PIECE) * PIECES + len(tail)))
    connection.putheader("Cookie", "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items()))
    connection.putheader("Accept-Language", "fr")
    connection.endheaders(head)
    for _piece in range(PIECES):
        connection.send(PIECE)
    connection.send(tail)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 302
    for name, value in answer.getheaders():
        if name == "Set-Cookie":
            browser.cookies.load(value)
    assert "20 Mo" in browser.get(page).content.decode()
    assert not Attachment.objects.exists()
    assert peak_megabytes() - before < 60
