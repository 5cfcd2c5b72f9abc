"""The agency's record as a ZIP file, for a program that states who gets it and on what legal ground."""

from django.http import FileResponse, HttpRequest
from ninja import Router, Schema, Status

from evenhand.desk.api.auth import need
from evenhand.desk.api.document import ANSWERS
from evenhand.desk.api.lists import Moment
from evenhand.desk.api.models import Grant
from evenhand.desk.api.rows import RowResult, refused
from evenhand.desk.exports.acts import ZIP, record_release, zipped_record
from evenhand.desk.record.act import Actor, RefusedError
from evenhand.record.events import ActorRole, SourceKind
from evenhand.record.events.oversight import Coordinator, LegalGround, Recipient

router = Router(tags=["exports"])
_FILE = {
    "responses": {
        200: {
            "description": "The record as a ZIP file.",
            "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class ExportIn(Schema):
    """A release of the record. `state_record`: the records belong only to the state."""

    recipient: Recipient
    legal_ground: LegalGround
    state_record: bool | None = None
    coordinated_with: Coordinator | None = None
    coordinated_at: Moment | None = None


@router.post("/exports", response={409: RowResult, **ANSWERS}, openapi_extra=_FILE)
def exports(request: HttpRequest, release: ExportIn) -> FileResponse | Status[RowResult]:
    """Export the agency's events without personal data, and log the export. 409: a rule blocks it."""
    token = need(request, Grant.EXPORT)
    by = Actor(token.actor, ActorRole.SYSTEM)
    try:
        record_release(token.agency, by, source=SourceKind.API, source_file=token.identity, **dict(release))
    except RefusedError as error:
        return Status(409, refused(0, error))
    file = zipped_record(token.agency)
    return FileResponse(file, as_attachment=True, filename=f"{token.agency}.zip", content_type=ZIP)
