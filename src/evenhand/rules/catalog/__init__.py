"""The catalog: every coded rule, one module for each group."""

from evenhand.rules.algebra import RuleError
from evenhand.rules.catalog import (
    agreement,
    authority,
    citizenship,
    complaint,
    detainer,
    hold,
    language,
    officer,
    records,
    review,
    scope,
    supervision,
    transfer,
    uniform,
)
from evenhand.rules.rule import Rule

GROUPS: dict[str, str] = {
    "AGR": "The agreement",
    "OFF": "Designated officers",
    "SCO": "Scope",
    "UNI": "The same for everyone",
    "LAN": "Language and access",
    "CIT": "Claims to U.S. citizenship",
    "SUP": "Supervision",
    "DET": "Detainer and warrant",
    "HLD": "The hold clock",
    "TRF": "Transfer",
    "AUT": "Authority to hold",
    "BAL": "Bail",
    "CMP": "Complaints",
    "REV": "Reviews",
    "REC": "Records",
}

_MODULES = (
    agreement,
    officer,
    scope,
    uniform,
    language,
    citizenship,
    supervision,
    detainer,
    hold,
    transfer,
    authority,
    complaint,
    review,
    records,
)

CATALOG: dict[str, Rule] = {rule.id: rule for module in _MODULES for rule in module.RULES}

if len(CATALOG) != sum(len(module.RULES) for module in _MODULES):
    raise RuleError("two rules have the same id")
