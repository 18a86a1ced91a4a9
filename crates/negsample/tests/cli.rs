//! The program as a process: what it writes for a set of pairs, whatever their order.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use records::{Example, Head, Origin, Pair, Record as _, Site, Split, Value};
use testkit::{Command, Finished};

fn pair(number: usize, repo: &str, name: &str, class: &str, text: &str) -> Pair {
    Pair {
        schema: Pair::SCHEMA.to_owned(),
        id: format!("p{number}"),
        head: Head {
            notebook: format!("{repo}-notebook{}", number % 2),
            path: format!("{repo}/a.ipynb"),
            repo: repo.to_owned(),
        },
        site: Site { name: name.to_owned(), row: number as u32, ..Site::default() },
        value: Value { type_name: class.to_owned(), text: text.to_owned(), ..Value::default() },
        occurrence: 1,
        occurrences: 2,
        evidence: "run".to_owned(),
        type_class: class.to_owned(),
        count: 3,
        weight: 0.5,
        extra: records::Extra::new(),
    }
}

/// Pairs of 30 repositories with names that have their types.
fn pairs(n: usize) -> Vec<Pair> {
    let habits =
        [("n_rows", "int"), ("title", "str"), ("ratio", "float"), ("df", "DataFrame"), ("data", "list")];
    (0..n)
        .map(|number| {
            let (name, class) = habits[(number * 7) % habits.len()];
            let class = if number % 11 == 0 { "NoneType" } else { class };
            let text = if class == "NoneType" { "None".to_owned() } else { format!("{}", number % 97) };
            pair(number, &format!("repo{}", (number * number) % 30), name, class, &text)
        })
        .collect()
}

fn input(pairs: &[Pair]) -> String {
    pairs.iter().map(|pair| serde_json::to_string(pair).unwrap() + "\n").collect()
}

fn run(args: &[&str], input: String) -> Finished {
    Command::new(env!("CARGO_BIN_EXE_negsample")).args(args).stdin(input).run()
}

