"""The client against a server that misbehaves in every way we know, over real HTTP."""

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from clients.client import Client, Endpoint
from clients.errors import CallFailed
from clients.frontier import frontier
from clients.kept import Kept
from clients.money import Price, Spent, prices
from clients.requests import Message, Request, Response, Usage
from schemas.errors import BadInput, Refused
from tests.scripted import Asked, Script, failure, reply, serving

KEY = "sk-secret-of-the-test"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def request(text: str = "hello", **more: Any) -> Request:
    return Request(model="m", messages=(Message(role="user", text=text),), **more)


Outcome = Response | Exception


def run(
    script: Script, requests: Iterable[Request], path: Path, spent: Spent | None = None,
    look: Callable[[Client], None] = lambda _: None, **endpoint: Any,
) -> tuple[list[Outcome], Any]:  # fmt: skip
    """Ask a scripted server all of these at once."""
    asked = list(requests)

    async def all_of(client: Client) -> list[Outcome]:
        found: dict[int, Outcome] = {}

        async def one(job: tuple[int, Request]) -> None:
            number, wanted = job
            try:
                found[number] = await client.ask(wanted, "test")
            except CallFailed as error:
                found[number] = error

        async for _ in frontier(one, enumerate(asked), ahead=1000):
            pass
        return [found[n] for n in range(len(asked))]

    with serving(script) as server:
        settings: dict[str, Any] = {"base_url": server.url, "tries": 6, "timeout": 5.0} | endpoint

        async def main() -> list[Outcome]:
            client = Client(Endpoint(**settings), Kept(path / "kept.sqlite"), spent or Spent())
            try:
                return await all_of(client)
            finally:
                look(client)
                await client.close()

        return asyncio.run(main()), server


def texts(found: Iterable[Outcome]) -> list[str]:
    return [response.text for response in found if isinstance(response, Response)]


def test_an_answer_comes_with_what_it_cost(tmp_path: Path) -> None:
    spent = Spent(Price(prompt=1.0, completion=2.0))
    found, server = run(lambda ask: reply(f"to {ask.prompt}"), [request("a"), request("b")], tmp_path, spent)
    assert sorted(texts(found)) == ["to a", "to b"]
    assert spent.calls["test"] == 2 and spent.usage["test"] == Usage(prompt=20, completion=10)
    assert spent.usd == pytest.approx((20 * 1.0 + 10 * 2.0) / 1e6)
    assert all(ask.headers["Authorization"] == f"Bearer {KEY}" for ask in server.asked)


def test_nothing_is_asked_twice(tmp_path: Path) -> None:
    run(lambda _: reply("once"), [request()], tmp_path)
    spent = Spent()
    found, server = run(lambda _: reply("twice"), [request(), request()], tmp_path, spent)
    assert texts(found) == ["once", "once"] and server.asked == []
    assert spent.kept["test"] == 2 and spent.usage == {}


def test_two_who_ask_the_same_at_once_share_an_answer(tmp_path: Path) -> None:
    async def slowly(_: Asked) -> web.Response:
        await asyncio.sleep(0.1)
        return reply("one")

    found, server = run(slowly, [request()] * 5, tmp_path)
    assert texts(found) == ["one"] * 5 and len(server.asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        request("other"),
        request(temperature=0.5),
        request(top_p=0.9),
        request(max_tokens=7),
        request(seed=1),
        request(form={"type": "object"}),
        Request(model="n", messages=(Message(role="user", text="hello"),)),
        Request(model="m", messages=(Message(role="system", text="be kind"), Message(role="user", text="hello"))),
        Request(model="m", messages=(Message(role="user", text="hello", pictures=("0" * 64,)),)),
    ],
)
def test_whatever_changes_the_answer_changes_the_key(other: Request) -> None:
    assert other.key != request().key and request().key == request().key


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_fault_that_passes_is_waited_out(status: int, tmp_path: Path) -> None:
    seen: list[Counter[str]] = []
    script = lambda ask: failure(status) if ask.number < 2 else reply("at last")  # noqa: E731
    found, server = run(script, [request()], tmp_path, look=lambda c: seen.append(c.retries))
    assert texts(found) == ["at last"] and len(server.asked) == 3
    assert seen[0] == {f"status {status}": 2}


