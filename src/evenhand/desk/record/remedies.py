"""For each guard rule, what would make the refused act lawful."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REMEDIES: dict[str, str | Promise] = {
    "AGR-01": _("Record the act only while an agreement of this agency is in force."),
    "AGR-02": _("Record both signatures, that of the agency and that of ICE, before the day of effect."),
    "AGR-03": _("Leave the act to ICE: this agency's agreement does not delegate it."),
    "AGR-04": _("Name the functions, how long they are valid, and the position that supervises."),
    "AGR-05": _("Enter when each party signed the amendment; both days must come before its effect."),
    "AGR-08": _("Give the reason, the length in days, and how the agency can answer."),
    "AGR-10": _("Leave the act to ICE until the agreement is in force again."),
    "OFF-01": _(
        "Record the officer's nomination with the attested citizenship and employment, or let another act."
    ),
    "OFF-02": _("Record the decision that the officer is eligible first."),
    "OFF-03": _("Record the completed training first."),
    "OFF-04": _("Record a passed examination (70 percent or more), within the attempts that are allowed."),
    "OFF-05": _(
        "Let a certified and authorized officer act, or record certificate, authorization and Form 70-006."
    ),
    "OFF-06": _("Record the officer's refresher training first, or let another officer act."),
    "OFF-07": _("Let an officer act who is neither suspended nor revoked and has not left."),
    "OFF-09": _("Let a designated officer or ICE act."),
    "OFF-10": _("Assign the officer to this facility first, or let an officer assigned to it act."),
    "SCO-01": _("Record the booking first; nobody else is screened."),
    "SCO-02": _("Record a charge with its offense and arresting agency first."),
    "SCO-03": _("Act in a facility that the agreement names."),
    "SCO-04": _("Close the screening as 'released before': release on all local charges is due."),
    "SCO-05": _("Record first that local custody has ended (release due)."),
    "UNI-03": _("Do each step of the form in its order, then close the screening."),
    "UNI-05": _(
        "Name a ground that the agreement allows: never appearance, name, accent, language, race or religion."
    ),
    "UNI-07": _("Give the reason why this booking is screened again."),
    "LAN-01": _("Ask whether an interpreter is needed, and record the answer."),
    "LAN-02": _("Name the interpreter."),
    "LAN-03": _("Record the aid that was given."),
    "CIT-02": _("Wait until ICE has resolved the claim to U.S. citizenship."),
    "CIT-03": _("Let a federal officer resolve the claim, in writing, with the grounds."),
    "CIT-04": _("Cancel the detainer: the claim was resolved in the person's favor and the case is over."),
    "SUP-02": _("Wait for the federal supervisor's concurrence."),
    "SUP-03": _("Let a federal supervisor review who did not make the determination."),
    "SUP-04": _("Let an ICE officer sign."),
    "SUP-05": _("Send the determination again and wait for the federal supervisor's concurrence."),
    "DET-01": _("Record the signed warrant (I-200 or I-205) first."),
    "DET-02": _("Let a federal immigration officer sign."),
    "DET-03": _("Name one of the grounds that the form prints."),
    "DET-04": _("Serve a copy of the detainer on the person first."),
    "DET-07": _("Serve the warrant at most 24 hours before release is due, and before the person leaves."),
    "DET-09": _("Record the record checks with their results first."),
    "HLD-04": _("Release the person, or record the detainer in effect first."),
    "TRF-01": _("Name the receiving federal officer and the receipt."),
    "TRF-03": _(
        "Record that the person was told of the consulate, and the consulate's notification where it is owed."
    ),
    "CMP-06": _("Let someone close the complaint whom it is not about."),
    "REV-01": _("Draw the sample, with its seed, first."),
    "REV-02": _("Name the rule, the evidence, and a corrective action with its owner and date."),
    "REV-04": _("Let a unit review that is not the one under review."),
    "REC-02": _(
        "Check the times: arrest, booking, everything else, departure; nothing comes after the departure."
    ),
    "REC-03": _("Name the event that is corrected, and say why."),
    "REC-04": _("Open the case in a role that may read it, and on a ground."),
    "REC-05": _("Name the ground on which the information is released."),
}
