#!/usr/bin/env python3
"""Measures crash-cluster on a million crashes with 200,000 distinct messages, beside the published full matrix.

usage: bench/crashes.py BIN [CRASHES DISTINCT [PEER]]   (BIN: folder of the programs; PEER: messages of the matrix)

Messages are made of templates as libraries write them, with words drawn in their places, so that many are alike.
The peer is what the study does: the similarity of every pair in one float32 matrix, by numpy, then the components;
it is run on PEER messages (10,783 in the study) and on the same messages crash-cluster must find as many clusters.
"""
import itertools, json, random, resource, subprocess, sys, tempfile, time

BIN = sys.argv[1]
CRASHES, DISTINCT = (int(word) for word in (sys.argv[2:4] or [1_000_000, 200_000]))
PEER = int(sys.argv[4]) if len(sys.argv) > 4 else 10_783
ENDINGS = ["", "s", "er", "ing", "ed", "tion", "ment", "ness"]


def messages(n, seed):
    draw = random.Random(seed)
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in "aeiou"]
    words = sorted({"".join(draw.choice(syllables) for _ in range(draw.randint(2, 4))) + draw.choice(ENDINGS)
                    for _ in range(20_000)})
    # A few words are in most messages, most words in few: as in language.
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    templates = [draw.choices(words, cum_weights=weights, k=draw.randint(3, 16)) for _ in range(3_000)]
    found = {}
    while len(found) < n:
        words_now = list(draw.choice(templates))
        for _ in range(draw.randint(1, 3)):
            words_now[draw.randrange(len(words_now))] = draw.choices(words, cum_weights=weights)[0]
        if draw.random() < 0.3:
            words_now += draw.choices(words, cum_weights=weights, k=draw.randint(1, 4))
        found.setdefault(" ".join(words_now))
    return list(found)


def record(message, number):
    return json.dumps({"schema": "crash/1", "id": f"{number:020x}", "path": f"n{number % 9973}.ipynb",
                       "exception": "ValueError", "message": message, "value": message, "normal": message})


def cluster(texts, crashes, seed):
    draw = random.Random(seed)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file, tempfile.NamedTemporaryFile() as summary:
        for number in range(crashes):
            # Every message once, and the first ones again and again.
            text = texts[number] if number < len(texts) else texts[int(len(texts) * draw.random() ** 3)]
            file.write(record(text, number) + "\n")
        file.flush()
        command = [f"{BIN}/crash-cluster", "-q", "--summary", summary.name, "-o", "/dev/null", file.name]
        subprocess.run(command, check=True)
        return json.load(open(summary.name))


def matrix(texts):
    """The clusters of a full matrix of similarities."""
    import numpy, scipy.sparse as sparse
    from scipy.sparse.csgraph import connected_components
    start = time.process_time()
    numbers = {}
    rows, columns, sizes = [], [], []
    for row, text in enumerate(texts):
        of_text = {numbers.setdefault(word, len(numbers)) for word in text.split(" ")}
        rows += [row] * len(of_text)
        columns += of_text
        sizes.append(len(of_text))
    one = sparse.csr_matrix((numpy.ones(len(rows), "float32"), (rows, columns)))
    sizes = numpy.array(sizes, "float32")
    shared = (one @ one.T).toarray()
    jaccard = shared / (sizes[:, None] + sizes[None, :] - shared)
    clusters, _ = connected_components(sparse.csr_matrix(jaccard >= numpy.float32(0.7)), directed=False)
    return clusters, time.process_time() - start


def main():
    # The large case first: a child's peak begins at its parent's, and the matrix is large.
    ours = cluster(messages(DISTINCT, 3), CRASHES, 4)
    print(f"{CRASHES:,} crashes, {DISTINCT:,} distinct: {ours['cpu_seconds']:.1f} CPU-s, {ours['peak_bytes'] / 1e6:.0f} MB, "
          f"{ours['counts']['clusters']:,} clusters")
    if PEER:
        few = messages(PEER, 1)
        ours = cluster(few, len(few), 2)
        clusters, seconds = matrix(few)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(f"{PEER:,} messages: crash-cluster {ours['cpu_seconds']:.2f} CPU-s, {ours['counts']['clusters']:,} clusters; "
              f"full matrix {seconds:.1f} CPU-s, {peak / 1e6:.0f} MB, {clusters:,} clusters")
        assert clusters == ours["counts"]["clusters"], "the two must agree"


main()
