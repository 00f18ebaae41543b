"""distilabel: a pipeline of one step for each stage, batches as large as calls may be under way.

Turns of a number that differs by row have no form there that is not a pipeline of their own: not run.
"""

import os
import sys

from distilabel.llms import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts
from distilabel.steps.tasks import TextGeneration
from workload import Report, given, prompt


def main() -> None:
    work, url, folder = given()
    if not work.turns:
        sys.exit(os.EX_UNAVAILABLE)
    with Pipeline(name="bench", cache_dir=folder) as pipeline:
        step = LoadDataFromDicts(
            data=[{"instruction": prompt(row)} for row in range(work.rows)], batch_size=work.in_flight
        )
        for number in range(work.turns):
            model = OpenAILLM(model="mock", base_url=url, api_key="none", max_retries=work.tries - 1)
            generation = TextGeneration(
                name=f"stage_{number}",
                llm=model,
                input_batch_size=work.in_flight,
                input_mappings={"instruction": f"answer_{number - 1}" if number else "instruction"},
                output_mappings={"generation": f"answer_{number}", "model_name": f"model_{number}"},
            )
            step = step >> generation
    report = Report()
    distiset = pipeline.run(use_cache=work.kill)
    report.tell(row[f"answer_{work.turns - 1}"] for row in distiset["default"]["train"])


if __name__ == "__main__":
    main()
