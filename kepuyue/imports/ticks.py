"""Boxes to tick, as forms print them: what is ticked counts, the other choices were only offered."""

import re

_TICKED, _OPEN = "☑☒✅✔✓√■🗹", "□☐▢◻⬜"
_BOX = re.compile(f"[{_TICKED}{_OPEN}]\ufe0f?")
_IN_BRACKETS = re.compile(rf"[(（]\s*([{_TICKED}]?)\ufe0f?\s*[)）]")
_MARK = {**dict.fromkeys(_TICKED, "☑"), **dict.fromkeys(_OPEN, "□")}


def ticked(text: str) -> str:
    """The ticked choices of a text with boxes, "" where none is ticked; any other text as it stands."""
    if not _BOX.search(text):
        return text
    if "√" in text or "✓" in text or "✔" in text or "☑" in text:  # 是（√） 否（ ）
        text = _IN_BRACKETS.sub(lambda found: "☑" if found.group(1) else "□", text)
    if not any(mark in text for mark in _OPEN):
        return text
    boxes = list(_BOX.finditer(text))
    stripped = text.strip()
    before = not stripped or _MARK.get(stripped[-1]) is None  # □线下 ☑线上 or 线下□ 线上☑
    chosen = []
    for number, box in enumerate(boxes):
        if before:
            end = boxes[number + 1].start() if number + 1 < len(boxes) else len(text)
            choice = text[box.end() : end]
        else:
            choice = text[boxes[number - 1].end() if number else 0 : box.start()]
        if _MARK[box.group()[0]] == "☑":
            chosen.append(choice.strip(" \t\n、,，;；/"))
    return "；".join(choice for choice in chosen if choice)
