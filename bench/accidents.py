"""What happens to the hosts of deploy/ while people book (`bench.hosts`), and how it is mended afterwards."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bench.machines import Host

if TYPE_CHECKING:
    from bench.hosts import Site


def _kill_postgresql(site: "Site") -> None:
    primary = site.primary()
    assert primary is not None
    number = primary.run(["head", "-1", "/var/lib/postgresql/kepuyue/postmaster.pid"]).stdout.strip()
    primary.run(["sh", "-c", f"kill -9 {number}; pkill -9 -P {number} || true"])


def _power_cut(site: "Site") -> None:
    primary = site.primary()
    assert primary is not None
    site.struck = [primary]
    primary.power_cut()


def _freeze(site: "Site") -> None:
    primary = site.primary()
    assert primary is not None
    site.struck = [primary]
    primary.freeze()


def _cable(site: "Site") -> None:
    primary = site.primary()
    assert primary is not None
    site.struck = [primary]
    primary.pull_the_cable()


def _unheard(site: "Site", one: Host, other: Host) -> None:
    site.struck = [one, other]
    one.cut_off(other)
    other.cut_off(one)


def _databases(site: "Site") -> None:
    primary = site.primary()
    assert primary is not None
    _unheard(site, primary, site.standby())


def _web_and_primary(site: "Site") -> None:
    primary = site.primary()
    assert primary is not None
    _unheard(site, site["web1"], primary)


def _heard(site: "Site") -> None:
    one, other = site.struck
    one.reach_again(other)
    other.reach_again(one)


def _nothing(_site: "Site") -> None:
    pass


Step = Callable[["Site"], None]
ACCIDENTS: dict[str, tuple[str, Step, Step]] = {
    "web-host": ("a web host loses its power", lambda site: site["web2"].power_cut(),
                 lambda site: site["web2"].boot_again()),
    "work-host": ("a work host loses its power", lambda site: site["work1"].power_cut(),
                  lambda site: site["work1"].boot_again()),
    "cache": ("the cache is killed and stays away", lambda site: site["kv1"].services["redis-server.service"].stop(),
              lambda site: site["kv1"].services["redis-server.service"].start()),
    "postgresql": ("PostgreSQL of the primary is killed", _kill_postgresql, _nothing),
    "primary-host": ("the primary's host loses its power", _power_cut, lambda site: site.struck[0].boot_again()),
    "primary-cable": ("the primary's host is cut off from all", _cable, lambda site: site.struck[0].plug_in()),
    "primary-frozen": ("the primary's host stands still and goes on later", _freeze,
                       lambda site: site.struck[0].thaw()),
    "databases-apart": ("primary and standby do not hear each other", _databases, _heard),
    "web-and-primary-apart": ("a web host and the primary do not hear each other", _web_and_primary, _heard),
}  # fmt: skip
