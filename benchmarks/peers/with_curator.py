"""curator: one pass over all rows for each turn, with every answer of the pass before."""

import os
from pathlib import Path

import litellm

os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(litellm.__file__).parent / "litellm_core_utils" / "tokenizers")
os.environ |= {"OPENAI_API_KEY": "none", "TELEMETRY_ENABLED": "0", "CURATOR_DISABLE_RICH_DISPLAY": "1"}

from bespokelabs import curator
from datasets import Dataset
from workload import Report, given, prompt, turns_of


class Asker(curator.LLM):
    def prompt(self, row: dict) -> list[dict]:
        return row["messages"]

    def parse(self, row: dict, response: str) -> dict:
        return {"row": row["row"], "answer": response}


def main() -> None:
    work, url, folder = given()
    report = Report()
    os.environ["CURATOR_CACHE_DIR"] = folder
    asker = Asker(
        model_name="gpt-4o-mini",
        backend="openai",
        backend_params={
            "base_url": url,
            "max_concurrent_requests": work.in_flight,
            "max_requests_per_minute": 10**7,
            "max_tokens_per_minute": 10**10,
            "max_retries": work.tries - 1,
            "require_all_responses": False,
        },
    )
    talks = {row: [{"role": "user", "content": prompt(row)}] for row in range(work.rows)}
    answers: dict[int, str] = {}
    turn = 0
    while going := [row for row in talks if turns_of(work, row) > turn]:
        turn += 1
        rows = Dataset.from_list([{"row": row, "messages": talks[row]} for row in going])
        done = asker(rows, working_dir=folder)
        done = getattr(done, "dataset", done)
        said = {each["row"]: each["answer"] for each in done}
        for row in going:
            if row not in said:
                del talks[row]
                continue
            answers[row] = said[row] if turns_of(work, row) == turn else ""
            talks[row] += [{"role": "assistant", "content": said[row]}, {"role": "user", "content": said[row]}]
    report.tell(answers.values())


if __name__ == "__main__":
    main()
