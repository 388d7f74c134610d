"""The guarded door to addresses that people typed: local servers, a resolver that says what a test wants."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from urllib.parse import unquote

import pytest

from kepuyue.core import fetch

PUBLIC = "93.184.216.34"
QUICK = fetch.Limits(total=1.0, phase=0.4, most_bytes=1_000)


class Site(BaseHTTPRequestHandler):
    """Answers by path; remembers what it was asked."""

    asked: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        kind, _slash, rest = self.path.lstrip("/").partition("/")
        if kind == "to":
            self.send_response(302)
            self.send_header("Location", unquote(rest))
            self.send_header("Set-Cookie", "a=b")
            self.end_headers()
        elif kind == "huge":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 200_000)
        elif kind in ("slow", "drip"):
            self.send_response(200)
            self.end_headers()
            for _second in range(100):
                time.sleep(0.1 if kind == "drip" else 1)
                self.wfile.write(b"x")
                self.wfile.flush()
        elif kind == "missing":
            self.send_error(404)
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write("好".encode())

    def log_message(self, *_args: object) -> None:
        """Quiet."""

    def handle(self) -> None:
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


class Server:
    """A local site that the fetcher believes to stand at a public address."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.dialed: list[tuple[str, int]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialed.append((address, port))
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)


@pytest.fixture
def site() -> Iterator[Server]:
    class Asked(Site):
        asked: list[tuple[str, dict[str, str]]] = []

    http = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    http.daemon_threads = True
    http.block_on_close = False
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    server = Server(http.server_address[1])
    server.asked = Asked.asked
    yield server
    http.shutdown()
    http.server_close()
    thread.join()


def names(**table: str | list[str]) -> Callable[[str, int], list[str]]:
    """A resolver: `names(good="93.184.216.34")` knows good.example."""

    def resolve(host: str, _port: int) -> list[str]:
        found = table.get(host.removesuffix(".example").replace("-", "_"))
        if found is None:
            raise socket.gaierror(f"no {host}")
        return [found] if isinstance(found, str) else found

    return resolve


def refusal(url: str, **ways: object) -> str:
    with pytest.raises(fetch.Refused) as refused:
        fetch.get(url, limits=QUICK, **ways)  # type: ignore[arg-type]
    return refused.value.code


def test_public_address_is_asked_under_its_own_name(site: Server) -> None:
    answer = fetch.get("http://good.example/a?q=月", resolve=names(good=PUBLIC), dial=site.dial)

    assert (answer.status, answer.body.decode(), answer.is_whole) == (200, "好", True)
    path, headers = site.asked[0]
    assert (path, headers["host"], site.dialed) == ("/a?q=%E6%9C%88", "good.example", [(PUBLIC, 80)])
    assert "cookie" not in headers and "authorization" not in headers


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9",
    "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:a00:1::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "100::1", "5f00::1", "3fff::1",
])  # fmt: skip
def test_inner_address_is_refused_and_never_dialed(site: Server, address: str) -> None:
    assert refusal("http://bad.example/", resolve=names(bad=address), dial=site.dial) == "inner-address"
    assert site.dialed == []


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2400:3200::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert fetch.is_public(ip_address(address))


def test_one_inner_address_among_public_ones_is_enough_to_refuse(site: Server) -> None:
    both = names(mixed=[PUBLIC, "10.0.0.1"])

    assert refusal("http://mixed.example/", resolve=both, dial=site.dial) == "inner-address"
    assert site.dialed == []


