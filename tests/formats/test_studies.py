"""The values of a study out of text: what is read, and what is refused with its row."""

from decimal import Decimal

import pytest

from firstoff.errors import InvalidInput
from firstoff.formats.studies import LARGEST, read_values


@pytest.mark.parametrize(
    "text",
    [
        "12.001\n11.998\n12.0050",
        "Bore\r\n12.001\r\n11.998\r\n12.0050\r\n",
        "\ufeffBohrung;\n12,001;\n11,998;\n12,0050;\n",
        "12,001;\n\n11,998;\n12,0050;",
        '"Bore, mm"\n12.001\n\n 11.998 \n12.0050\n\n',
    ],
)
def test_one_value_a_line_is_read_as_it_is_written(text: str) -> None:
    found = read_values("bore.csv", text.encode())
    assert found == (Decimal("12.001"), Decimal("11.998"), Decimal("12.0050"))
    assert str(found[2]) == "12.0050"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bore\n12.001\nabc\n", "bore.csv, row 3, column Bore: found 'abc'; expected a number"),
        ("12.001\nnan\n", "row 2, column 1: found 'nan'; expected a number"),
        ("12.001\n1_0\n", "row 2, column 1: found '1_0'"),
        ("12.001\n12 .1\n", "row 2, column 1: found '12 .1'"),
        ("12.0O1\n12.001\n", "row 1: found '12.0O1'; expected a number, or a header"),
        ("12.01 mm\n12.001\n", "row 1: found '12.01 mm'; expected a number, or a header"),
        ("12,001\n12,002\n", "row 1: found 2 columns; expected one value a line"),
        ("12.001\n12.002\n12.003,12.004\n", "row 3: found 2 columns"),
        ("", "bore.csv is empty"),
        ("Bore\n", "has a header and no rows"),
        ("PAR1", "is Parquet"),
        ("1\n" * (LARGEST // 2 + 1), "more than 1,000,000 bytes"),
    ],
)
def test_what_is_no_column_of_numbers_is_refused_with_its_row(text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_values("bore.csv", text.encode())
    assert words in refused.value.message
