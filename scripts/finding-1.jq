# finding/2 records as finding/1, for programs that still read those:
#   jq -c -f scripts/finding-1.jq findings.jsonl
def of($kind): [.evidence[] | select(.kind == $kind) | {text, share}];
# Where nothing was run, finding/1 had a value all the same, of zeros and empty texts.
def no_value: {type: "", len: 0, rank: 0, shape: [], size: 0, dtype: "", iterable: false, text: "", text_chars: 0, type_class: ""};
(.value[0] // no_value) as $held
| {
    schema: "finding/1", id, fingerprint, rule, score, message, notebook, path, repo,
    site: .place, value: ($held | del(.type_class)), type_class: $held.type_class,
    usual_types: of("usual_type"), usual_values: [of("usual_value")[].text],
    weighed: of("weighed"), better_names: of("better_name")
  }
