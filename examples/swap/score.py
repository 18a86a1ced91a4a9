"""pair/1 in, scored/1 out: the rarer a type is for a name in this very input, the worse they fit."""
import collections
import json
import signal
import sys

signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # end quietly when the reader has gone
pairs = [json.loads(line) for line in sys.stdin]
types_of = collections.defaultdict(collections.Counter)
for pair in pairs:
    types_of[pair["site"]["name"]][pair["type_class"]] += 1
for pair in pairs:
    seen = types_of[pair["site"]["name"]]
    share = seen[pair["type_class"]] / sum(seen.values())
    print(json.dumps({**pair, "schema": "scored/1", "score": 1 - share}))