@pytest.mark.parametrize("host", [
    "127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "017700000001", "127.1", "0", "localhost", "[::1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "１２７.０.０.１", "127。0。0。1", "127.0.0.1.",
])  # fmt: skip
def test_every_way_of_writing_this_machine_is_refused_by_the_real_resolver(site: Server, host: str) -> None:
    with pytest.raises(fetch.NotFetched) as stopped:
        fetch.get(f"http://{host}/", limits=QUICK, dial=site.dial)

    assert stopped.value.code in ("inner-address", "host", "malformed", "no-such-host")
    assert site.dialed == []


@pytest.mark.parametrize(("url", "code"), [
    ("ftp://good.example/", "scheme"), ("file:///etc/passwd", "scheme"), ("gopher://good.example/", "scheme"),
    ("//good.example/", "scheme"), ("http:///path", "host"), ("http://me:secret@good.example/", "credentials"),
    ("http://@good.example/", "credentials"), ("http://good.example:22/", "port"), ("http://good.example:6379/", "port"),
    ("http://good.example:99999/", "malformed"), ("http://good.example\\@bad.example/", "malformed"),
    ("http://good.example/a\r\nHost: bad", "malformed"), ("http://good.example/\x00", "malformed"),
    ("http://good.example%00.bad.example/", "host"), ("http://[fe80::1%25eth0]/", "host"), ("http://[::1/", "malformed"),
    ("http://" + "a" * 3_000, "malformed"), ("http://good_.exa$mple/", "host"),
])  # fmt: skip
def test_address_of_another_kind_is_refused(site: Server, url: str, code: str) -> None:
    assert refusal(url, resolve=names(good=PUBLIC), dial=site.dial) == code
    assert site.dialed == []


def test_name_that_turns_inwards_after_the_check_gains_nothing(site: Server) -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    asked = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return answers.pop(0)

    fetch.get("http://turning.example/", resolve=rebinding, dial=site.dial)

    assert (asked, site.dialed) == (["turning.example"], [(PUBLIC, 80)])


def test_redirect_is_a_new_question_and_its_cookies_are_not_kept(site: Server) -> None:
    answer = fetch.get("http://good.example/to//fine", resolve=names(good=PUBLIC), dial=site.dial)

    assert (answer.url, answer.status, len(site.dialed)) == ("http://good.example/fine", 200, 2)
    assert "cookie" not in site.asked[1][1]


@pytest.mark.parametrize(("target", "code"), [
    ("http://inner.example/", "inner-address"), ("http://169.254.169.254/latest/meta-data/", "inner-address"),
    ("http://[::1]/", "inner-address"), ("file:///etc/passwd", "scheme"), ("http://a:b@good.example/", "credentials"),
    ("http://good.example:8080/", "port"), ("http://[::1/", "malformed"),
])  # fmt: skip
def test_redirect_inwards_is_refused(site: Server, target: str, code: str) -> None:
    def resolve(host: str, port: int) -> list[str]:
        known = {"good.example": PUBLIC, "inner.example": "192.168.0.1"}
        return [known[host]] if host in known else fetch.resolve_name(host, port)

    assert refusal(f"http://good.example/to/{target}", resolve=resolve, dial=site.dial) == code
    assert len(site.dialed) == 1


def test_name_that_turns_inwards_between_two_redirects_is_refused(site: Server) -> None:
    answers = [[PUBLIC], ["10.0.0.1"]]

    assert (
        refusal("http://good.example/to//again", resolve=lambda _h, _p: answers.pop(0), dial=site.dial)
        == "inner-address"
    )
    assert len(site.dialed) == 1


def test_redirects_without_end_are_left_after_three(site: Server) -> None:
    chain = "/to/" * 9 + "end"

    with pytest.raises(fetch.Unreachable, match="too-many-redirects"):
        fetch.get(f"http://good.example{chain}", resolve=names(good=PUBLIC), dial=site.dial)
    assert len(site.dialed) == 4


def test_huge_answer_is_cut(site: Server) -> None:
    answer = fetch.get("http://good.example/huge", limits=QUICK, resolve=names(good=PUBLIC), dial=site.dial)

    assert (len(answer.body), answer.is_whole) == (1_000, False)


@pytest.mark.parametrize("path", ["slow", "drip"])
def test_slow_answer_ends_with_the_time_for_all(site: Server, path: str) -> None:
    with pytest.raises(fetch.Unreachable, match="time-out"):
        fetch.get(f"http://good.example/{path}", limits=QUICK, resolve=names(good=PUBLIC), dial=site.dial)


def test_resolver_that_never_answers_is_left(site: Server) -> None:
    done = threading.Event()

    def silent(_host: str, _port: int) -> list[str]:
        done.wait(5)
        return []

    with pytest.raises(fetch.Unreachable, match="time-out"):
        fetch.get("http://good.example/", limits=QUICK, resolve=silent, dial=site.dial)
    done.set()


def test_status_that_says_not_there_is_an_answer(site: Server) -> None:
    assert fetch.get("http://good.example/missing", resolve=names(good=PUBLIC), dial=site.dial).status == 404


def test_unknown_name_and_closed_door_say_so(site: Server) -> None:
    def closed(_address: str, _port: int, _seconds: float) -> socket.socket:
        raise ConnectionRefusedError

    with pytest.raises(fetch.Unreachable, match="no-such-host"):
        fetch.get("http://nowhere.example/", resolve=names(), dial=site.dial)
    with pytest.raises(fetch.Unreachable, match="no-connection"):
        fetch.get("http://good.example/", resolve=names(good=PUBLIC), dial=closed)


def test_proxies_of_the_environment_are_not_used(site: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    fetch.get("http://good.example/", resolve=names(good=PUBLIC), dial=site.dial)

    assert site.dialed == [(PUBLIC, 80)]


def test_secure_address_needs_a_certificate_of_its_name(site: Server) -> None:
    with pytest.raises(fetch.Unreachable):
        fetch.get("https://good.example/", limits=QUICK, resolve=names(good=PUBLIC), dial=site.dial)
    assert site.dialed == [(PUBLIC, 443)]
