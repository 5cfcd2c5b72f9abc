"""What a facility's page offers to the agency's coordinator."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from evenhand.desk.facilities import acts, forms
from evenhand.desk.places.models import Facility
from evenhand.desk.record.history import Subject
from evenhand.desk.steps.form import ActForm
from evenhand.desk.steps.step import AGENCY, Step, Steps
from evenhand.record.events import SubjectKind
from evenhand.record.events.oversight import (
    IceEquipmentInstalled,
    InterpreterQualified,
    IsaSigned,
    PosterAttested,
)


def find(subject: Subject) -> Facility:
    """The facility in scope by its code, or 404."""
    return get_object_or_404(Facility, agency=subject.agency, code=subject.subject)


STEPS = Steps[Facility](
    kind=SubjectKind.FACILITY,
    page="facilities:show",
    find=find,
    steps=(
        Step(
            "posters",
            PosterAttested.type,
            _("Attest the posters"),
            forms.PostersForm,
            acts.attest_posters,
            AGENCY,
        ),
        Step(
            "interpreter",
            InterpreterQualified.type,
            _("Record a qualified interpreter"),
            forms.InterpreterForm,
            acts.qualify_interpreter,
            AGENCY,
        ),
        Step(
            "equipment",
            IceEquipmentInstalled.type,
            _("Record that ICE equipment is in use"),
            ActForm,
            acts.install_equipment,
            AGENCY,
        ),
        Step(
            "isa",
            IsaSigned.type,
            _("Record the interconnection security agreement"),
            ActForm,
            acts.sign_isa,
            AGENCY,
        ),
    ),
)