fn examples(finished: &Finished) -> Vec<Example> {
    assert!(finished.status.success(), "{finished}");
    let text = std::str::from_utf8(&finished.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_example_is_its_pair_with_its_own_or_a_donors_value() {
    let mut pairs = pairs(200);
    pairs[3].extra.insert("users".to_owned(), serde_json::json!([1.0, "é\n"]));
    pairs[3].extra.insert("split".to_owned(), serde_json::json!("mine"));
    let examples = examples(&run(&["--ratio", "2"], input(&pairs)));
    let by_id: BTreeMap<&str, &Pair> = pairs.iter().map(|pair| (pair.id.as_str(), pair)).collect();
    let mut n_negatives = 0;
    for example in &examples {
        let own = by_id[example.id.split('-').next().unwrap()];
        let mut expected = Example::positive(own.clone(), example.split);
        expected.extra.shift_remove("split");
        expected.extra.insert("occurrence".to_owned(), 1.into());
        expected.extra.insert("occurrences".to_owned(), 2.into());
        if example.label == 1 {
            n_negatives += 1;
            let donor = by_id[example.donor.as_str()];
            expected.id = example.id.clone();
            expected.value = donor.value.clone();
            expected.type_class = donor.type_class.clone();
            expected.label = 1;
            expected.origin = example.origin;
            expected.donor = donor.id.clone();
            assert_ne!(example.origin, Origin::Positive);
        }
        assert_eq!(serde_json::to_value(example).unwrap(), serde_json::to_value(&expected).unwrap());
    }
    assert_eq!((examples.len(), n_negatives), (600, 400));
    let ids: Vec<&str> = examples[..4].iter().map(|example| example.id.as_str()).collect();
    assert_eq!(ids, ["p0", "p0-1", "p0-2", "p1"]);
}

#[test]
fn any_spelling_of_json_is_read() {
    let pairs = pairs(40);
    let spelled = |pair: &Pair| {
        let value = serde_json::to_value(pair).unwrap();
        let reversed: serde_json::Map<_, _> = value.as_object().unwrap().clone().into_iter().rev().collect();
        serde_json::to_string_pretty(&reversed).unwrap().replace('\n', " ") + "\n"
    };
    let strange: String = pairs.iter().map(spelled).collect();
    let values = |input| -> Vec<serde_json::Value> {
        let examples = examples(&run(&[], input));
        examples.iter().map(|example| serde_json::to_value(example).unwrap()).collect()
    };
    assert_eq!(values(strange), values(input(&pairs)));
}

#[test]
fn repositories_stay_whole_and_lend_values_to_their_own_part_alone() {
    let pairs = pairs(1_000);
    let examples = examples(&run(&[], input(&pairs)));
    let mut part_of_repo = BTreeMap::new();
    for example in &examples {
        assert_eq!(*part_of_repo.entry(example.repo.clone()).or_insert(example.split), example.split);
    }
    let parts: BTreeSet<Split> = part_of_repo.values().copied().collect();
    assert_eq!(parts.len(), 3);
    let repo_of: BTreeMap<&str, &str> = pairs.iter().map(|pair| (&*pair.id, &*pair.head.repo)).collect();
    for example in examples.iter().filter(|example| example.label == 1) {
        assert_eq!(part_of_repo[repo_of[example.donor.as_str()]], example.split);
    }
}

#[test]
fn a_split_that_users_made_is_kept() {
    let mut pairs = pairs(60);
    for (pair, part) in pairs.iter_mut().zip(["train", "valid", "test"].into_iter().cycle()) {
        pair.extra.insert("split".to_owned(), part.into());
    }
    let parts: Vec<Split> = examples(&run(&["--split", "keep", "--ratio", "0"], input(&pairs)))
        .iter()
        .map(|example| example.split)
        .collect();
    assert_eq!(parts[..4], [Split::Train, Split::Valid, Split::Test, Split::Train]);
    pairs[7].extra.shift_remove("split");
    let finished = run(&["--split", "keep"], input(&pairs));
    assert_eq!(finished.status.code(), Some(2));
    assert!(finished.stderr.contains("stdin:8: "), "{finished}");
}

#[test]
fn the_published_split_deals_positives_and_negatives_by_themselves() {
    let examples = examples(&run(&["--preset", "nalin"], input(&pairs(1_000))));
    for label in [0, 1] {
        let count = |part| examples.iter().filter(|e| e.label == label && e.split == part).count();
        assert_eq!([count(Split::Test), count(Split::Train), count(Split::Valid)], [50, 760, 190]);
    }
    let torn = examples.chunks(2).filter(|twins| twins[0].split != twins[1].split).count();
    assert!(torn > 200, "{torn}");
}

#[test]
fn what_has_no_candidate_is_a_reject_and_stays_a_positive() {
    let pairs: Vec<Pair> = (0..4).map(|n| pair(n, "r", "x", "int", "1")).collect();
    let folder = tempfile::tempdir().unwrap();
    let rejects = folder.path().join("rejects.jsonl");
    let finished = run(&["--split", "none", "--rejects", rejects.to_str().unwrap()], input(&pairs));
    assert_eq!(examples(&finished).len(), 4);
    let rejects = std::fs::read_to_string(rejects).unwrap();
    let reject: records::Reject = serde_json::from_str(rejects.lines().next().unwrap()).unwrap();
    assert_eq!((reject.id.as_str(), reject.path.as_str()), ("p0", "r/a.ipynb"));
    assert_eq!(reject.detail, "nothing left to draw for `x` (4 pairs)");
    assert_eq!(rejects.lines().count(), 1);
}

#[test]
fn what_is_no_pair_is_refused_with_its_place() {
    let good = input(&pairs(1));
    for bad in [good.replace("pair/1", "assignment/1"), good.replace("\"count\":3", "\"count\":-3")] {
        let finished = run(&[], good.clone() + &bad);
        assert_eq!(finished.status.code(), Some(2));
        assert!(finished.stderr.contains("stdin:2: expected a pair/1 record, found"), "{finished}");
    }
}

#[test]
fn the_hardest_negatives_are_those_that_a_model_finds_plausible() {
    let drawn = run(&["--ratio", "4", "--split", "none"], input(&pairs(300)));
    let scored: String = examples(&drawn)
        .iter()
        .enumerate()
        .map(|(number, example)| {
            let mut record = serde_json::to_value(example).unwrap();
            record["schema"] = "scored/1".into();
            record["score"] = ((number * 7 % 5) as f64 / 5.0).into();
            record.to_string() + "\n"
        })
        .collect();
    let kept = examples(&run(&["--hardest", "2", "-j3"], scored.clone()));
    let all = examples(&drawn);
    for (kept, all) in kept.chunks(3).zip(all.chunks(5)) {
        let ids: Vec<&str> = kept.iter().map(|example| example.id.as_str()).collect();
        // Scores of a chunk's five: 0, .4, .8, .2, .6.
        assert_eq!(ids, [all[0].id.as_str(), all[1].id.as_str(), all[3].id.as_str()]);
        assert_eq!(serde_json::to_value(&kept[1]).unwrap(), serde_json::to_value(&all[1]).unwrap());
    }
    assert_eq!(kept.len(), 900);
    let finished = run(&["--hardest", "1"], input(&pairs(1)));
    assert_eq!(finished.status.code(), Some(2));
    assert!(finished.stderr.contains("stdin:1: expected a scored/1 record, found a pair/1"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// The set decides, not the order in which it comes, the number of jobs, or the files it lies in.
    #[test]
    fn order_jobs_and_shards_change_nothing(
        order in Just((0..150).collect::<Vec<usize>>()).prop_shuffle(),
        cut in 0_usize..150,
        strategy in prop::sample::select(vec!["type-guided", "random", "within-type", "mixed"]),
        seed in 0_u64..1000,
    ) {
        let pairs = pairs(150);
        let seed = seed.to_string();
        let args = ["--strategy", strategy, "--seed", &seed, "-q"];
        let straight = run(&[&args[..], &["-j1"]].concat(), input(&pairs));
        let shuffled: Vec<Pair> = order.iter().map(|number| pairs[*number].clone()).collect();
        let folder = tempfile::tempdir().unwrap();
        let files = ["a.jsonl", "b.jsonl"].map(|name| folder.path().join(name));
        std::fs::write(&files[0], input(&shuffled[..cut])).unwrap();
        std::fs::write(&files[1], input(&shuffled[cut..])).unwrap();
        let files = files.each_ref().map(|file| file.to_str().unwrap());
        let sharded = run(&[&args[..], &["-j4"], &files].concat(), String::new());
        let sorted = |finished: &Finished| {
            assert!(finished.status.success(), "{finished}");
            let mut lines: Vec<Vec<u8>> = finished.stdout.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
            lines.sort();
            lines
        };
        prop_assert_eq!(sorted(&straight), sorted(&sharded));
        let again = run(&[&args[..], &["-j4"]].concat(), input(&pairs));
        prop_assert_eq!(straight.stdout, again.stdout);
    }
}
