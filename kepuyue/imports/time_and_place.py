"""One cell for time and place: 9月14日上午9:00，市少年宫."""

import re

from kepuyue.imports.guessing import PLACE

_LABELLED = re.compile(r"(?:活动|举办)?(?:地点|场地|地址)\s*[:：]\s*([^\n;；]+)")
_SAYS_TIME = re.compile(
    r"\d\s*[年月日号点时:：./~—–-]|[:：]\d|周[一二三四五六日末]|星期|[上下]午|晚|每|工作日|节假|全天|待定|期间|雨|报名|停止"
)
_MARKS = re.compile(r"([\s,，;；]+)")


def parted(text: str) -> tuple[str, str]:
    """What the text says about time, and the place that it names beside it, "" for none."""
    if labelled := _LABELLED.search(text):
        return _LABELLED.sub(" ", text).strip(), labelled.group(1).strip()
    pieces = _MARKS.split(text)
    places = [piece for piece in pieces[::2] if PLACE.search(piece) and not _SAYS_TIME.search(piece)]
    if not places or not _SAYS_TIME.search(text):
        return text, ""
    kept = [
        piece + (pieces[index + 1] if index + 1 < len(pieces) else "")
        for index, piece in enumerate(pieces)
        if index % 2 == 0 and piece not in places
    ]
    return "".join(kept).strip(" ,，;；\n"), " ".join(places)
