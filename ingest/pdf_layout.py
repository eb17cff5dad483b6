"""The reading order of a PDF page: rows made whole, columns one after the other.

Programs draw text in reading order nearly always, so the order of drawing is kept, except where it is seen to be another one.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.pdf_glyphs import Box
from ingest.pdf_lines import Line

_COLUMN_ROWS, _COLUMN_CHARS = 3, 12  # from how many rows on, and how long, text beside text is a column and not a cell
_FAR = 4.0  # of the size: a number that far to the right is that of a page or of a table
_SAME_BLOCK = 1.5  # of the size
_TOLERANCE = 2.0  # points
_MAX_BLOCKS = 200  # beyond that, the order of drawing is all there is


def whole_rows(lines: Sequence[Line]) -> list[Line]:
    """Lines in the order of drawing: the words of wide-set lines and the cells of table rows joined, columns parted."""
    rows: list[list[Line]] = []
    for line in lines:
        before = rows[-1][-1] if rows else None
        if not before or line.bullet or not line.beside(before) or line.left < before.right - _TOLERANCE:
            rows.append([line])
        elif before.is_bullet_sign and len(rows[-1]) == 1:
            rows[-1][-1] = replace(line, bullet=True)
        elif before.is_marker:
            rows[-1][-1] = before.joined(line)
        else:
            rows[-1].append(line)
    return [line for line in _columns_parted(rows) if not line.is_bullet_sign or line.text.isalpha()]


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """Whole rows in the order of drawing, or, where that jumps back up a column, in an order that goes down each."""
    blocks: list[list[Line]] = []
    for line in lines:
        if blocks and _goes_on(blocks[-1][-1], line):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    if len(blocks) > _MAX_BLOCKS or not any(_jumps_back(_box(above), _box(below)) for above, below in pairwise(blocks)):
        return list(lines)
    return [line for block in _sorted_down(blocks) for line in block]


def _columns_parted(rows: list[list[Line]]) -> list[Line]:
    """Rows of cells as one line each; runs of rows that are columns, drawn row by row, as one column after the other."""
    lines: list[Line] = []
    place = 0
    while place < len(rows):
        end, gutter = _columns_from(rows, place)
        if gutter:
            pieces = [piece for row in rows[place:end] for piece in row]
            left, right = ([piece for piece in pieces if (piece.left < gutter) == is_left] for is_left in (True, False))
            lines += _columns_parted([[piece] for piece in left])
            lines += whole_rows(right)
            place = end
        else:
            lines.append(_row(rows[place], [*rows[max(place - 1, 0) : place], *rows[place + 1 : place + 2]]))
            place += 1
    return lines


def _columns_from(rows: list[list[Line]], start: int) -> tuple[int, float]:
    """Where a run of rows with one gutter ends, and where that gutter is (0: there is none)."""
    if len(rows[start]) < 2:  # a column may be shorter than the other, but not at the top
        return start, 0.0
    low, high = rows[start][0].right, rows[start][1].left
    end, pairs = start, []
    for row in rows[start:]:
        left, right = max(low, *(piece.right for piece in row if piece.left < high), 0.0), high
        right = min([high, *(piece.left for piece in row if piece.left >= low)])
        if left >= right or (end > start and row[0].top < rows[end - 1][0].top):
            break
        low, high, end = left, right, end + 1
        if len(row) > 1:
            pairs.append((row[0], row[1]))
    is_text = len(pairs) >= _COLUMN_ROWS and all(
        sum(len(pair[side].text) for pair in pairs) >= _COLUMN_CHARS * len(pairs) for side in (0, 1)
    )
    return (end, (low + high) / 2) if is_text else (start, 0.0)


def _row(row: list[Line], neighbours: list[list[Line]]) -> Line:
    """The cells of a row as one line; a number at its end, or cells right above or below its own, make it a row of a table."""
    ends_in_number = len(row) > 1 and row[-1].is_marker
    if ends_in_number and row[-1].left - row[-2].right < _FAR * row[-1].size:
        ends_in_number = any(len(each) > 1 and each[-1].is_marker for each in neighbours)
    is_table = ends_in_number or (len(row) > 1 and any(_are_cells(row, each) for each in neighbours))
    line = row[0]
    for piece in row[1:]:
        line = line.joined(piece)
    return replace(line, is_row=is_table)


def _are_cells(row: list[Line], other: list[Line]) -> bool:
    """Whether most pieces of two rows stand under each other, and it is not just text that is set wide."""
    if abs(row[0].left - other[0].left) < _TOLERANCE and abs(row[-1].right - other[-1].right) < _TOLERANCE:
        return False
    aligned = sum(any(abs(piece.left - each.left) < _TOLERANCE for each in other) for piece in row)
    return len(other) > 1 and aligned > len(row) / 2


def _goes_on(above: Line, below: Line) -> bool:
    is_under = above.left < below.right and below.left < above.right
    return is_under and below.bottom > above.bottom and below.top - above.bottom < _SAME_BLOCK * max(above.size, below.size)


def _box(block: Sequence[Line]) -> Box:
    return (
        min(line.left for line in block),
        min(line.top for line in block),
        max(line.right for line in block),
        max(line.bottom for line in block),
    )


def _jumps_back(before: Box, after: Box) -> bool:
    """Whether text goes on higher up without going to the right, or beside what came before it, to the left."""
    is_left = after[2] <= before[0] + _TOLERANCE
    return after[0] < before[2] - _TOLERANCE and after[1] < (before[3] if is_left else before[1]) - _TOLERANCE


def _sorted_down(blocks: list[list[Line]]) -> list[list[Line]]:
    """Blocks so that what is above comes before what is below it, and a column before the one to its right."""
    boxes = [_box(block) for block in blocks]
    waiting = set(range(len(blocks)))
    before = {place: {other for other in waiting if other != place and _precedes(boxes, other, place)} for place in waiting}
    ordered: list[int] = []
    while waiting:
        free = [place for place in waiting if not before[place] & waiting] or list(waiting)
        place = min(free, key=lambda each: (boxes[each][1], boxes[each][0]))
        if ordered:  # go on down the column that was begun, where that is free to go
            last = boxes[ordered[-1]]
            under = [each for each in free if boxes[each][0] < last[2] and last[0] < boxes[each][2] and boxes[each][1] >= last[1]]
            place = min(under, key=lambda each: boxes[each][1], default=place)
        ordered.append(place)
        waiting.remove(place)
    return [blocks[place] for place in ordered]


def _precedes(boxes: list[Box], first: int, second: int) -> bool:
    one, other = boxes[first], boxes[second]
    if one[0] < other[2] - _TOLERANCE and other[0] < one[2] - _TOLERANCE:
        return one[1] < other[1]
    if one[2] > other[0] + _TOLERANCE:
        return False
    low, high = min(one[3], other[3]), max(one[1], other[1])
    return not any(  # what stretches over both parts the page in an upper and a lower half
        box[0] < one[2] and box[2] > other[0] and low - _TOLERANCE <= box[1] and box[3] <= high + _TOLERANCE for box in boxes
    )
