"""PDF files that tests write themselves: text in Helvetica at given places, and what a file says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FONTS = {"F1": "Helvetica", "F2": "Helvetica-Bold"}
LINE = 14.0


@dataclass(frozen=True)
class Text:
    """Words at a place; y is counted from the top of an A4 page."""

    x: float
    y: float
    words: str
    size: float = 11
    font: str = "F1"
    turned: bool = False

    def operators(self) -> str:
        """What draws it."""
        place = f"0 1 -1 0 {self.y:.1f} {self.x:.1f}" if self.turned else f"1 0 0 1 {self.x:.1f} {842 - self.y:.1f}"
        return f"BT /{self.font} {self.size} Tf {place} Tm <{self.words.encode('cp1252').hex()}> Tj ET"


def block(*lines: str, x: float = 72, y: float = 100, size: float = 11, font: str = "F1") -> list[Text]:
    """Lines under each other."""
    return [Text(x, y + place * LINE, line, size, font) for place, line in enumerate(lines)]


def pdf_of(*pages: Sequence[Text], info: Mapping[str, str] | None = None, catalog: str = "", page: str = "") -> bytes:
    """A file of these pages; `catalog` and `page` are put into those dictionaries as they are."""
    drawn = ["\n".join(text.operators() for text in texts) for texts in pages]
    return raw_pdf(drawn, info=info, catalog=catalog, page=page)


def raw_pdf(
    streams: Sequence[str],
    *,
    info: Mapping[str, str] | None = None,
    catalog: str = "",
    page: str = "",
    fonts: str | None = None,
    trailer: str = "",
) -> bytes:
    """A file of pages that are drawn by these operators."""
    named = "".join(
        f"/{name} << /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >> " for name, font in FONTS.items()
    )
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(streams)))
    said = "".join(f"/{name} <feff{value.encode('utf-16-be').hex()}> " for name, value in (info or {}).items())
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>",
        f"<< {said}>>",
    ]
    for place, stream in enumerate(streams):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * place} 0 R "
            f"/Resources << /Font << {fonts or named}>> >> {page} >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    return assembled(objects, trailer)


def assembled(objects: Sequence[str], trailer: str = "") -> bytes:
    """Numbered objects with the table of their places; the first is the catalog, the third the information."""
    data = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(data)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    data += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 3 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(data)
