"""Fetch a weights file after a person has agreed: goes on where it stopped, checks the hash.

Nothing here runs by itself. ``offer_download`` says what would be fetched, from
where, how much and under which licence; only ``download`` opens a connection.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from core.errors import Cancelled, ModelError
from core.models.specification import ModelSpec
from core.models.weights import user_folder

TIMEOUT_S = 30.0
_CHUNK_BYTES = 1 << 18
_ROOM_TO_SPARE_BYTES = 50_000_000
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_AGAIN = "Try again: it goes on where it stopped."


@dataclass(frozen=True, slots=True)
class DownloadOffer:
    """What a person is asked to agree to.

    ``size_bytes`` is 0 when unknown; ``fetched_bytes`` are there from an earlier
    try. ``sha256`` is the whole hash or its beginning.
    """

    model: str
    url: str
    path: Path
    size_bytes: int
    licence: str
    sha256: str
    fetched_bytes: int = 0

    @property
    def partial_path(self) -> Path:
        """The file that grows until it is complete and checked."""
        return self.path.with_name(f"{self.path.name}.part")


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """Bytes that are here, and how many it will be (0 when unknown)."""

    fetched_bytes: int
    total_bytes: int

    @property
    def fraction(self) -> float:
        """Share that is here, in [0, 1]; 0 when the total is unknown."""
        return min(self.fetched_bytes / self.total_bytes, 1.0) if self.total_bytes else 0.0


def offer_download(spec: ModelSpec, folder: Path | None = None) -> DownloadOffer:
    """What fetching a model's weights would mean; opens no connection.

    ``folder`` is the user's weights folder unless given. Raises ModelError for a
    model whose weights cannot be fetched: bundled ones, ones without an address,
    without a hash to check, or from an address that is not secure.
    """
    weights = spec.weights
    if weights.bundled:
        raise ModelError(f"The weights of {spec.name} come with Maskwright.")
    if not weights.url or not weights.file_name:
        raise ModelError(f"{spec.name} has no weights to download.", "Name a weights file.")
    if not weights.sha256:
        raise ModelError(
            f"The weights of {spec.name} have no hash to check a download with.",
            "Download the file yourself and name it.",
        )
    _check_address(weights.url)
    offer = DownloadOffer(
        model=spec.name,
        url=weights.url,
        path=(folder or user_folder()) / weights.file_name,
        size_bytes=weights.size_bytes,
        licence=weights.licence,
        sha256=weights.sha256.lower(),
    )
    fetched = offer.partial_path.stat().st_size if offer.partial_path.is_file() else 0
    return replace(offer, fetched_bytes=fetched)


def download(
    offer: DownloadOffer,
    *,
    progress: Callable[[DownloadProgress], None] = lambda _progress: None,
    cancelled: Callable[[], bool] = lambda: False,
    timeout_s: float = TIMEOUT_S,
) -> Path:
    """Fetch what was agreed to and return the file, complete and checked.

    A download that was broken off goes on where it stopped. ``progress`` is
    called for every quarter of a megabyte. Call it off the GUI thread. Raises
    Cancelled, and ModelError with a sentence when there is no network, no room or
    no such file, or when the content does not fit the hash; that is then deleted.
    """
    try:
        offer.path.parent.mkdir(parents=True, exist_ok=True)
        _check_room(offer)
        _fetch(offer, progress, cancelled, timeout_s)
        _check_content(offer)
        offer.partial_path.replace(offer.path)
    except urllib.error.HTTPError as error:
        raise ModelError(
            f"{offer.url} cannot be fetched: the server answers {error.code}.",
            "Look for the file in a browser, and name it where you have saved it.",
        ) from error
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        ConnectionError,
        TimeoutError,
    ) as error:
        raise ModelError(f"{offer.url} cannot be fetched: {_reason(error)}.", _AGAIN) from error
    except OSError as error:
        raise ModelError(
            f"{offer.path} cannot be written: {error.strerror or error}.", "Is there room for it?"
        ) from error
    return offer.path


def _fetch(
    offer: DownloadOffer,
    progress: Callable[[DownloadProgress], None],
    cancelled: Callable[[], bool],
    timeout_s: float,
) -> None:
    """Append what is missing to the partial file; raises ModelError when the line breaks."""
    already = offer.partial_path.stat().st_size if offer.partial_path.is_file() else 0
    headers = {"User-Agent": "maskwright", "Accept-Encoding": "identity"}
    if already:
        headers["Range"] = f"bytes={already}-"
    request = urllib.request.Request(offer.url, headers=headers)  # noqa: S310 (checked)
    try:
        response = _opener().open(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # Everything is here; the hash decides whether it is the right thing.
        raise
    with response:
        goes_on = response.status == http.client.PARTIAL_CONTENT and _begins_at(response, already)
        begin = already if goes_on else 0
        length = response.headers.get("Content-Length")
        total = begin + int(length) if length and length.isdigit() else offer.size_bytes
        with offer.partial_path.open("ab" if goes_on else "wb") as file:
            fetched = begin
            progress(DownloadProgress(fetched, total))
            while chunk := response.read(_CHUNK_BYTES):
                file.write(chunk)
                fetched += len(chunk)
                progress(DownloadProgress(fetched, total))
                if cancelled():
                    raise Cancelled
            file.flush()
            os.fsync(file.fileno())
    if length and fetched < total:
        raise ModelError(
            f"The download of {offer.path.name} broke off after "
            f"{fetched / 1e6:.1f} of {total / 1e6:.1f} MB.",
            _AGAIN,
        )


def _check_content(offer: DownloadOffer) -> None:
    with offer.partial_path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if not found.startswith(offer.sha256):
        offer.partial_path.unlink()
        raise ModelError(
            f"What {offer.url} gives is not the file that was expected: its hash begins with "
            f"{found[: len(offer.sha256)]} instead of {offer.sha256}. It was deleted.",
            "Try again; if it stays so, do not use this file.",
        )


def _check_room(offer: DownloadOffer) -> None:
    there = offer.partial_path.stat().st_size if offer.partial_path.is_file() else 0
    needed = max(offer.size_bytes - there, 0) + _ROOM_TO_SPARE_BYTES
    free = shutil.disk_usage(offer.path.parent).free
    if free < needed:
        raise ModelError(
            f"There is no room for {offer.path.name}: it needs {needed / 1e6:.0f} MB and "
            f"{free / 1e6:.0f} MB are free in {offer.path.parent}.",
            "Make room there.",
        )


def _check_address(url: str) -> None:
    """Only secure addresses; this computer itself needs no security."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise ModelError(f"{url} is not a secure address.", "Only https addresses are downloaded.")


class _SecureRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to secure addresses only."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        _check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_SecureRedirects())


def _begins_at(response: http.client.HTTPResponse, place: int) -> bool:
    """Whether a part that the server sends begins where the file here ends."""
    return response.headers.get("Content-Range", "").startswith(f"bytes {place}-")


def _reason(error: Exception) -> str:
    inner = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(inner, TimeoutError):
        return "the server does not answer"
    if isinstance(inner, http.client.IncompleteRead):
        return "the connection broke off"
    text = getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
    return str(text)
