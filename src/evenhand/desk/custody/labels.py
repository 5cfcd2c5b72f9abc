"""What the codes of custody are called on pages."""

from django.utils.translation import gettext_lazy as _

from evenhand.desk.bookings.labels import Labels
from evenhand.record.events.booking import (
    Destination,
    DetainerBox,
    HoldBasis,
    ProbableCause,
    RefusalReason,
    ReleaseCause,
    ReviewFound,
)

GROUNDS: Labels = {
    ProbableCause.FINAL_ORDER: _("A final order of removal"),
    ProbableCause.PENDING_PROCEEDINGS: _("Pending removal proceedings"),
    ProbableCause.BIOMETRIC_MATCH: _("A biometric match with federal records"),
    ProbableCause.STATEMENTS_OR_EVIDENCE: _(
        "Statements to an immigration officer, or other reliable evidence"
    ),
}
"""The four grounds that Form I-247A (3/17) prints, in short."""
CAUSES: Labels = {
    ReleaseCause.BOND: _("Bond"),
    ReleaseCause.DISMISSED: _("Charges dismissed"),
    ReleaseCause.SERVED: _("Sentence served"),
    ReleaseCause.RECOGNIZANCE: _("Own recognizance"),
    ReleaseCause.ACQUITTED: _("Acquitted"),
    ReleaseCause.NOT_FILED: _("Charges not filed"),
    ReleaseCause.OTHER: _("Another cause"),
}
BASES: Labels = {
    HoldBasis.DETAINER: _("Detainer (I-247A)"),
    HoldBasis.JUDICIAL_WARRANT: _("Warrant signed by a judge"),
    HoldBasis.OTHER_AGENCY: _("Hold of another agency"),
}
DESTINATIONS: Labels = {
    Destination.ICE: _("ICE"),
    Destination.OTHER_AGENCY: _("Another agency"),
    Destination.PRISON: _("Prison"),
    Destination.HOSPITAL: _("Hospital"),
    Destination.COURT: _("Court"),
}
DETAINER_FORMS: Labels = {
    "2017": _("I-247A, detainer"),
    "I-247G": _("I-247G, request for notice only"),
}
BOXES: Labels = {
    DetainerBox.ONE: _("Box 1: probable cause"),
    DetainerBox.TWO: _("Box 2: the person was in ICE custody and ICE lent the person"),
}
FOUND: Labels = {
    ReviewFound.PROBABLE_CAUSE: _("Probable cause"),
    ReviewFound.NO_PROBABLE_CAUSE: _("No probable cause"),
}
REFUSED_FOR: Labels = {
    RefusalReason.DETAINER: _("A detainer"),
    RefusalReason.OTHER: _("Another reason"),
}
DOCUMENTS: Labels = {
    "I-247A": _("I-247A, detainer"),
    "I-200": _("I-200, warrant for arrest"),
    "I-205": _("I-205, warrant of removal"),
    "I-862": _("I-862, notice to appear"),
    "I-286": _("I-286, notice of custody determination"),
    "property_list": _("List of property"),
    "medical_summary": _("Medical summary"),
    "other": _("Another document"),
}
"""Documents that go with a person, or were served on the person."""
