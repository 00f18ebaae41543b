"""As little as a client can do: aiohttp, a semaphore, a pause after a refusal; nothing is kept."""

import asyncio

import aiohttp
from workload import Report, given, prompt, turns_of

PAUSE = 0.5


async def main() -> None:
    work, url, _ = given()
    report, place = Report(), asyncio.Semaphore(work.in_flight)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(messages: list[dict[str, str]]) -> str | None:
            for _ in range(work.tries):
                async with place:
                    body = {"model": "mock", "messages": messages}
                    async with session.post(url + "/chat/completions", json=body) as response:
                        if response.status == 200:
                            return str((await response.json())["choices"][0]["message"]["content"])
                await asyncio.sleep(float(response.headers.get("retry-after", PAUSE)))
            return None

        async def row(number: int) -> str | None:
            messages: list[dict[str, str]] = []
            answer: str | None = prompt(number)
            for _ in range(turns_of(work, number)):
                messages.append({"role": "user", "content": answer or ""})
                answer = await ask(messages)
                if answer is None:
                    return None
                messages.append({"role": "assistant", "content": answer})
            return answer

        report.tell(await asyncio.gather(*map(row, range(work.rows))))


asyncio.run(main())
