"""A desk in processes of its own, over a database of its own: what it takes to make, serve and read one.

python -m desk.standing make TOKENS     prints the secrets of that many tokens
python -m desk.standing serve ADDRESS   becomes the server
python -m desk.standing read            prints the types of each booking's events, and all ids
"""

import json
import sys


def make(tokens: int) -> list[str]:
    """Tables, and a county whose officer is certified."""
    from django.core.management import call_command

    from desk.api_calls import AGENCY
    from desk.county import County
    from evenhand.desk.api.models import issue
    from evenhand.desk.record.scope import EVERYTHING, within

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    county = County()
    county.found()
    county.certify()
    with within(EVERYTHING):
        return [issue(county.ori, f"jms-{n}", AGENCY, "administrator")[1] for n in range(tokens)]


def read() -> dict[str, object]:
    from evenhand.desk.record.models import Occurrence
    from evenhand.desk.record.scope import EVERYTHING, within

    bookings: dict[str, list[str]] = {}
    ids = []
    with within(EVERYTHING):
        for found in Occurrence.objects.order_by("seq"):
            ids.append(str(found.event))
            if found.kind == "booking":
                bookings.setdefault(found.subject, []).append(found.type)
    return {"bookings": bookings, "ids": ids}


if __name__ == "__main__":
    from evenhand.desk.command import start

    start(demonstration=True)
    if sys.argv[1] == "serve":
        from evenhand.desk.serving import run

        run(sys.argv[2], workers=2)
    else:
        print(json.dumps(make(int(sys.argv[2])) if sys.argv[1] == "make" else read()))
