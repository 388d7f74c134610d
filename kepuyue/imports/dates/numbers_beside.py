"""Bare numbers become days or hours by what stands beside them: 9.14-15, 18-21点, 9月7、14、21日."""

from kepuyue.imports.dates.tokens import CLOCKS, DAYS, SEPARATORS, Token

ONE_CLOCK = [[kind] for kind in sorted(CLOCKS)]


def decided_numbers(tokens: list[Token]) -> list[Token]:
    """The tokens with every number that has a meaning as that day or hour; the rest stay numbers."""
    found: list[Token] = []
    for position, token in enumerate(tokens):
        if token.kind != "number":
            found.append(token)
            continue
        before = found[-1] if found else None
        earlier = found[-2] if len(found) > 1 else None
        after = tokens[position + 1 : position + 4]
        ahead = [follower.kind for follower in after]
        hour_follows = ahead[:1] == ["dash"] and (
            ahead[1:2] in ONE_CLOCK or (ahead[1:2] == ["half"] and ahead[2:3] in ONE_CLOCK)
        )
        bound = before is not None and before.kind in SEPARATORS and earlier is not None
        if hour_follows and not (bound and before and before.kind == "dash"):
            found.append(Token("oclock", token.text, {"H2": token.text}))
        elif (bound and earlier and earlier.kind in DAYS) or (bound and earlier and earlier.kind == "month"):
            found.append(Token("day_of_month", token.text, {"d7": token.text}))
        elif (bound and earlier and before and before.kind == "dash" and earlier.kind in CLOCKS) or (
            before is not None and before.kind == "half"
        ):
            found.append(Token("oclock", token.text, {"H2": token.text}))
        else:
            found.append(token)
    return found
