"""The window against a crowded server, the frontier's order, and what is kept, without a network."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.frontier import AHEAD, frontier
from clients.kept import Kept
from clients.pace import CROWDED, REMEMBERED, Window
from clients.requests import Message, Request, Response

ENOUGH = int(CROWDED * REMEMBERED) + 1


async def refused(window: Window) -> None:
    async with window.place():
        window.went_badly()


def test_a_stray_refusal_gives_its_place_back_at_once() -> None:
    async def main() -> Window:
        window = Window(4)
        await refused(window)
        return window

    window = asyncio.run(main())
    assert (window.under_way, window.size) == (0, 4)


def test_of_a_crowded_server_refusals_keep_their_place_for_a_round_trip() -> None:
    """Otherwise all that wait would be refused one after the other, as fast as the server can say no."""

    async def main() -> tuple[int, int, int]:
        window = Window(10)
        for _ in range(ENOUGH):
            await refused(window)
        kept = window.under_way
        tried: list[int] = []

        async def next_call(number: int) -> None:
            async with window.place():
                tried.append(number)
                window.went_badly()

        calls = [asyncio.create_task(next_call(number)) for number in range(100)]
        await asyncio.sleep(0)
        at_once = len(tried)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await asyncio.sleep(1.5 * window.trip)
        return kept, at_once, window.under_way

    kept, at_once, later = asyncio.run(main())
    assert kept == 1 and at_once < 10 and later == 0


def test_who_asks_again_goes_first() -> None:
    async def main() -> list[str]:
        window, order = Window(1), []

        async def call(name: str, again: bool) -> None:
            async with window.place(again):
                order.append(name)
                await asyncio.sleep(0)

        calls = [("first", False), ("second", False), ("refused before", True)]
        await asyncio.gather(*(call(*each) for each in calls))
        return order

    assert asyncio.run(main()) == ["first", "refused before", "second"]


def test_a_window_shrinks_once_a_round_trip_and_grows_back_to_its_cap() -> None:
    async def main() -> tuple[float, float]:
        window = Window(10)
        for _ in range(3 * ENOUGH):
            window.went_badly()
        shrunk = window.size
        for _ in range(200):
            window.went_well(0.01)
        return shrunk, window.size

    shrunk, grown = asyncio.run(main())
    assert shrunk == pytest.approx(7) and grown == 10


def test_the_first_jobs_set_off_before_the_last_are_drawn() -> None:
    drawn: list[int] = []
    when_first_began: list[int] = []

    def jobs() -> Iterator[int]:
        for number in range(50):
            drawn.append(number)
            yield number

    async def work(number: int) -> int:
        if not number:
            when_first_began.append(len(drawn))
        return number

    async def main() -> set[int]:
        return {number async for number in frontier(work, jobs(), ahead=AHEAD * 8)}

    assert asyncio.run(main()) == set(range(50)) and when_first_began[0] <= 2


def test_no_more_jobs_are_drawn_than_there_is_room_for() -> None:
    drawn: list[int] = []
    most: list[int] = []

    def jobs() -> Iterator[int]:
        for number in range(40):
            drawn.append(number)
            yield number

    async def main() -> None:
        done = 0

        async def work(number: int) -> int:
            await asyncio.sleep(0.001)
            return number

        async for _ in frontier(work, jobs(), ahead=5):
            most.append(len(drawn) - done)
            done += 1

    asyncio.run(main())
    assert len(drawn) == 40 and max(most) <= 7


def test_what_an_older_version_kept_is_found(tmp_path: Path) -> None:
    """The table of a file is made once, in whatever form was usual then."""
    request = Request(model="m", messages=(Message(role="user", text="hello"),))
    first = Kept(tmp_path / "kept.sqlite")
    first.db.execute("drop table response")
    first.db.execute(
        """create table response (key text primary key, model text not null, stage text not null, kept real not null,
           request text not null, response text not null) without rowid"""
    )
    first.put(request, Response(text="old"), "s")
    first.close()
    again = Kept(tmp_path / "kept.sqlite")
    again.put(request, Response(text="new"), "s")
    found = again.get(request)
    assert found is not None and found.text == "new" and [each.responses for each in again.holdings()] == [1]
