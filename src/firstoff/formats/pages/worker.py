"""Draws a page in a process of its own: a file that brings the drawing library down, or takes all
memory, brings down nothing else.

Reads a request as one line of JSON and then the file from standard input; answers one line of JSON
and then the picture. Knows nothing of Firstoff.
"""

import io
import json
import sys
from typing import Any

MEMORY = 2_000_000_000  # bytes of address space
SECONDS = 20  # of computing


def main() -> None:
    _bounded()
    asked = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        answer, picture = (_pdf if asked["kind"] == "pdf" else _picture)(content, asked)
    except _Wrong as error:
        answer, picture = {"wrong": error.args[0]}, b""
    except MemoryError:
        answer, picture = {"wrong": "large"}, b""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + picture)


class _Wrong(Exception):
    """damaged, locked, page, large"""


def _bounded() -> None:
    try:
        import resource
    except ImportError:  # not on every system
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard < 0 else min(most, hard), hard))


def _pdf(content: bytes, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    import pypdfium2 as pdfium
    import pypdfium2.raw as raw

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise _Wrong("locked" if locked else "damaged") from error
    answer: dict[str, Any] = {"pages": len(document)}
    if not answer["pages"]:
        raise _Wrong("damaged")
    if "page" not in asked:
        return answer, b""
    if not 1 <= asked["page"] <= answer["pages"]:
        raise _Wrong("page")
    try:
        page = document[asked["page"] - 1]
        width, height = page.get_size()  # points, turned as the page says
        if width <= 0 or height <= 0:
            raise _Wrong("damaged")
        scale = _scale(width, height, asked)
        image = page.render(scale=scale, may_draw_forms=False).to_pil()
    except pdfium.PdfiumError as error:
        raise _Wrong("damaged") from error
    return _answered(image, answer | {"points": [width, height]})


def _picture(content: bytes, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = asked["source_pixels"]
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > asked["source_pixels"]:
                raise _Wrong("large")
            opened.load()
            image = ImageOps.exif_transpose(opened)
    except Image.DecompressionBombError as error:
        raise _Wrong("large") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise _Wrong("damaged") from error
    if "page" not in asked:
        return {"pages": 1}, b""
    if asked["page"] != 1:
        raise _Wrong("page")
    width, height = image.size
    scale = min(1.0, _scale(width, height, asked))
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        image = image.convert("RGBA" if "A" in image.mode or image.mode == "P" else "RGB")
        image = image.resize(size, Image.Resampling.LANCZOS)
    return _answered(image, {"pages": 1, "points": [width, height]})


def _scale(width: float, height: float, asked: dict[str, Any]) -> float:
    """To the width that was asked for, and not beyond the pixels that are allowed."""
    wanted: float = asked["width"] / width
    allowed: float = (asked["pixels"] / (width * height)) ** 0.5
    return min(wanted, allowed)


def _answered(image: Any, answer: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    from PIL import Image

    if image.mode not in ("L", "RGB"):
        white = Image.new("RGB", image.size, "white")  # paper under what is transparent
        clear = image.convert("RGBA")
        white.paste(clear, mask=clear.getchannel("A"))
        image = white
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=4)
    return answer | {"width": image.width, "height": image.height}, written.getvalue()


if __name__ == "__main__":
    main()
