"""The loop that a careful user writes: AsyncOpenAI on the transport it recommends, a semaphore, its own retries."""

import asyncio

from openai import AsyncOpenAI, DefaultAioHttpClient, OpenAIError
from workload import Report, given, prompt, turns_of


async def main() -> None:
    work, url, _ = given()
    report, place = Report(), asyncio.Semaphore(work.in_flight)
    async with AsyncOpenAI(
        base_url=url, api_key="none", max_retries=work.tries - 1, http_client=DefaultAioHttpClient()
    ) as client:

        async def row(number: int) -> str | None:
            messages: list[dict[str, str]] = []
            answer: str | None = prompt(number)
            for _ in range(turns_of(work, number)):
                messages.append({"role": "user", "content": answer or ""})
                try:
                    async with place:
                        said = await client.chat.completions.create(model="mock", messages=messages)  # type: ignore
                except OpenAIError:
                    return None
                answer = said.choices[0].message.content
                messages.append({"role": "assistant", "content": answer or ""})
            return answer

        report.tell(await asyncio.gather(*map(row, range(work.rows))))


asyncio.run(main())
