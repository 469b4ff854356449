"""Pictures of documents that are no charts: the code and the rosette. One unit is a point."""

import math

import numpy as np

QUIET = 4  # modules of white round a code


def qr(text: str) -> bytes:
    """A QR code as one path: viewers draw no hairlines between its modules."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    dark = np.array(code.to_image(scale=1, add_quiet_zones=False)) == 0
    side = len(dark) + 2 * QUIET
    path = "".join(
        # 1.02 high: rows overlap by a hair, so that no line of paper shows between them.
        f"M{first + QUIET} {y + QUIET}h{last - first}v1.02h-{last - first}z"
        for y, row in enumerate(dark)
        for first, last in _runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}"'
        f' height="{side}"><rect width="{side}" height="{side}" fill="#fff"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    ).encode()


def _runs(row: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> list[tuple[int, int]]:
    """(first, one past last) of each run of dark modules."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], row, [False])).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def rosette(digest: str) -> bytes:
    """A fine-line figure whose form follows the digest: no two certificates carry the same one."""
    v = [int(digest[i : i + 2], 16) for i in range(0, 64, 2)]
    angle = np.linspace(0, math.tau, 721)
    paths = []
    for ring in range(3):
        lobes, turns = 7 + v[ring] % 12, 3 + v[ring + 3] % 4
        base, wave = 178 - 44 * ring, 12 + v[ring + 6] % 10
        for k in range(9):
            phase = k * math.tau / 9 * (1 + v[ring + 9] % 3)
            fine = 4 * np.cos(lobes * turns * angle)
            r = base - wave * (1 + np.cos(lobes * angle + phase)) - fine
            points = zip(200 + r * np.cos(angle), 200 + r * np.sin(angle), strict=True)
            paths.append("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400" viewBox="0 0 400 400">'
        f'<path d="{"".join(paths)}" fill="none" stroke="#c3ced8" stroke-width="0.45"/></svg>'
    ).encode()
