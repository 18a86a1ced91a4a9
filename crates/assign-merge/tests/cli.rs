//! The program as a process: what it passes over, hands on and refuses.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use proptest::prelude::*;
use records::{Assignment, Head, Pair, Record as _, Site, Value};
use testkit::{Command, Finished};

fn assignment(name: &str, row: u32, type_name: &str, text: &str) -> Assignment {
    Assignment {
        schema: Assignment::SCHEMA.to_owned(),
        id: records::id_of([name, &row.to_string(), text]),
        head: Head { notebook: "n".to_owned(), path: "repo/a.ipynb".to_owned(), repo: "repo".to_owned() },
        site: Site { name: name.to_owned(), row, ..Site::default() },
        value: Value {
            type_name: type_name.to_owned(),
            len: -1,
            rank: -1,
            size: -1,
            text: text.to_owned(),
            ..Value::default()
        },
        occurrence: 1,
        occurrences: 1,
        evidence: "run".to_owned(),
        extra: records::Extra::new(),
    }
}

fn line(assignment: &Assignment) -> String {
    serde_json::to_string(assignment).unwrap() + "\n"
}

fn run(args: &[&str], input: &str) -> Finished {
    Command::new(env!("CARGO_BIN_EXE_assign-merge")).args(args).stdin(input).run()
}

