from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from kepuyue.core.time import now
from kepuyue.demo import stages


def demo_bar(request: HttpRequest) -> dict[str, Any]:
    """The bar above every page: that these are demonstration data, what day it is there, and the jumps."""
    current = getattr(request, "demo_stage", stages.standing())
    return {
        "demo_bar": {
            "template": "demo/_bar.html",
            "moment": timezone.localtime(now(), stages.ZONE),
            "back": request.get_full_path(),
            "stages": [
                {"code": stage.value, "label": label, "is_current": stage == current}
                for stage, label in stages.LABELS.items()
            ],
        }
    }
