"""Reads one Delta table with readers that are not ours, for a test to compare value by value.

    read_table.py TABLE OUTPUT

TABLE is the table's folder or address. For each reader the rows go to OUTPUT.<reader>.jsonl in one
canonical form: a row is a JSON object without spaces and with its keys sorted, and the rows are sorted as text.

| value                  | form                                             |
|------------------------|--------------------------------------------------|
| null                   | null                                             |
| date                   | "2026-11-01"                                     |
| timestamp              | UTC, microseconds: "2026-11-01T08:30:00.000000Z" |
| timestamp without zone | "2026-11-01T08:30:00.000000"                     |
| text                   | as it is                                         |
| number                 | a JSON number; a decimal is text                 |
| bytes                  | lower-case hexadecimal                           |

Exit code 0: all readers agree. 1: the table cannot be read, or they differ. 2: wrong arguments.
"""

import datetime
import decimal
import json
import os
import sys

import deltalake
import duckdb
import polars


def with_deltalake(table):
    return deltalake.DeltaTable(table).to_pyarrow_table().to_pylist()


def with_polars(table):
    return polars.read_delta(table).to_dicts()


def with_duckdb(table):
    connection = duckdb.connect()
    # What DuckDB sees is the dataset, not a table in memory: it plans its own scan over the files.
    connection.register("landed", deltalake.DeltaTable(table).to_pyarrow_dataset())
    connection.execute("SET TimeZone = 'UTC'")
    return connection.execute("SELECT * FROM landed").to_arrow_table().to_pylist()


READERS = {"deltalake": with_deltalake, "polars": with_polars, "duckdb": with_duckdb}


def canonical(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    # A datetime is a date as well, so it comes first.
    if isinstance(value, datetime.datetime):
        zone = ""
        if value.tzinfo is not None:
            value, zone = value.astimezone(datetime.timezone.utc).replace(tzinfo=None), "Z"
        return value.isoformat(timespec="microseconds") + zone
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, list):
        return [canonical(one) for one in value]
    if isinstance(value, dict):
        return {name: canonical(one) for name, one in value.items()}
    raise TypeError(f"a value of the type {type(value).__name__} has no canonical form")


def line(row):
    return json.dumps(
        canonical(row),
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )


def first_difference(name, lines, other_name, other_lines):
    """What differs between two readers, as one plain sentence; None when nothing does."""
    if len(lines) != len(other_lines):
        return f"{name} reads {len(lines)} rows, {other_name} reads {len(other_lines)}"
    for one, other in zip(lines, other_lines):
        if one == other:
            continue
        row, other_row = json.loads(one), json.loads(other)
        if row.keys() != other_row.keys():
            return f"{name} reads the columns {sorted(row)}, {other_name} reads {sorted(other_row)}"
        cells = ((column, row[column], other_row[column]) for column in sorted(row))
        for column, cell, other_cell in cells:
            # By form, for 1 == True == 1.0 here.
            if json.dumps(cell) != json.dumps(other_cell):
                return f"in {column} {name} reads {cell!r}, {other_name} reads {other_cell!r}"
    return None


def main(arguments):
    if len(arguments) != 2:
        print("two arguments are needed: TABLE OUTPUT", file=sys.stderr)
        return 2
    table, output = arguments
    read = {}
    for name, reader in READERS.items():
        try:
            read[name] = sorted(line(row) for row in reader(table))
        except Exception as error:  # Each library has its own; the sentence is what the test shows.
            print(f"{name} cannot read {table}: {error}", file=sys.stderr)
            return 1
        with open(f"{output}.{name}.jsonl", "w", encoding="utf-8", newline="\n") as file:
            file.writelines(text + "\n" for text in read[name])
    (first, lines), *others = read.items()
    for name, other_lines in others:
        difference = first_difference(first, lines, name, other_lines)
        if difference is not None:
            print(f"the readers differ: {difference}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    # Threads of pyarrow may still hold files that deltalake opened through Python; an ordinary end of
    # the interpreter takes Python away from under them, and now and then the process aborts.
    os._exit(code)
