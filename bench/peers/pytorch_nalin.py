"""The published network in PyTorch, written from its description: a judge of numbers and a rival in speed.

    pytorch_nalin.py gradients            print loss and gradients for fixed weights (expected by the tests
                                          of nalin-model/src/nalin/network.rs)
    pytorch_nalin.py train EXAMPLES       one epoch over example records (plain JSONL), batch 128, and scoring:
                                          examples a CPU-second, featurising included

Needs torch and numpy. Set OMP_NUM_THREADS to the threads it may use.
"""

import json
import sys
import time
import unicodedata

import numpy as np
import torch
from torch import nn

ALPHABET = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,;'0123456789"
    ",;.!?:'\"/\\|_@#$%^\u2192&*~`+-=<>()[]{} "
)
SLOT = {character: slot for slot, character in enumerate(ALPHABET)}
CHARS = 100


class Nalin(nn.Module):
    def __init__(self, dropout=0.5):
        super().__init__()
        self.gru = nn.GRU(len(ALPHABET), 100, batch_first=True, bidirectional=True)
        self.convolution = nn.Conv1d(len(ALPHABET), 100, CHARS)
        self.hidden = nn.Linear(612, 150)
        self.out = nn.Linear(150, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, name, text, side):
        _, last = self.gru(text)
        wide = torch.relu(self.convolution(text.transpose(1, 2))).squeeze(2)
        inputs = torch.cat([name, last[0], last[1], wide, side], 1)
        hidden = torch.relu(self.hidden(self.dropout(inputs)))
        return self.out(self.dropout(hidden)).squeeze(1)


def slots(text):
    text = text[:50] + text[-50:] if len(text) > CHARS else text.ljust(CHARS)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return [SLOT[c] for c in text if c in SLOT][:CHARS]


def text_rows(texts):
    rows = np.zeros((len(texts), CHARS, len(ALPHABET)), dtype=np.float32)
    for row, text in zip(rows, texts):
        found = slots(text)
        row[np.arange(len(found)), found] = 1
    return torch.from_numpy(rows)


def side_rows(shapes, lengths, types):
    """One-hot shape (101), length (100) and type (11)."""
    rows = np.zeros((len(types), 212), dtype=np.float32)
    for row, shape, length, kind in zip(rows, shapes, lengths, types):
        row[shape] = row[101 + length] = row[201 + kind] = 1
    return torch.from_numpy(rows)


def formula(n, salt, bound):
    """Weights that need no file: the same formula stands in the test."""
    at = np.arange(n, dtype=np.int64)
    return ((at * 7919 + salt * 104729) % 2003 / 1001.0 - 1.0) * bound


def gradients():
    torch.set_default_dtype(torch.float64)
    model = Nalin(dropout=0).double()

    def fill(parameter, salt, bound, shape, turn):
        values = torch.from_numpy(formula(parameter.numel(), salt, bound)).reshape(shape)
        parameter.data.copy_(turn(values))

    gru = model.gru
    for direction, salt in [("", 1), ("_reverse", 4)]:
        get = lambda part: getattr(gru, f"{part}_l0{direction}")
        fill(get("weight_ih"), salt, 0.1, (101, 300), lambda w: w.T)
        fill(get("weight_hh"), salt + 1, 0.1, (300, 100), lambda w: w)
        biases = torch.from_numpy(formula(600, salt + 2, 0.1)).reshape(2, 300)
        get("bias_ih").data.copy_(biases[0])
        get("bias_hh").data.copy_(biases[1])
    # Ours is (position, character) x output; theirs output x character x position.
    fill(model.convolution.weight, 7, 0.05, (100, 101, 100), lambda w: w.permute(2, 1, 0))
    fill(model.convolution.bias, 8, 0.1, (100,), lambda w: w)
    fill(model.hidden.weight, 9, 0.05, (612, 150), lambda w: w.T)
    fill(model.hidden.bias, 10, 0.1, (150,), lambda w: w)
    fill(model.out.weight, 11, 0.1, (150, 1), lambda w: w.T)
    fill(model.out.bias, 12, 0.1, (1,), lambda w: w)

    texts = ["17", "[0.5, 1.25, 3]", "Hello, w\u00f6rld: data/in.csv" + "x" * 90]
    text = text_rows(texts).double()
    side = side_rows([100, 3, 0], [99, 0, 12], [0, 4, 10]).double()
    labels = torch.tensor([0.0, 1.0, 1.0])
    logits = model(torch.zeros(3, 100), text, side)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, labels)
    loss.backward()
    print("logits", [round(v, 6) for v in logits.tolist()])
    print("loss", round(loss.item(), 6))
    for name, parameter in model.named_parameters():
        grad = parameter.grad
        print(f"{name:25} norm {grad.norm().item():.6e}  sum {grad.sum().item():.6e}")


def train(path):
    torch.manual_seed(0)
    examples = [json.loads(line) for line in open(path, encoding="utf-8")]
    counts = {}
    for example in examples:
        if example["label"] == 0:
            counts[example["type_class"]] = counts.get(example["type_class"], 0) + 1
    types = {kind: at for at, kind in enumerate(sorted(counts, key=counts.get, reverse=True)[:10])}
    rng = np.random.default_rng(0)
    # A look-up in an embedding, made cheap on purpose: it is not what is compared.
    names = {}
    for example in examples:
        names.setdefault(example["site"]["name"], rng.standard_normal(100).astype(np.float32))

    def shape_slot(value):
        if value["rank"] < 0 or any(d < 0 for d in value["shape"]):
            return 100
        return int(min(np.prod(value["shape"], dtype=np.float64) // 1000, 99))

    def batch_of(part):
        values = [example["value"] for example in part]
        return (
            torch.from_numpy(np.stack([names[example["site"]["name"]] for example in part])),
            text_rows([value["text"] for value in values]),
            side_rows(
                [shape_slot(value) for value in values],
                [99 if v["len"] < 0 else min(v["len"] // 10, 99) for v in values],
                [types.get(example["type_class"], 10) for example in part],
            ),
            torch.tensor([float(example["label"]) for example in part]),
        )

    model = Nalin()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    order = rng.permutation(len(examples))
    start, done = time.process_time(), 0
    for first in range(0, len(order) - 127, 128):
        name, text, side, labels = batch_of([examples[at] for at in order[first : first + 128]])
        optimiser.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(model(name, text, side), labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimiser.step()
        done += 128
    trained = done / (time.process_time() - start)
    model.eval()
    start, done = time.process_time(), 0
    with torch.no_grad():
        for first in range(0, len(examples), 128):
            name, text, side, _ = batch_of(examples[first : first + 128])
            torch.sigmoid(model(name, text, side))
            done += len(text)
    scored = done / (time.process_time() - start)
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(),
                      "train_per_cpu_second": round(trained), "score_per_cpu_second": round(scored)}))


if __name__ == "__main__":
    if sys.argv[1:] == ["gradients"]:
        gradients()
    elif len(sys.argv) == 3 and sys.argv[1] == "train":
        train(sys.argv[2])
    else:
        sys.exit(__doc__)
