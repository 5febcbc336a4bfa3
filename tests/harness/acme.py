"""A user with a policy, detectors, a package and a processor of their own."""

from pathlib import Path

#: The example of the documentation, whole.
POLICY = r"""
kinds = ["support", "report"]
[[policy.rules]]                     # fields of `when` are ANDed
when = { entity_types = ["CREDIT_CARD", "US_SSN", "PASSWORD", "SECRET"], min_score = 0.5 }
then = "hold"
[[policy.rules]]
when = { entity_types = ["EMAIL_ADDRESS", "PHONE_NUMBER"], kinds = ["support"] }
then = "redact"
[[policy.rules]]
when = {}
then = "allow"
[policy.operators]
EMAIL_ADDRESS = "token"
PHONE_NUMBER = "hash"
STAFF_ID = "mask"
[[routes]]
when = { kinds = ["report"], min_characters = 4000 }
deliver = "queued"
pool = "cpu"
[[screening.patterns]]
entity_type = "STAFF_ID"
regex = '\bSTF-\d{6}\b'
score = 0.9
context = ["staff", "badge"]
[screening]
detectors = ["*", "acme_pii:StaffId", "acme"]
[processing.processors]
invoice = "acme_jobs.invoice:render"
"""
DETECTOR = r"""
from gateway.screening.patterns import Family, Pattern

class StaffId:
    name = "staff_id"
    patterns = (Pattern(name="badge", entity_type="BADGE", regex=r"\bBDG-\d{4}\b", score=0.9),)
    keyed = ()
    examples = {"BADGE": ("badge «BDG-1234»",)}
    counter_examples = ("BDG-12",)

Offered = Family(
    name="acme", patterns=(Pattern(name="depot", entity_type="DEPOT", regex=r"\bDPT-\d{4}\b", score=0.9),)
)
Slow = Family(
    name="slow", patterns=(Pattern(name="slow", entity_type="SLOW", regex="a[^b]*c|a", score=0.9),)
)
"""
JOB = "def render(job):\n    return {'total': 7, 'to': 'mira@oldenkamp-boats.com'}\n"


def install(folder: Path) -> None:
    """Put the user's code into *folder*, as an installer would."""
    package = folder / "acme_pii-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-pii\nVersion: 1.0\n")
    offered = "[portcullis.detectors]\nacme = acme_pii:Offered\nnothing = acme_pii:no_such\n"
    (package / "entry_points.txt").write_text(offered)
    (folder / "acme_pii.py").write_text(DETECTOR)
    (folder / "acme_jobs").mkdir()
    (folder / "acme_jobs" / "invoice.py").write_text(JOB)