def test_retry_after_is_obeyed_and_delays_no_other_call(tmp_path: Path) -> None:
    finished: dict[str, float] = {}
    started = time.monotonic()

    def script(ask: Asked) -> web.Response:
        if ask.number == 0:
            return failure(429, headers={"Retry-After": "2"})
        finished.setdefault(ask.prompt, time.monotonic() - started)
        return reply("ok")

    found, _ = run(script, [request(str(n)) for n in range(20)], tmp_path)
    assert len(texts(found)) == 20
    late = [took for took in finished.values() if took >= 1.9]
    assert len(late) == 1 and sorted(finished.values())[-2] < 1.0


def test_a_connection_that_breaks_is_tried_again(tmp_path: Path) -> None:
    async def script(ask: Asked) -> web.StreamResponse:
        if ask.number == 0:
            assert ask.http.transport is not None
            ask.http.transport.abort()
        if ask.number == 1:  # half a body
            response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
            await response.prepare(ask.http)
            await response.write(b'{"id": "x", "choi')
            assert ask.http.transport is not None
            ask.http.transport.abort()
            return response
        if ask.number == 2:  # a body that is no JSON
            return web.Response(text="<html>busy</html>", content_type="application/json")
        return reply("whole")

    found, server = run(script, [request()], tmp_path)
    assert texts(found) == ["whole"] and len(server.asked) == 4


def test_a_server_that_hangs_is_left_and_asked_again(tmp_path: Path) -> None:
    async def script(ask: Asked) -> web.Response:
        if ask.number == 0:
            await asyncio.sleep(30)
        return reply("awake")

    found, server = run(script, [request()], tmp_path, timeout=0.5)
    assert texts(found) == ["awake"] and len(server.asked) == 2


def test_tries_are_bounded_and_the_row_alone_is_given_up(tmp_path: Path) -> None:
    script = lambda ask: failure(503) if ask.prompt == "cursed" else reply("fine")  # noqa: E731
    found, _ = run(script, [request("fine"), request("cursed")], tmp_path, tries=3)
    assert texts(found) == ["fine"]
    assert str(found[1]) == "server: status 503 after 3 tries"


