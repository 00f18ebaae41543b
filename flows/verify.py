"""Verify with all cores: shards are read side by side, the whole is judged here."""

import os
from functools import partial
from pathlib import Path

from flows.workers import pool
from schemas.skill import Library
from store.verify import Finding, Seen, check_files, check_shard, check_whole, read_skills, shards_of
from store.versions import read_manifest


def verify_release(folder: Path, workers: int | None = None) -> tuple[list[Finding], int, int]:
    """Everything that is off, and how many dialogues and pictures were looked at."""
    manifest = read_manifest(folder)
    findings = list(check_files(folder, manifest))
    if findings:
        return findings, 0, 0
    library = read_skills(folder)
    with pool(workers or os.cpu_count() or 1) as crew:
        seen = dict(crew.each(partial(check_one, folder, library), shards_of(manifest)))
    for found in seen.values():
        findings.extend(found.findings)
    findings.extend(check_whole(folder, manifest, seen))
    pictures = len(set().union(*(found.images for found in seen.values())))
    return sorted(findings), sum(len(found.ids) for found in seen.values()), pictures


def check_one(folder: Path, library: Library, path: str) -> tuple[str, Seen]:
    return path, check_shard(folder / path, library)
