# metric/2 records as metric/1, for programs that still read those; a file at once:
#   jq -c -s -f scripts/metric-1.jq metrics.jsonl
# metric/1 had all numbers of one model, moment and part in a record, and -1 for what does not apply.
def moment: [.model, .fold, .epoch, .step] | tojson;
def of: [.phase, .split, .group, moment];
INDEX(.[] | select(.measure == "learning_rate"); moment) as $rates
| reduce .[] as $one ([];
    if length == 0 or .[-1].of != ($one | of) then . + [{of: ($one | of), first: $one, numbers: {}, count: 0}] else . end
    | .[-1].numbers[$one.measure] = $one.value
    | .[-1].count |= ([., $one.count] | max))
| .[] | .first as $first | .count as $count | .numbers as $numbers
| ($first.phase == "result") as $is_result
| def number($name): $numbers[$name] // -1;
  {
    schema: "metric/1", model: $first.model, phase: $first.phase, fold: $first.fold, split: $first.split,
    origin: $first.group, epoch: $first.epoch,
    step: (if $is_result then -1 else $first.step end),
    lr: (if $is_result then -1 else ($rates[$first | moment].value // -1) end),
    examples: $count, threshold: number("threshold"), loss: number("loss"), precision: number("precision"),
    recall: number("recall"), f1: number("f1"), auc: number("auc"), accuracy: number("accuracy")
  }
