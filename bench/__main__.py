"""`python -m bench [--seconds 5] [--format json]`: measure on a throwaway site with the demonstration."""

import argparse
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from bench import documents, imports, pages, ranking, relevance, saving, scale, site, workbook


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="how long each address is asked")
    parser.add_argument("--connections", type=int, default=16, help="that ask at the same time")
    parser.add_argument("--rows", type=int, default=500, help="of the spreadsheet that is imported")
    parser.add_argument("--workbook", type=int, default=10_000, help="rows of the workbook that is previewed")
    parser.add_argument(
        "--scale",
        default="1000,10000",
        help="activities of the growing programme; national: 1000,10000,100000",
    )
    parser.add_argument("--only-scale", action="store_true", help="nothing but the growing programme")
    parser.add_argument("--postgres", action="store_true", help="the growing programme on PostgreSQL")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kepuyue-bench-") as folder:
        result = {"machine": _machine(), **measure(Path(folder), options)}
    print(json.dumps(result, ensure_ascii=False, indent=2) if options.format == "json" else _as_text(result))


def measure(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """All figures. What is going on is told on standard error."""
    environment = {**os.environ, "DATA_DIR": str(folder), "KEPUYUE_DEMO": "1"}
    _tell("building the demonstration")
    site.prepare(environment)
    if options.only_scale:
        return {"scale": _growth(environment, options), "database": _database(options)}
    with site.running(environment) as server:
        _tell("asking pages")
        asked = pages.measure(server, seconds=options.seconds, connections=options.connections)
        memory = server.memory()
        _tell("typing")
        saved = saving.measure(
            server, folder, seconds=options.seconds, typists=options.connections // 2,
            readers=options.connections // 2,
        )  # fmt: skip
    _tell("searching")
    found = relevance.measure(environment)
    _tell("importing")
    return {
        "start": {
            "seconds": round(server.started_in, 2),
            "memory": server.memory_at_rest,
            "memory_after_load": memory,
        },
        "pages": asked,
        "saving": saved,
        "relevance": found,
        "import": imports.measure(environment, folder, rows=options.rows),
        "workbook": workbook.measure(environment, folder, rows=options.workbook),
        "documents": documents.measure(environment),
        "ranking": ranking.measure(),
        "scale": _growth(environment, options),
        "database": _database(options),
    }


def _growth(environment: dict[str, str], options: argparse.Namespace) -> list[dict[str, object]]:
    _tell("growing")
    sizes = [int(size) for size in options.scale.split(",")]
    return scale.measure(environment, sizes, seconds=options.seconds, postgres=options.postgres)


def _database(options: argparse.Namespace) -> str:
    return "PostgreSQL" if options.postgres else "SQLite"


def _machine() -> dict[str, object]:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]}


def _as_text(result: dict) -> str:  # type: ignore[type-arg]
    grown = scale.as_text(result["scale"], result["database"])
    if "start" not in result:
        return "\n".join(grown)
    start, done, saved, book = result["start"], result["import"], result["saving"], result["workbook"]
    rest, after, machine = start["memory"], start["memory_after_load"], result["machine"]
    lines = [
        f"{machine['cores']} cores, Python {machine['python']}, load {machine['load']:.1f}",
        "",
        f"Start until the first answer   {start['seconds']:8.2f} s",
        f"Memory of all {rest['processes']} processes      {rest['pss_mb']:8.0f} MB",
        f"  after load                   {after['pss_mb']:8.0f} MB",
        "",
        f"{'Page':<30} {'requests/s':>10} {'ratio':>7} {'median ms':>10} {'95 % ms':>8}",
        *(
            f"{page['name']:<30} {page['per_second']:>10.0f} {page['ratio']:>7.3f}"
            f" {page['p50_ms']:>10.1f} {page['p95_ms']:>8.1f}"
            for page in result["pages"]
        ),
        "",
        f"Saving while typing: {saved['typists']} typists and {saved['readers']} readers:"
        f" {saved['saves_per_second']:.0f} saves/s, median {saved['p50_ms']:.0f} ms, 95 % {saved['p95_ms']:.0f} ms;"
        f" {saved['ratio']:.1f} times one typist alone ({saved['alone_p50_ms']:.0f} ms);"
        f" {saved['failures']} failures, {saved['lost']} texts lost",
        "",
        "Searching: " + "; ".join(
            f"{name} queries {half['queries']}, nDCG@10 {half['ndcg_at_10']:.3f}, without an answer {half['empty']:.1%}"
            for name, half in result["relevance"].items()
        ),
        "",
        f"Import of {done['rows']} rows: read {done['read_per_second']:.0f} rows/s,"
        f" written {done['written_per_second']:.0f} rows/s; {done['ratio']:.4f} of the baseline",
        f"  (baseline: {done['baseline']}: {done['baseline_per_second']:.0f} rows/s)",
        f"Workbook of {book['rows']} rows: read and checked {book['read_per_second']:.0f} rows/s"
        f" ({book['ratio_to_calamine']:.4f} of calamine merely reading), kept for the preview"
        f" {book['staged_per_second']:.0f} rows/s, committed {book['committed_per_second']:.0f} rows/s",
        f"  a page of the preview {book['preview_page_ms']:.0f} ms,"
        f" read again after a mend {book['mend_seconds']:.1f} s;",
        f"  peak {book['peak_mb']:.0f} MB ({book['peak_mb_of_a_tenth']:.0f} MB for a tenth of the rows)",
        "",
        documents.as_text(result["documents"]),
        ranking.as_text(result["ranking"]),
        "",
        *grown,
    ]  # fmt: skip
    return "\n".join(lines)


def _tell(what: str) -> None:
    print(f"→ {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
