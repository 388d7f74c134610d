"""What a first visit to each kind of public page may cost a phone. docs/accessibility.md says how it is measured.

A budget stands a little above what a page costs that is made well; where a page is over it, the page is mended.
"""

from typing import NamedTuple


class Budget(NamedTuple):
    """Of a first visit at 390 px, with nothing kept by the browser."""

    page: str
    address: str  # {names} are filled in by the test
    kilobytes: int  # 1,000 bytes over the line, headers too, compressed as sent; without photographs
    requests: int  # without photographs
    blocking: int  # files without which nothing is painted
    nodes: int  # elements of the document


# The home page of thirty activities, lists of a whole page, and so on: what a full month looks like
BUDGETS = [
    #      page                 address                                         kB  requests  blocking  nodes
    Budget("home",              "/",                                             70,        6,        1,  2_300),
    Budget("list",              "/activities/",                                  70,        6,        1,  1_800),
    Budget("list, filtered",    "/activities/?audience=children&when=weekend",   70,        6,        1,  1_800),
    Budget("calendar of list",  "/activities/?view=calendar",                    62,        6,        1,    700),
    Budget("map",               "/activities/?view=map",                        120,       12,        1,    600),
    Budget("activity",          "/activities/{activity}/",                       64,        6,        1,    700),
    Budget("calendar",          "/calendar/",                                    60,        6,        1,    500),
    Budget("day",               "/calendar/2024-09-14/",                         62,        6,        1,    800),
    Budget("unit",              "/units/{unit}/",                                68,        6,        1,  1_700),
    Budget("venue",             "/venues/{venue}/",                              68,        6,        1,  1_700),
    Budget("district",          "/districts/futian/",                            66,        6,        1,  1_000),
    Budget("main venue",        "/main-venue/",                                  60,        6,        1,    400),
    Budget("press",             "/press/",                                       62,        6,        1,    400),
    Budget("cloud",             "/cloud/",                                       64,        6,        1,    700),
    Budget("topic",             "/cloud/{topic}/",                               64,        6,        1,    500),
    Budget("my month",          "/my-month/?kept={activity}.1",                  60,        6,        1,    300),
    Budget("handbook",          "/handbook/",                                    60,        6,        1,    300),
    Budget("reference",         "/api/",                                         80,        6,        1,  5_200),
    Budget("highlights",        "/highlights/",                                  62,        6,        1,   700),
    Budget("cities",            "/cities/",                                      60,        6,        1,    250),
    Budget("departments",       "/departments/",                                 60,        6,        1,    250),
    Budget("department",        "/departments/{department}/",                    60,        6,        1,     250),
    Budget("open data",         "/open-data/",                                   62,        6,        1,    900),
    Budget("embed",             "/embed/",                                       66,       11,        1,    300),
    Budget("widget",            "/widget/",                                      8,        6,        2,    120),
    Budget("stories",           "/press/stories/",                               60,        6,        1,     250),
    Budget("story",             "/press/stories/{story}/",                       60,        6,        1,     300),
    Budget("coverage",          "/press/coverage/",                              60,        6,        1,     250),
    Budget("bases",             "/bases/",                                       60,        6,        1,    300),
    Budget("base",              "/bases/{base}/",                                60,        6,        1,     400),
    Budget("notice",            "/notice/",                                      60,        6,        1,    300),
    Budget("paper",             "/notice/notice/",                               60,        6,        1,     250),
    Budget("broadcast",         "/cloud/{live}/",                                62,        6,        1,    400),
    Budget("own questions",     "/cloud/questions/",                             60,        6,        1,     250),
    Budget("booking",           "/sessions/{session}/booking/",                  64,        8,        1,    350),
    Budget("ticket",            "/booking/{ticket}/{seal}/",                     60,        6,        1,    300),
    Budget("giving it back",    "/booking/{ticket}/{seal}/cancellation/",        60,        6,        1,    250),
    Budget("draw",              "/draws/{ballot}/",                              60,        6,        1,     300),
    Budget("one minute",        "/visits/{visit}/{visit_seal}/",                 60,        6,        1,     300),
    Budget("own bookings",      "/booking/mine/",                                60,        6,        1,    250),
    Budget("recommended",       "/recommendations/{round}/",                     60,        6,        1,    400),
    Budget("figures",           "/figures/",                                     60,        6,        1,    400),
    Budget("honors",            "/honors/",                                      60,        6,        1,    400),
    Budget("data of children",  "/privacy/children/",                            60,        6,        1,    250),
]  # fmt: skip