fn pairs(finished: &Finished) -> Vec<Pair> {
    assert!(finished.status.success(), "{finished}");
    let text = std::str::from_utf8(&finished.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_pair_is_its_assignment_with_class_count_and_weight() {
    let mut hostile = assignment("label", 2, "str", "a\"\n\u{202e}\u{0}é");
    hostile.extra.insert("users".to_owned(), serde_json::json!({"own": 1.0e300}));
    hostile.extra.insert("weight".to_owned(), serde_json::json!(0.25));
    let input = line(&assignment("n_rows", 1, "numpy.int64", "3"))
        + "{\"schema\":\"run/1\",\"outcome\":\"ok\"}\n"
        + &line(&assignment("n_rows", 3, "int", "3"))
        + &line(&hostile);
    let pairs = pairs(&run(&[], &input));
    assert_eq!(pairs.len(), 2);
    let mut expected = Pair::new(assignment("n_rows", 1, "numpy.int64", "3"), "int".to_owned());
    expected.count = 2;
    assert_eq!(serde_json::to_value(&pairs[0]).unwrap(), serde_json::to_value(&expected).unwrap());
    hostile.extra.shift_remove("weight");
    let mut expected = Pair::new(hostile, "str".to_owned());
    expected.weight = 0.25;
    assert_eq!(serde_json::to_value(&pairs[1]).unwrap(), serde_json::to_value(&expected).unwrap());
}

#[test]
fn the_same_statement_in_two_cells_stays_in_both() {
    let input: String =
        [2, 2, 5].iter().map(|row| line(&assignment("row_count", *row, "int", "7"))).collect();
    let rows = |dedup| -> Vec<(u32, u64)> {
        let kept = pairs(&run(&["--dedup", dedup], &input));
        kept.iter().map(|pair| (pair.site.row, pair.count)).collect()
    };
    assert_eq!(rows("exact"), [(2, 3)]);
    assert_eq!(rows("site"), [(2, 2), (5, 1)]);
}

#[test]
fn any_spelling_of_json_is_read() {
    let value = serde_json::to_value(assignment("names", 1, "list", "[1]")).unwrap();
    let reversed: serde_json::Map<_, _> = value.as_object().unwrap().clone().into_iter().rev().collect();
    let pretty = serde_json::to_string_pretty(&reversed).unwrap().replace('\n', " ");
    assert_eq!(pairs(&run(&[], &pretty))[0].type_class, "list");
}

#[test]
fn what_is_no_assignment_is_refused_with_its_place() {
    let good = line(&assignment("names", 1, "list", "[1]"));
    for (bad, found) in [
        (good.replace("assignment/1", "pair/1"), "a pair/1 record"),
        (good.replace("\"row\":1", "\"row\":-1"), "invalid value: integer `-1`"),
        (good.replace("\"cell\":0,", ""), "missing field `cell`"),
        (good.replace("\"evidence\":\"run\"", "\"evidence\":7"), "invalid type: integer `7`"),
        (
            good.replace("\"repo\":\"repo\",", "\"repo\":\"repo\",\"repo\":\"repo\","),
            "duplicate field `repo`",
        ),
    ] {
        let finished = run(&[], &format!("{good}{bad}"));
        assert_eq!(finished.status.code(), Some(2), "{finished}");
        let wanted = "assign-merge: stdin:2: expected a";
        assert!(finished.stderr.contains(wanted) && finished.stderr.contains(found), "{found}\n{finished}");
    }
}

#[test]
fn the_published_filters_remove_in_their_order_and_say_what() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = String::new();
    for (name, type_name) in [
        ("a_name_of_20_letters", "int"),
        ("abc", "int"),
        ("ab_cd", "int"),
        ("nothing", "NoneType"),
        ("estimator", "sklearn.svm.SVC"),
        ("point", "str"),
        ("place", "mypackage.strange"),
        ("count", "int"),
    ] {
        let mut assignment = assignment(name, 1, type_name, "1");
        assignment.value.iterable = type_name.contains("str");
        input += &line(&assignment);
    }
    let summary = folder.path().join("summary.json");
    let finished =
        run(&["--preset", "nalin", "--types", "1", "--summary", summary.to_str().unwrap()], &input);
    let names: Vec<_> = pairs(&finished).into_iter().map(|pair| (pair.site.name, pair.type_class)).collect();
    assert_eq!(names, [("point".to_owned(), "str".to_owned()), ("place".to_owned(), "str".to_owned())]);
    let summary: records::Summary = serde_json::from_slice(&std::fs::read(summary).unwrap()).unwrap();
    let counts: Vec<_> = summary.counts.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    let expected = [
        ("assignments", 8),
        ("dropped_long_name", 1),
        ("dropped_short_name", 1),
        ("dropped_short_parts", 1),
        ("dropped_type", 1),
        ("dropped_value", 2),
        ("merged_types", 1),
    ];
    assert_eq!(counts, expected);
}

/// Some notebooks with names and values that repeat.
fn notebooks() -> impl Strategy<Value = Vec<String>> {
    let names =
        prop::sample::select(vec!["x", "df", "n_rows", "loss", "total_count", "a_name_of_20_letters"]);
    let types = prop::sample::select(vec![
        "int",
        "numpy.int64",
        "str",
        "list",
        "NoneType",
        "__main__.Point",
        "collections.OrderedDict",
        "x.MyString",
    ]);
    let binding = (names, types, 0_u32..6, 0_u32..4, 1_u64..3, prop::option::of(0.0..1.0));
    prop::collection::vec((0_u32..3, prop::collection::vec(binding, 0..12)), 1..8).prop_map(|notebooks| {
        let notebook = |(number, (repo, bindings)): (usize, (u32, Vec<_>))| {
            let line_of =
                |(name, type_name, text, row, occurrence, weight): (_, _, u32, _, _, Option<f64>)| {
                    let mut assignment = assignment(name, row, type_name, &format!("{text}.{row}"));
                    assignment.head.path = format!("repo{repo}/{number}.ipynb");
                    assignment.head.repo = format!("repo{repo}");
                    assignment.occurrence = occurrence;
                    assignment.value.iterable = text % 2 == 0;
                    if let Some(weight) = weight.filter(|weight| *weight < 0.2) {
                        assignment.extra.insert("weight".to_owned(), weight.into());
                    }
                    line(&assignment)
                };
            bindings.into_iter().map(line_of).collect()
        };
        notebooks.into_iter().enumerate().map(notebook).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Shards of whole notebooks, merged, give the bytes and the counts of one run.
    #[test]
    fn shards_give_the_same_bytes_as_one_run(
        notebooks in notebooks(),
        mut cuts in prop::collection::vec(0_usize..8, 0..5),
        options in prop::sample::select(vec![
            vec![],
            vec!["--preset", "nalin", "--types", "2"],
            vec!["--dedup", "near", "--per-site", "1", "--per-name", "2"],
            vec!["--merge", "substring", "--dedup", "exact", "--types", "3", "--occurrences", "first"],
        ]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let go = |more: &[&str], summary: &str, input: &str| {
            let summary = path(summary);
            let finished = run(&[&options[..], more, &["--summary", &summary]].concat(), input);
            assert!(finished.status.success(), "{finished}");
            let summary: records::Summary = serde_json::from_slice(&std::fs::read(summary).unwrap()).unwrap();
            (String::from_utf8(finished.stdout).unwrap(), summary.counts)
        };
        let (whole, counts) = go(&["-j1"], "w", &notebooks.concat());
        // Cuts in one place make empty shards.
        cuts.extend([0, notebooks.len()]);
        cuts.iter_mut().for_each(|cut| *cut = (*cut).min(notebooks.len()));
        cuts.sort_unstable();
        let mut sum = std::collections::BTreeMap::<String, u64>::new();
        let mut add = |counts: std::collections::BTreeMap<String, u64>| {
            for (name, n) in counts {
                *sum.entry(name).or_default() += n;
            }
        };
        let mut shards = Vec::new();
        for (number, range) in cuts.windows(2).enumerate() {
            let jobs = if number % 2 == 0 { "-j4" } else { "-j1" };
            let (shard, counts) = go(&["--partial", jobs], "p", &notebooks[range[0]..range[1]].concat());
            shards.push(path(&format!("shard{number}")));
            std::fs::write(&shards[number], shard).unwrap();
            add(counts);
        }
        let files: Vec<_> = ["--final"].into_iter().chain(shards.iter().map(String::as_str)).collect();
        let (merged, mut last) = go(&files, "f", "");
        last.remove("assignments");
        add(last);
        prop_assert_eq!(whole, merged);
        prop_assert_eq!(counts, sum);
    }
}

#[test]
fn partial_results_are_told_from_assignments() {
    let good = line(&assignment("names", 1, "list", "[1]"));
    let finished = run(&["--final"], &good);
    assert_eq!(finished.status.code(), Some(2));
    assert!(finished.stderr.contains("expected a pair/1 record, found an assignment/1 record"), "{finished}");
    let partial = String::from_utf8(run(&["--partial"], &good).stdout).unwrap();
    let spaced = partial.replace(",\"", ", \"");
    assert_eq!(pairs(&run(&["--final"], &spaced))[0].type_class, "list");
    assert_eq!(String::from_utf8(run(&["--final"], &partial).stdout).unwrap(), partial);
}
