"""Continuous integration: what runs there is what runs here, with no more rights than it needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from edition import pdf

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def load(path: Path) -> dict[str, Any]:
    """A workflow; YAML reads its key `on` as true."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["on"] = content.pop(True)
    return dict(content)


RELEASE = load(ROOT / ".github" / "workflows" / "release.yml")
PAGES = load(ROOT / ".github" / "workflows" / "pages.yml")


def commands(job: str) -> list[str]:
    return [step["run"] for step in PAGES["jobs"][job]["steps"] if "run" in step]


def actions(job: str) -> list[str]:
    return [step["uses"].split("@")[0] for step in PAGES["jobs"][job]["steps"] if "uses" in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_fits_the_schema(path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", path]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_name_their_version(path: Path) -> None:
    uses = re.findall(r"(?m)^\s*(?:- )?uses: (.+)$", path.read_text(encoding="utf-8"))
    assert uses
    for use in uses:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", use)


def test_rights_are_given_to_the_job_that_needs_them() -> None:
    assert PAGES["permissions"] == {"contents": "read"}
    given = {name: job["permissions"] for name, job in PAGES["jobs"].items() if "permissions" in job}
    assert given == {"deploy": {"pages": "write", "id-token": "write"}}


def test_a_service_that_does_not_answer_unpublishes_nothing(root: Path, tmp_path: Path) -> None:
    """Without its releases a site would be published that lacks them all."""
    failing = tmp_path / "gh"
    failing.write_text("#!/bin/sh\nexit 1\n")
    failing.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    command = ["sh", root / "tools/fetch-sites.sh", tmp_path / "sites"]
    assert subprocess.run(command, env={"PATH": path}).returncode == 1


def test_pages_are_tested_then_built_then_published() -> None:
    jobs = PAGES["jobs"]
    assert jobs["build"]["needs"] == "test"
    assert jobs["deploy"]["needs"] == "build"
    assert commands("test") == ["make test"]
    assert commands("build") == [
        "make clean",
        "make book",
        "sh tools/fetch-sites.sh _build/releases",
        ".venv/bin/python tools/roof.py _build/releases _build/roof _build/html",
    ]
    assert actions("build")[-1] == "actions/upload-pages-artifact"
    assert jobs["build"]["steps"][-1]["with"]["path"] == "_build/roof"
    assert actions("deploy") == ["actions/deploy-pages"]


def test_only_main_is_published() -> None:
    assert PAGES["on"]["push"]["branches"] == ["main"]
    assert PAGES["jobs"]["build"]["if"] == "github.ref == 'refs/heads/main' && github.event_name != 'pull_request'"


def test_a_tag_is_tested_then_built_then_attached_then_published() -> None:
    jobs = RELEASE["jobs"]
    assert RELEASE["on"] == {"push": {"tags": ["v*"]}}
    order = ["test", "build", "attach", "site", "deploy"]
    assert {name: job.get("needs") for name, job in jobs.items()} == dict(zip(order, [None, *order], strict=False))
    runs = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert runs["test"][-2:] == ["make test", "make judge"]
    assert "make release" in runs["build"]
    for name in ("build", "attach"):
        assert any("sha256sum --check --strict SHA256SUMS" in run for run in runs[name])
    assert runs["attach"][-1].startswith('gh release create "$TAG" release/* ')
    assert runs["site"][-2:] == [
        "sh tools/fetch-sites.sh _build/releases",
        ".venv/bin/python tools/roof.py _build/releases _build/roof",
    ]


def test_a_release_gives_each_job_the_least_rights() -> None:
    assert RELEASE["permissions"] == {"contents": "read"}
    given = {name: job["permissions"] for name, job in RELEASE["jobs"].items() if "permissions" in job}
    assert given == {"attach": {"contents": "write"}, "deploy": {"pages": "write", "id-token": "write"}}
    for job in RELEASE["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "a name of a tag must not become a command"
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_a_release_installs_what_the_pdf_needs() -> None:
    installs = [
        step["run"] for job in RELEASE["jobs"].values() for step in job["steps"] if "apt-get" in step.get("run", "")
    ]
    assert len(installs) == 2
    assert all(set(pdf.LIBRARIES) <= set(install.split()) for install in installs)


def test_ci_runs_what_contributors_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"
    assert lines[-2:] == ["make test", "make judge"]
    subprocess.run(["bash", "-n", script], check=True)


def test_the_hooks_before_a_commit_name_commands_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in hooks["repos"]] == ["local"], "the lock alone decides on versions"
    for hook in hooks["repos"][0]["hooks"]:
        command = hook["entry"].split()[0]
        assert command.startswith(".venv/bin/")
        assert Path(sys.executable).with_name(Path(command).name).exists()
