"""Assignment records of made-up notebooks, as many as wanted, the same for the same seed.

    python3 bench/assignments.py N [SEED]

Names are words in one or two parts, each at home with one or two types; texts are as long as those of real
values (half of them under 25 characters, a tenth over 250). 35 assignments a notebook, 20 notebooks a repository.
"""

import json
import random
import sys

WORDS = (
    "count total rows size index step score rate loss price weight ratio name title path label text color url "
    "labels columns names values items words dates model params config options result table frame series image "
    "matrix mask axis mean scale limit width height depth seed epoch batch user city country day month year"
).split()


def value(kind, draw):
    """A text, length and shape; -1 and None where the type has none."""
    below = draw.randrange
    if kind == "int":
        return str(below(10 ** (1 + below(6)))), -1, None
    if kind == "float":
        return repr(round(draw.random() * 10 ** below(5), 1 + below(12))), -1, None
    if kind == "bool":
        return str(below(2) == 0), -1, None
    if kind == "str":
        text = " ".join(draw.choice(WORDS) for _ in range(1 + below(6)))
        return text, len(text), None
    n = 1 + below(40)
    if kind == "list":
        return str([below(1000) for _ in range(n)]), n, None
    if kind == "dict":
        return str({draw.choice(WORDS): below(100) for _ in range(n // 4 + 1)}), n // 4 + 1, None
    numbers = [f"{draw.random():.8f}" for _ in range(n)]
    if kind == "numpy.ndarray":
        return "[" + " ".join(numbers) + "]", n * 25, [n * 25]
    if kind == "pandas.core.series.Series":
        return "\n".join(f"{at}    {number}" for at, number in enumerate(numbers)), n * 25, [n * 25]
    rows = [f"{at}  {numbers[at % n]}  {draw.choice(WORDS)}  {below(1000)}" for at in range(1 + n // 4)]
    return "\n".join(["   mean  name  count", *rows]), n * 25, [n * 25, 3]


KINDS = ["int", "int", "float", "float", "str", "str", "bool", "list", "list", "dict", "numpy.ndarray",
         "pandas.core.series.Series", "pandas.core.frame.DataFrame"]


def main(n, seed):
    draw = random.Random(seed)
    names = WORDS + [f"{draw.choice(WORDS)}_{draw.choice(WORDS)}" for _ in range(20_000)]
    homes = {name: [draw.choice(KINDS), draw.choice(KINDS)] for name in names}
    write, quoted = sys.stdout.write, json.JSONEncoder(ensure_ascii=False).encode
    for at in range(n):
        name = names[min(int(draw.expovariate(1 / 3000)), len(names) - 1)]
        kind = draw.choice(KINDS) if draw.random() < 0.1 else homes[name][draw.random() < 0.2]
        text, length, shape = value(kind, draw)
        chars = len(text)
        if chars > 400:
            text = text[:200] + text[-200:]
        notebook, repo = at // 35, at // 700
        rank, size = (-1, -1) if shape is None else (len(shape), shape[0] * (shape[1] if len(shape) > 1 else 1))
        iterable = "false" if kind in ("int", "float", "bool") else "true"
        write(
            f'{{"schema":"assignment/1","id":"{at:020x}","notebook":"{notebook:020x}","path":"owner__{repo}/notebooks/'
            f'{notebook}.ipynb","repo":"owner__{repo}","site":{{"name":"{name}","kind":"assign","cell":{at % 35},'
            f'"line":{at % 9 + 1},"column":1,"row":{at % 35 * 9},"physical_line":{at % 35 * 20},"scope":"","text":'
            f'"{name} = compute({at % 100})"}},"value":{{"type":"{kind}","len":{length},"rank":{rank},"shape":'
            f'{shape or []},"size":{size},"dtype":"{"float64" if kind == "numpy.ndarray" else ""}","iterable":'
            f'{iterable},"text":{quoted(text)},"text_chars":{chars}}},"occurrence":1,"occurrences":1,'
            '"evidence":"run"}\n'
        )


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    try:
        main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    except BrokenPipeError:
        sys.exit(0)
