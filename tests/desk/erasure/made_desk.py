"""A desk with one person in every place that keeps something of people, before and after an erasure.

Run as a program, with the folder for its two backups and the scope of the order; it prints the numbers that a
test looks for.
"""

import json
import sys
from pathlib import Path
from typing import Any

NAME, BORN = "Quillfeather, Zebulón", "1987-06-05"
PLACE, CITIZENSHIP = "Brobdingnag", "Lilliputian"
TEXT, CONTACT = "The jailer kept the “carta” of Zebulón", "zq@contact.test"
PERSONAL = (NAME, BORN, PLACE, CITIZENSHIP, TEXT, CONTACT)
NUMBER = "QF-2026-77"


def main(backups: Path, scope: str) -> None:
    from evenhand.desk.command import start

    start()
    from django.conf import settings
    from django.contrib.auth.signals import user_logged_in
    from django.core.management import call_command

    from desk.recent import note_sign_in

    user_logged_in.connect(note_sign_in)
    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from evenhand.desk.operations.backup import backup
    from evenhand.desk.operations.checkpoint import checkpoint

    desk, subject, reference = _filled()
    checkpoint()
    backup(backups / "before")
    left = _erased(desk, subject, reference, scope)
    checkpoint()
    backup(backups / "after")
    print(json.dumps({"subject": subject, "reference": reference, "left": left}))


def _filled() -> tuple[Any, str, str]:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils import timezone

    from desk.casework import Desk
    from desk.county import County
    from evenhand.desk.accounts.models import Role
    from evenhand.desk.bookings.models import KeptMapping
    from evenhand.desk.complaints import acts as complaints
    from evenhand.desk.record.scope import EVERYTHING, within
    from evenhand.desk.webhooks.models import Hook
    from evenhand.record.events.oversight import Channel, ComplaintAbout

    county = County()
    county.found()
    county.certify()
    desk = Desk(county)
    with within(EVERYTHING):
        Hook.objects.create(agency=county.ori, url="https://receiver.test/")
        for text in (f"# {NAME}", "# nothing"):
            KeptMapping.objects.create(
                agency=county.ori, text=text, changed_by="a", changed_at=timezone.now()
            )
        KeptMapping.objects.create(agency=county.ori, text="", changed_by="a", changed_at=timezone.now())
    desk.book("B-1", minutes=50)
    subject = desk.book(NUMBER, name=NAME, birth_date=BORN)
    desk.screen(desk_first(desk))
    desk.screen(subject)
    desk.interview(subject, stated_place_of_birth=PLACE, stated_citizenship=CITIZENSHIP)
    with within(EVERYTHING):
        reference = complaints.receive(
            by=complaints.PUBLIC,
            agency=county.ori,
            about=ComplaintAbout.PROCESS,
            text=TEXT,
            contact=CONTACT,
            channel=Channel.FORM,
            language="en",
        )
    # One upload whose bad rows stay in a session, and one that waits.
    lines = f'number,booked_at,name,birth_date,arresting_agency,statute\n{NUMBER},never,"{NAME}",{BORN},Police,1\n'
    for _ in range(2):
        client = desk.client(Role.BOOKING_OFFICER)
        client.post("/bookings/upload/", {"file": SimpleUploadedFile("jail.csv", lines.encode())})
        page = client.get("/bookings/upload/preview/")
        if _ == 0:
            pending = page.content.decode().partition('name="upload" value="')[2].partition('"')[0]
            client.post("/bookings/upload/preview/", {"upload": pending})
    for role in (Role.REVIEWER, Role.COORDINATOR):
        for path in ("/bookings/", "/screening/", f"/bookings/{subject}/", f"/bookings/{subject}/summary/"):
            assert desk.get(role, path).status_code == 200
        said = {"name": NAME, "ground": "other", "note": "asked at the counter"}
        assert NUMBER in desk.post(role, "/bookings/search/", **said).content.decode()
    return desk, subject, reference


def desk_first(desk: Any) -> str:
    return f"{desk.county.ori}:B-1"


def _erased(desk: Any, subject: str, reference: str, scope: str) -> list[str]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from evenhand.desk.accounts.models import Role
    from evenhand.desk.erasure.models import ErasureOrder
    from evenhand.desk.record.scope import EVERYTHING, within

    desk.did(
        Role.COORDINATOR,
        "/erasure/new/",
        court="District Court 12",
        number="26-CR-0042",
        ordered_on="2026-03-03",
        scope=scope,
        document=SimpleUploadedFile(f"{NAME}.pdf", b"%PDF-1.7 in re Quillfeather %%EOF"),
        bookings=NUMBER,
        complaints=reference,
    )
    with within(EVERYTHING):
        number = ErasureOrder.objects.get().pk
    desk.did(Role.FEDERAL_SUPERVISOR, f"/erasure/{number}/decide/", decision="confirm")
    with within(EVERYTHING):
        order = ErasureOrder.objects.get()
        assert order.carried_out, order.outcome
        return list(order.left)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
