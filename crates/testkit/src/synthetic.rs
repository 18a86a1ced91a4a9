//! Made-up examples in which the last word of a name tells the type of its value.

use serde_json::{Value, json};

const FIRST: [&str; 12] =
    ["user", "row", "page", "city", "order", "input", "max", "total", "best", "first", "target", "raw"];

/// Example records: `n` pairs that fit, and behind each one that does not, from 20 made-up repositories
/// of which the last four are split `valid` (16, 17) and `test` (18, 19). The same for the same `n`.
pub fn examples(n: usize) -> Vec<Value> {
    let mut state = 1_u64;
    let mut below = move |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let mut examples = Vec::with_capacity(2 * n);
    for number in 0..n {
        let kind = below(5);
        let other = (kind + 1 + below(4)) % 5;
        let last = [
            ["count", "size"],
            ["name", "title"],
            ["rate", "ratio"],
            ["list", "values"],
            ["flag", "enabled"],
        ][kind as usize][below(2) as usize];
        let name = format!("{}_{last}", FIRST[below(12) as usize]);
        let draws = [below(1000), below(1000)];
        for (label, kind) in [(0, kind), (1, other)] {
            examples.push(example(number, &name, label, kind, draws[label]));
        }
    }
    examples
}

fn example(number: usize, name: &str, label: usize, kind: u64, draw: u64) -> Value {
    let repo = number % 20;
    let (class, text, len) = match kind {
        0 => ("int", (draw + 2).to_string(), -1),
        1 => ("str", format!("item {draw}"), 5 + draw.to_string().len() as i64),
        2 => ("float", format!("0.{:03}", draw.max(1)), -1),
        3 => ("list", format!("[{draw}, {}, 7]", draw / 2), 3),
        _ => ("bool", if draw.is_multiple_of(2) { "True" } else { "False" }.to_owned(), -1),
    };
    let id = format!("{number:020x}");
    json!({
        "schema": "example/1",
        "id": if label == 0 { id.clone() } else { format!("{id}-1") },
        "notebook": format!("{:020x}", number / 4),
        "path": format!("repo{repo}/{}.ipynb", number / 20),
        "repo": format!("repo{repo}"),
        "site": {
            "name": name, "kind": "assign", "cell": 1, "line": number, "column": 1, "row": number,
            "physical_line": number, "scope": "", "text": format!("{name} = {text}"), "pragma": ""
        },
        "value": {
            "type": class, "len": len, "rank": -1, "shape": [], "size": -1, "dtype": "", "iterable": len >= 0,
            "text": text, "text_chars": text.len()
        },
        "type_class": class,
        "label": label,
        "origin": if label == 0 { "positive" } else { "type_guided" },
        "donor": if label == 0 { String::new() } else { id },
        "split": match repo { 0..16 => "train", 16 | 17 => "valid", _ => "test" },
        "count": 1,
        "weight": 1.0,
        "evidence": "run"
    })
}

/// Records as lines of JSON.
pub fn lines(records: &[Value]) -> Vec<u8> {
    records.iter().flat_map(|record| format!("{record}\n").into_bytes()).collect()
}