def test_a_request_that_the_server_calls_faulty_is_given_up_at_once(tmp_path: Path) -> None:
    script = lambda ask: failure(400, "too long") if ask.prompt == "long" else reply("fine")  # noqa: E731
    found, server = run(script, [request("fine"), request("long"), request("also fine")], tmp_path)
    assert len(texts(found)) == 2
    assert str(found[1]).startswith("refused_by_server: 400:") and "too long" in str(found[1])
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_every_call_would_meet_stops_at_once_with_the_servers_words(status: int, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the model 'm' does not exist"):
        run(lambda _: failure(status, "the model 'm' does not exist"), [request(str(n)) for n in range(50)], tmp_path)


def test_when_all_calls_are_called_faulty_the_run_stops(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"takes no call \(400\).*unknown field"):
        run(lambda _: failure(400, "unknown field"), [request(str(n)) for n in range(50)], tmp_path)


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    async def main() -> None:
        client = Client(Endpoint(base_url="http://127.0.0.1:9/v1", tries=2), Kept(tmp_path / "kept.sqlite"), Spent())
        try:
            await client.ask(request(), "test")
        finally:
            await client.close()

    with pytest.raises(Refused, match=r"http://127.0.0.1:9/v1 does not answer \((connection|timeout), 2 tries\)"):
        asyncio.run(main())


def test_a_server_without_schemas_is_asked_for_json_and_then_for_text(tmp_path: Path) -> None:
    def script(ask: Asked) -> web.Response:
        form = ask.body.get("response_format", {}).get("type")
        return failure(400, f"response_format {form} is not supported") if form else reply("{}")

    wanted = [request(str(n), form={"type": "object"}) for n in range(6)]
    forms: list[str] = []
    found, server = run(script, wanted, tmp_path, look=lambda c: forms.append(c.form), concurrency=1)
    assert len(texts(found)) == 6 and forms == ["text"]
    assert len(server.asked) == 8  # found out once for all


def test_concurrency_keeps_its_cap_and_yields_to_a_crowded_server(tmp_path: Path) -> None:
    """A server that takes eight at once and refuses the ninth."""
    at_once, sizes = [0], []

    async def script(_: Asked) -> web.Response:
        if at_once[0] >= 8:
            return failure(429)
        at_once[0] += 1
        try:
            await asyncio.sleep(0.05)
        finally:
            at_once[0] -= 1
        return reply("in")

    wanted = [request(str(n)) for n in range(300)]
    found, server = run(script, wanted, tmp_path, concurrency=40, tries=20, look=lambda c: sizes.append(c.window.size))
    assert len(texts(found)) == 300
    assert server.most_at_once <= 40 and sizes[0] < 25
    assert len(server.asked) < 700  # of which 300 got in


def test_a_stray_refusal_shrinks_nothing(tmp_path: Path) -> None:
    sizes: list[float] = []
    script = lambda ask: failure(429) if ask.number % 50 == 7 else reply("in")  # noqa: E731
    found, _ = run(
        script,
        [request(str(n)) for n in range(400)],
        tmp_path,
        concurrency=40,
        look=lambda c: sizes.append(c.window.size),
    )
    assert len(texts(found)) == 400 and sizes == [40.0]


def test_limits_by_the_minute_are_kept(tmp_path: Path) -> None:
    started = time.monotonic()
    found, _ = run(lambda _: reply("in"), [request(str(n)) for n in range(11)], tmp_path, per_minute=600)
    assert len(texts(found)) == 11 and time.monotonic() - started >= 0.95
    started = time.monotonic()
    wanted = [request(str(n), max_tokens=99) for n in range(20, 26)]
    found, _ = run(lambda _: reply("in"), wanted, tmp_path, tokens_per_minute=30_000)
    assert len(texts(found)) == 6 and time.monotonic() - started >= 0.95


def test_a_slow_call_delays_only_itself(tmp_path: Path) -> None:
    async def script(ask: Asked) -> web.Response:
        await asyncio.sleep(1.5 if ask.prompt == "0" else 0.02)
        return reply("done")

    order: list[float] = []
    started = time.monotonic()

    async def noted(ask: Asked) -> web.Response:
        answer = await script(ask)
        order.append(time.monotonic() - started)
        return answer

    found, _ = run(noted, [request(str(n)) for n in range(100)], tmp_path, concurrency=4)
    assert len(texts(found)) == 100
    assert sorted(order)[-2] < 1.4


def test_a_budget_stops_before_the_next_call_and_keeps_what_was_paid(tmp_path: Path) -> None:
    """Calls under way count with what they may come to, so that many at once do not overrun it together."""
    spent = Spent(Price(prompt=0.0, completion=200_000.0), budget=5.0)  # a dollar a call
    asked = [request(str(n), max_tokens=10) for n in range(50)]
    with pytest.raises(Refused, match=r"budget of 5.00 USD has no room for another call \(4.00 spent now"):
        run(lambda _: reply("in"), asked, tmp_path, spent, concurrency=16)
    assert sum(spent.calls.values()) == 4
    more, _ = run(lambda _: reply("in"), [request(str(n)) for n in range(5)], tmp_path, Spent())
    assert len(texts(more)) == 5


def test_refusals_and_truncation_are_told(tmp_path: Path) -> None:
    def script(ask: Asked) -> web.Response:
        return reply("", refusal="I would rather not") if ask.prompt == "a" else reply("cut o", finish="length")

    (refused, cut), _ = run(script, [request("a"), request("b")], tmp_path)
    assert isinstance(refused, Response) and (refused.finish, refused.refusal) == ("refusal", "I would rather not")
    assert isinstance(cut, Response) and cut.finish == "length"


def test_pictures_travel_with_the_words(tmp_path: Path) -> None:
    picture = b"\x89PNG" + bytes(range(256))

    async def main(url: str) -> str:
        client = Client(Endpoint(base_url=url), Kept(tmp_path / "kept.sqlite"), Spent(), pictures=lambda _: picture)
        seen = Request(model="m", messages=(Message(role="user", text="what is it", pictures=("a" * 64,)),))
        try:
            return (await client.ask(seen, "test")).text
        finally:
            await client.close()

    with serving(lambda ask: reply(ask.body["messages"][0]["content"][1]["image_url"]["url"][:30])) as server:
        assert asyncio.run(main(server.url)) == "data:image/png;base64,iVBORwAB"


def test_offline_replays_what_was_kept_and_refuses_the_rest(tmp_path: Path) -> None:
    run(lambda _: reply("kept"), [request()], tmp_path)

    async def replay(wanted: Request) -> str:
        client = Client(Endpoint(), Kept(tmp_path / "kept.sqlite"), Spent(), offline=True)
        return (await client.ask(wanted, "test")).text

    assert asyncio.run(replay(request())) == "kept"
    with pytest.raises(Refused, match="offline, and a response of m"):
        asyncio.run(replay(request("new")))


def test_the_key_is_nowhere_but_in_the_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused) as told:
        run(lambda _: failure(401, f"Incorrect API key provided: {KEY}"), [request()], tmp_path)
    assert KEY not in str(told.value) and "Incorrect API key" in str(told.value)
    run(lambda _: reply("in"), [request()], tmp_path)
    assert all(KEY.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    monkeypatch.delenv("OPENAI_API_KEY")

    async def main() -> None:
        await Client(Endpoint(base_url="https://example.com/v1"), Kept(tmp_path / "k"), Spent()).ask(
            request("x"), "test"
        )

    with pytest.raises(Refused, match="set OPENAI_API_KEY"):
        asyncio.run(main())


def test_an_open_line_to_far_away_is_warned_about() -> None:
    assert "not encrypted" in (Endpoint(base_url="http://example.com/v1").warning or "")
    for fine in ("https://example.com/v1", "http://localhost:8000/v1", "http://127.0.0.1/v1", None):
        assert Endpoint(base_url=fine).warning is None


KILLED = """
import asyncio, sys
from pathlib import Path
from clients.client import Client, Endpoint
from clients.frontier import frontier
from clients.kept import Kept
from clients.money import Spent
from clients.requests import Message, Request

async def main():
    client = Client(Endpoint(base_url=sys.argv[1], concurrency=8), Kept(Path(sys.argv[2])), Spent())
    asks = (Request(model="m", messages=(Message(role="user", text=str(n)),)) for n in range(400))
    async for _ in frontier(lambda r: client.ask(r, "test"), asks, 100):
        pass

asyncio.run(main())
"""


def test_after_a_kill_only_the_calls_under_way_are_made_again(tmp_path: Path) -> None:
    async def script(_: Asked) -> web.Response:
        await asyncio.sleep(random.uniform(0.005, 0.03))
        return reply("in")

    with serving(script) as server:
        command = [sys.executable, "-c", KILLED, server.url, str(tmp_path / "kept.sqlite")]
        first = subprocess.Popen(command)
        while len(server.asked) < 150:
            time.sleep(0.01)
        first.kill()
        first.wait()
        subprocess.run(command, check=True, timeout=60)
        times = Counter(ask.prompt for ask in server.asked)
    assert set(times) == {str(n) for n in range(400)}
    assert sum(count - 1 for count in times.values()) <= 8


def test_what_is_kept_can_be_listed_and_pruned(tmp_path: Path) -> None:
    run(lambda _: reply("in"), [request(str(n)) for n in range(5)], tmp_path)
    kept = Kept(tmp_path / "kept.sqlite")
    (holding,) = kept.holdings()
    assert (holding.model, holding.stage, holding.responses) == ("m", "test", 5) and holding.bytes > 500
    assert kept.prune(model="other") == 0 and kept.prune(before=holding.oldest) == 0
    assert kept.prune(model="m") == 5 and list(kept.holdings()) == []


def test_prices_are_a_table_that_can_be_ones_own(tmp_path: Path) -> None:
    assert prices()["gpt-4o-mini"].of(Usage(prompt=1_000_000, completion=1_000_000, cached=500_000)) == pytest.approx(
        0.075 + 0.0375 + 0.60
    )
    own = tmp_path / "prices.yaml"
    own.write_text("mine: {prompt: 1, completion: two}\n")
    with pytest.raises(BadInput, match=r"prices\.yaml: completion"):
        prices(own)
