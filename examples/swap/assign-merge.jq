# assignment/1 in, pair/1 out: no merging, no removal of duplicates.
select(.schema == "assignment/1" and (.site.name | length) >= 3)
| .schema = "pair/1"
| .type_class = (.value.type | split(".") | last)
| .count = 1
| .weight = 1
