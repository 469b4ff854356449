"""The code on a document scans back; the rosette follows the digest."""

import re

import numpy as np
import zxingcpp

from firstoff.formats.documents import pictures, seal


def pixels(svg: bytes, scale: int = 4) -> np.ndarray:
    """The modules of the code, from its path."""
    side = int(re.search(rb'width="(\d+)"', svg)[1])  # type: ignore[index]
    image = np.full((side, side), 255, dtype=np.uint8)
    for x, y, length in re.findall(rb"M(\d+) (\d+)h(\d+)v", svg):
        image[int(y), int(x) : int(x) + int(length)] = 0
    return np.kron(image, np.ones((scale, scale), dtype=np.uint8))


def test_the_code_scans_back() -> None:
    claim = seal.Claim("FO-PR-0001", "A", "a010efc8" * 8)
    read = zxingcpp.read_barcode(pixels(pictures.qr(claim.code())))
    assert read is not None
    assert read.text == claim.keyword().upper()


def test_two_digests_never_share_a_rosette() -> None:
    assert pictures.rosette("ab" * 32) == pictures.rosette("ab" * 32)
    assert pictures.rosette("ab" * 32) != pictures.rosette("cd" * 32)
