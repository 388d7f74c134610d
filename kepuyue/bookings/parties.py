"""Who comes along: children with their guardian, a class with its teacher. All rules about it stand here.

未成年人保护法 art. 72, 个人信息保护法 art. 31: data of a child under 14 is taken with a guardian's consent only.
So no child is named at all: whoever books is the guardian, says how many children come along, and the version of the
text that they agreed to is kept with the booking.
"""

from dataclasses import dataclass
from math import ceil

from django.utils.translation import gettext as _

# Under this age a guardian books (个人信息保护法 art. 28, 31)
GUARDED_UNDER = 14
# Pupils to one adult, where the edition says nothing (`editions.policy.Booking`)
USUAL_RATIO = 10


@dataclass(frozen=True, slots=True)
class Party:
    """What is said of a party beside its size."""

    consent: str = ""
    "Version of the text on personal data that was agreed to (`editions.policy.Booking`); empty: none was asked for"
    children: int = 0
    "How many of the seats are for children under 14"
    school: str = ""
    "Of a class; empty: it is none"
    adults: int = 0
    "Of a class: how many of the seats are for teachers and others who look after it"

    @property
    def is_class(self) -> bool:
        """Whether a class comes; it has a limit of its own (`BookingTerms.group_most`)."""
        return bool(self.school)

    @property
    def text(self) -> str:
        """All that was said but the version of a text, for telling one request from another; "" where nothing was."""
        said = (self.children, self.school, self.adults)
        return "\n".join(map(str, said)) if any(said) else ""


ALONE = Party()


def faults(party: Party, seats: int, *, ratio: int = USUAL_RATIO) -> dict[str, str]:
    """What is wrong with a party of so many seats, by field: a sentence that says what to do. `ratio`: pupils to one
    adult.
    """
    found = {}
    if party.is_class:
        if short := adults_needed(seats, party.adults, ratio=ratio):
            found["adults"] = short
    elif party.children >= seats and party.children:
        found["children"] = _("14岁以下的孩子要有大人陪同：孩子的人数要少于总人数，请把大人也算上。")
    if (party.is_class or party.children) and not party.consent:
        found["consent"] = _("孩子参加，要由监护人或老师同意个人信息说明，请勾选后再提交。")
    return found


def adults_needed(seats: int, adults: int, *, ratio: int) -> str:
    """Why so few adults are not enough for a class of so many people, themselves included; "" where they are."""
    pupils = seats - adults
    if pupils < 1:
        return _("带队的人数要少于总人数。")
    needed = ceil(pupils / ratio)
    if adults >= needed:
        return ""
    return _("%(pupils)s名学生至少要%(needed)s位大人带队（每%(ratio)s名学生1位），请增加带队的人。") % {
        "pupils": pupils, "needed": needed, "ratio": ratio,
    }  # fmt: skip
