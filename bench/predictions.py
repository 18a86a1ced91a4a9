#!/usr/bin/env python3
"""Compares the failures that nbcrashes --predict tells with what nbexec saw.

usage: bench/predictions.py FINDINGS RUNS   (findings of --predict --format jsonl --cascades --min-score 0; what nbexec wrote)

A prediction is right when its cell failed with the exception that its rule foretells; a NameError is found when its
cell is predicted to end with one. Counted for several least scores.
"""
import collections, json, subprocess, sys

FORETELLS = {"NBC001": {"NameError"}, "NBC002": {"NameError"}, "NBC003": {"NameError", "ModuleNotFoundError", "ImportError"},
             "NBC004": {"FileNotFoundError"}, "NBC005": {"SyntaxError", "IndentationError", "TabError"},
             "NBC006": {"NameError"}}


def lines(path):
    command = ["zstd", "-dcq", path] if path.endswith(".zst") else ["cat", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        for line in process.stdout:
            yield line


def main():
    failed, ran = {}, set()
    for line in lines(sys.argv[2]):
        if not line.startswith(b'{"schema":"run/'):
            continue
        run = json.loads(line)
        if not run["complete"]:
            continue
        for cell in run["cells"]:
            place = run["path"], cell["cell"]
            if cell["status"] != "skipped":
                ran.add(place)
            if cell["status"] in ("error", "syntax"):
                failed[place] = cell["exception"] or "SyntaxError"
    findings = [json.loads(line) for line in lines(sys.argv[1])]
    for schema in {one["schema"] for one in findings} - {"finding/2"}:
        sys.exit(f"{sys.argv[1]}: {schema} records; nbcrashes of this version writes finding/2: predict again")
    findings = [one for one in findings if (one["path"], one["place"]["cell"]) in ran]
    names = {place for place, exception in failed.items() if exception == "NameError"}
    print(f"{len({path for path, _ in ran}):,} notebooks, {len(ran):,} cells, {len(failed):,} failed, {len(names):,} with a NameError\n")
    print("| least score | predicted NameErrors | precision | recall | any failure: predicted | precision | recall |\n|---|---|---|---|---|---|---|")
    for least in (0.3, 0.6, 0.8, 0.9):
        kept = [one for one in findings if one["score"] >= least]
        of_names = {(one["path"], one["place"]["cell"]) for one in kept if one["rule"] in ("NBC001", "NBC002", "NBC006")
                    or one["rule"] == "NBC003" and "not imported" in one["message"]}
        right = len(of_names & names)
        every = {(one["path"], one["place"]["cell"]) for one in kept}
        all_right = len(every & failed.keys())
        print(f"| {least} | {len(of_names):,} | {right / max(len(of_names), 1):.3f} | {right / max(len(names), 1):.3f} "
              f"| {len(every):,} | {all_right / max(len(every), 1):.3f} | {all_right / max(len(failed), 1):.3f} |")
    print("\n| rule (score 0.8) | predicted | the exception foretold | another |\n|---|---|---|---|")
    counts = collections.Counter()
    for one in findings:
        if one["score"] >= 0.8:
            exception = failed.get((one["path"], one["place"]["cell"]))
            counts[one["rule"], "right" if exception in FORETELLS[one["rule"]] else "other" if exception else "none"] += 1
    for rule in sorted(FORETELLS):
        right, other, none = (counts[rule, key] for key in ("right", "other", "none"))
        print(f"| {rule} | {right + other + none:,} | {right:,} | {other:,} |")
    missed = collections.Counter(failed[place] for place in failed.keys() - {(f["path"], f["place"]["cell"]) for f in findings})
    print("\nnot predicted at all:", ", ".join(f"{name} {n:,}" for name, n in missed.most_common(8)))


main()
