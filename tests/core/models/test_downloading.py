"""Downloads from a server on this computer: resuming, hashes, truncation, refusal."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, ModelError
from core.models.downloading import DownloadOffer, DownloadProgress, download, offer_download
from core.models.registry import find_model, registered_models, weights_path
from core.models.specification import ModelSpec, WeightsSpec
from core.models.weights import user_folder

CONTENT = b"PK\x03\x04" + np.random.default_rng(0).bytes(1_500_000)
HASH = hashlib.sha256(CONTENT).hexdigest()
NAME = f"net-{HASH[:8]}.pth"


@dataclass
class Server:
    """Serves one file, in one of several ways; notes what is asked."""

    address: str = ""
    ranges: list[str | None] = field(default_factory=list)
    cut_after: int | None = None
    knows_ranges: bool = True
    redirect: str = ""
    status: int = 200


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            state.ranges.append(asked)
            if state.redirect:
                self.send_response(302)
                self.send_header("Location", state.redirect)
                self.end_headers()
                return
            if state.status != 200:
                self.send_error(state.status)
                return
            begin = int(asked[6:-1]) if asked and state.knows_ranges else 0
            if begin >= len(CONTENT):
                self.send_error(416)
                return
            self.send_response(206 if begin else 200)
            if begin:
                self.send_header("Content-Range", f"bytes {begin}-{len(CONTENT) - 1}/*")
            self.send_header("Content-Length", str(len(CONTENT) - begin))
            self.end_headers()
            end = len(CONTENT) if state.cut_after is None else begin + state.cut_after
            self.wfile.write(CONTENT[begin:end])

        def log_message(self, *_arguments: object) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = False
    state.address = f"http://127.0.0.1:{http.server_address[1]}/{NAME}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


def spec_at(url: str, sha256: str = HASH[:8]) -> ModelSpec:
    weights = WeightsSpec(url=url, sha256=sha256, size_bytes=len(CONTENT), licence="BSD-3-Clause")
    return replace(find_model("ssdlite-coco"), weights=weights)


def test_an_offer_says_what_it_is_and_connects_to_nothing() -> None:
    offer = offer_download(find_model("maskrcnn-coco"))
    assert offer.url.startswith("https://")
    assert offer.size_bytes == pytest.approx(178e6, rel=0.01)
    assert "BSD-3-Clause" in offer.licence
    assert offer.path == user_folder() / "maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth"
    assert offer.fetched_bytes == 0
    assert not offer.path.parent.exists()


def test_a_download_is_found_by_the_registry_afterwards(server: Server) -> None:
    spec = spec_at(server.address)
    heard: list[DownloadProgress] = []
    path = download(offer_download(spec), progress=heard.append)
    assert path.read_bytes() == CONTENT
    assert [path] == list(path.parent.iterdir())
    assert weights_path(spec) == path
    fractions = [item.fraction for item in heard]
    assert fractions[0] == 0.0
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(fractions) >= 5


def test_a_download_that_broke_off_goes_on_where_it_stopped(server: Server) -> None:
    spec = spec_at(server.address)
    server.cut_after = 600_000
    with pytest.raises(ModelError, match=r"broke off|connection") as caught:
        download(offer_download(spec))
    assert "goes on where it stopped" in caught.value.hint
    with pytest.raises(ModelError, match="not on this computer"):
        weights_path(spec)
    offer = offer_download(spec)
    assert offer.fetched_bytes == 600_000
    server.cut_after = None
    assert download(offer).read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=600000-"]


def test_a_server_that_cannot_go_on_begins_anew(server: Server, tmp_path: Path) -> None:
    offer = offer_download(spec_at(server.address), tmp_path)
    offer.partial_path.write_bytes(CONTENT[:1000])
    server.knows_ranges = False
    assert download(offer).read_bytes() == CONTENT


def test_a_complete_partial_file_needs_its_hash_only(server: Server, tmp_path: Path) -> None:
    offer = offer_download(spec_at(server.address), tmp_path)
    offer.partial_path.write_bytes(CONTENT)
    assert download(offer).read_bytes() == CONTENT


def test_cancelling_keeps_what_is_here(server: Server, tmp_path: Path) -> None:
    spec = spec_at(server.address)
    heard: list[DownloadProgress] = []
    with pytest.raises(Cancelled):
        download(
            offer_download(spec, tmp_path),
            progress=heard.append,
            cancelled=lambda: len(heard) > 2,
        )
    assert 0 < offer_download(spec, tmp_path).fetched_bytes < len(CONTENT)
    assert download(offer_download(spec, tmp_path)).read_bytes() == CONTENT


@pytest.mark.parametrize("begin", [b"", b"another file that was here"])
def test_a_wrong_hash_is_told_and_nothing_stays(
    server: Server, tmp_path: Path, begin: bytes
) -> None:
    offer = offer_download(spec_at(server.address, "00" * 8 if not begin else HASH), tmp_path)
    if begin:
        offer.partial_path.write_bytes(begin)
    with pytest.raises(ModelError, match="not the file that was expected"):
        download(offer)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_refuses_is_a_sentence(server: Server, tmp_path: Path) -> None:
    server.status = 404
    with pytest.raises(ModelError, match="answers 404"):
        download(offer_download(spec_at(server.address), tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_no_network_is_a_sentence(tmp_path: Path, server: Server) -> None:
    offer = offer_download(spec_at("http://127.0.0.1:1/net.pth"), tmp_path)
    with pytest.raises(ModelError, match="cannot be fetched"):
        download(offer, timeout_s=1.0)


@pytest.mark.parametrize("url", ["http://example.org/net.pth", "file:///etc/hostname", "ftp://x/y"])
def test_only_secure_addresses_are_offered_or_followed(
    url: str, server: Server, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="not a secure address"):
        offer_download(spec_at(url))
    server.redirect = url
    with pytest.raises(ModelError, match=r"not a secure address|cannot be fetched"):
        download(offer_download(spec_at(server.address), tmp_path))


def test_without_room_nothing_is_fetched(server: Server, tmp_path: Path) -> None:
    offer = offer_download(spec_at(server.address), tmp_path)
    with pytest.raises(ModelError, match="no room"):
        download(replace(offer, size_bytes=10**17))
    assert server.ranges == []


def test_a_folder_that_cannot_be_written_is_a_sentence(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    offer = offer_download(spec_at(server.address), tmp_path / "file")
    with pytest.raises(ModelError, match="cannot be written"):
        download(offer)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/files/net.safetensors?download=true", "net.safetensors"),
        ("https://example.org/a/b/net-0123abcd.pth#part", "net-0123abcd.pth"),
    ],
)
def test_the_file_is_named_as_in_its_address(url: str, name: str) -> None:
    assert offer_download(spec_at(url)).path == user_folder() / name


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (WeightsSpec(bundled="unet_nuclei.safetensors"), "come with Maskwright"),
        (WeightsSpec(), "no weights to download"),
        (WeightsSpec(url="https://example.org/", sha256="00"), "no weights to download"),
        (WeightsSpec(url="https://example.org/a/..", sha256="00"), "no weights to download"),
        (WeightsSpec(url="https://example.org/net.pth"), "no hash"),
    ],
)
def test_what_cannot_be_fetched_is_not_offered(weights: WeightsSpec, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        offer_download(replace(find_model("ssdlite-coco"), weights=weights))


def test_every_model_without_bundled_weights_can_be_offered() -> None:
    offers = [offer_download(spec) for spec in registered_models() if spec.weights.url]
    assert len({offer.path for offer in offers}) == 18
    assert all(isinstance(offer, DownloadOffer) and offer.size_bytes > 1e7 for offer in offers)
