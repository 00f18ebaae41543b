"""NeMo DataDesigner: a column for each turn, skipped by rows that have fewer. With 'tuned', admission that shrugs off
stray refusals, and smaller row groups, of which a kill loses less."""

import sys
from pathlib import Path

import data_designer.config as dd
import pandas
from data_designer.config.run_config import ResumeMode, RunConfig
from data_designer.interface import DataDesigner
from workload import MOST_TURNS, Report, given, prompt, turns_of

TUNED = {
    "request_admission": dd.RequestAdmissionTuningConfig(
        cooldown_seconds=0.1, multiplicative_decrease_factor=0.95, successes_until_increase=5
    ),
    "buffer_size": 250,
    "max_concurrent_row_groups": 6,
}


def main() -> None:
    work, url, folder = given()
    seed = Path(folder) / "seed.parquet"
    rows = [{"answer_0": prompt(row), "turns": turns_of(work, row)} for row in range(work.rows)]
    pandas.DataFrame(rows).to_parquet(seed)
    report = Report()
    provider = dd.ModelProvider(name="local", endpoint=url, api_key="none")
    designer = DataDesigner(artifact_path=folder, model_providers=[provider])
    tuned = TUNED if "tuned" in sys.argv else {}
    designer.set_run_config(
        RunConfig(
            otel_metrics_port=None, max_conversation_restarts=work.tries - 1, disable_early_shutdown=True, **tuned
        )
    )
    places = dd.ChatCompletionInferenceParams(max_parallel_requests=work.in_flight)
    model = dd.ModelConfig(
        alias="m", model="mock", provider="local", skip_health_check=True, inference_parameters=places
    )
    builder = dd.DataDesignerConfigBuilder(model_configs=[model])
    builder.with_seed_dataset(dd.LocalFileSeedSource(path=str(seed)))
    most = work.turns or MOST_TURNS
    for turn in range(1, most + 1):
        skip = {"skip": dd.SkipConfig(when=f"{{{{ turns < {turn} }}}}")} if not work.turns else {}
        column = dd.LLMTextColumnConfig(
            name=f"answer_{turn}", model_alias="m", prompt=f"{{{{ answer_{turn - 1} }}}}", **skip
        )
        builder.add_column(column)
    resume = ResumeMode.IF_POSSIBLE if work.kill else ResumeMode.NEVER
    done = designer.create(builder, num_records=work.rows, resume=resume).load_dataset()
    report.tell(row[f"answer_{row['turns']}"] for row in done.to_dict("records"))


if __name__ == "__main__":
    main()
