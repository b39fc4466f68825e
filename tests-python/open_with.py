"""Runs the snippets of a DataSet's page, under "Open with", that can run here: DuckDB and Polars.

    open_with.py PAGE

PAGE is a file with the page's HTML. Each snippet is run as it stands; the two must tell the same figures.

DuckDB reads Delta tables with an extension that it downloads. Where it cannot be had, the snippet's question
is asked over the same table through deltalake, and the last line says so.

Exit code 0: all that ran agree. 1: a snippet failed, or they differ. 2: wrong arguments.
"""

import contextlib
import html.parser
import io
import re
import sys

import deltalake
import duckdb
import polars


class Snippets(html.parser.HTMLParser):
    """Collects the text of every element whose id begins with `open-`."""

    def __init__(self):
        super().__init__()
        self.found = {}
        self.current = None
        self.tag = None

    def handle_starttag(self, tag, attributes):
        name = dict(attributes).get("id", "")
        if name.startswith("open-") and tag in ("pre", "code"):
            self.current, self.tag = name.removeprefix("open-"), tag
            self.found[self.current] = ""

    def handle_endtag(self, tag):
        if tag == self.tag:
            self.current = self.tag = None

    def handle_data(self, data):
        if self.current:
            self.found[self.current] += data


def run_polars(code):
    """The snippet prints a table; what it printed is its last expression, asked for again."""
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "the Polars snippet", "exec"), names)
    return [tuple(row) for row in names["by_day"].collect().rows()]


def run_duckdb(code):
    connection = duckdb.connect()
    try:
        return connection.execute(code).fetchall(), None
    except (duckdb.IOException, duckdb.HTTPException) as error:
        place = re.search(r"delta_scan\('((?:[^']|'')*)'\)", code).group(1).replace("''", "'")
        connection.register("landed", deltalake.DeltaTable(place).to_pyarrow_dataset())
        question = code[code.index("SELECT") :]
        question = re.sub(r"delta_scan\('(?:[^']|'')*'\)", "landed", question)
        return connection.execute(question).fetchall(), str(error).splitlines()[0]


def main(arguments):
    if len(arguments) != 1:
        print("one argument is needed: PAGE", file=sys.stderr)
        return 2
    snippets = Snippets()
    with open(arguments[0], encoding="utf-8") as page:
        snippets.feed(page.read())
    for program in ("power-bi", "duckdb", "polars", "spark", "excel"):
        if not snippets.found.get(program):
            print(f"the page has no snippet for {program}", file=sys.stderr)
            return 1
    compile(snippets.found["spark"], "the Spark snippet", "exec")
    with_polars = run_polars(snippets.found["polars"])
    with_duckdb, without_extension = run_duckdb(snippets.found["duckdb"])
    if [tuple(map(str, row)) for row in with_polars] != [tuple(map(str, row)) for row in with_duckdb]:
        print(f"Polars says {with_polars[:3]}, DuckDB {with_duckdb[:3]}", file=sys.stderr)
        return 1
    print(f"{len(with_polars)} days, the same with Polars {polars.__version__} and DuckDB {duckdb.__version__}")
    if without_extension:
        print(f"DuckDB without its extension: {without_extension}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
