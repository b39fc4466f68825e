"""Lands one CSV with polars and deltalake: the work that ours is measured against.

    compare_polars.py URL FOLDER

Fetches the CSV from URL (http), reads it with polars, writes it as a new Delta table into FOLDER, and
prints one line of JSON: wall_seconds, cpu_seconds, peak_rss_mib, rows. Wall and CPU time begin after
the imports, in Python's favour; the peak is the whole process's.
"""

import json
import resource
import sys
import time
import urllib.request

import deltalake
import polars

# The CSV comes from this machine: no proxy stands in between.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_rss_mib():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def land(url, folder):
    with OPENER.open(url) as reply:
        body = reply.read()
    # Unlike ours it has to see values of every column before it settles on types.
    frame = polars.read_csv(body, try_parse_dates=True, infer_schema_length=10_000)
    deltalake.write_deltalake(folder, frame, mode="error")
    return frame


def main(arguments):
    if len(arguments) != 2:
        print("two arguments are needed: URL FOLDER", file=sys.stderr)
        return 2
    wall, cpu = time.perf_counter(), cpu_seconds()
    try:
        frame = land(*arguments)
    except Exception as error:  # Each library has its own; the sentence is what the caller shows.
        print(f"polars and deltalake cannot land {arguments[0]}: {error}", file=sys.stderr)
        return 1
    measured = {
        "wall_seconds": round(time.perf_counter() - wall, 3),
        "cpu_seconds": round(cpu_seconds() - cpu, 3),
        "peak_rss_mib": round(peak_rss_mib(), 1),
        "rows": frame.height,
    }
    print(json.dumps(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
