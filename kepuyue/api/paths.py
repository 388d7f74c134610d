"""Where a field of an activity's content stands in what the interface takes, gives and complains about."""

# Called otherwise by programs; of the police's licence one fact is told, whichever of its fields lacks
PATHS = {
    "participations": "organizers", "contact_name": "contact.name", "contact_phone": "contact.phone",
    "licence_exempt_note": "licence", "starts_on": "start", "ends_at": "end",
}  # fmt: skip


def path_of(field: str) -> str:
    """Its path for programs: organizers, terms.tier, contact.name. What has no other keeps its name."""
    if field.startswith("terms_"):
        return f"terms.{field.removeprefix('terms_')}"
    return PATHS.get(field, field)
