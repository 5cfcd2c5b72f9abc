"""Taking decisions: what joins two keys, what keeps them apart, and what overrides a step."""

from dataclasses import dataclass, field, replace

from evenhand.registry.decisions import SETTLED_REASON, Clusters, Decision, Override, Verdict
from evenhand.registry.evidence import Evidence
from evenhand.registry.ids import Keys, settled_apart


@dataclass(kw_only=True)
class Joining:
    """What is under way: the groups so far and the decisions taken."""

    evidence: Evidence
    clusters: Clusters
    forced: dict[tuple[str, str], Override]
    settled: Keys
    decisions: list[Decision] = field(default_factory=list)

    def decide(self, decision: Decision) -> None:
        """Record a decision, carry it out if it joins, and let an override have its way."""
        a, b = sorted((decision.left, decision.right))
        override = self.forced.get((a, b))
        if override is None and decision.verdict is Verdict.SAME and settled_apart(self.settled, a, b):
            decision = replace(decision, verdict=Verdict.DIFFERENT, overridden_by=SETTLED_REASON)
        if override and override.verdict is not decision.verdict:
            decision = replace(decision, verdict=override.verdict, overridden_by=override.reason)
        if decision.verdict is Verdict.SAME and not self.clusters.join(decision.left, decision.right):
            decision = replace(
                decision,
                verdict=Verdict.DIFFERENT,
                overridden_by=decision.overridden_by or "an override keeps members of the two groups apart",
            )
        self.decisions.append(decision)

    def joined(self, a: str, b: str) -> bool:
        return self.clusters.find(a) == self.clusters.find(b)

    def carry_out_overrides(self, subject: str) -> None:
        """Join what an override joins and no step has."""
        for (a, b), override in sorted(self.forced.items()):
            if override.verdict is Verdict.SAME and not self.joined(a, b):
                self.decide(Decision(subject, "override", Verdict.SAME, a, b, override.reason))
