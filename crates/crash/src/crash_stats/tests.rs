//! The figures of the published study, recomputed from its tables of counts.

use super::{Table, barnard, by_barnard, by_chi_square, chi_square, factor};

/// Categories with their counts in the two groups.
type Counts = [(&'static str, [u64; 2])];

const CAUSES: [(&str, [u64; 2]); 9] = [
    ("API", [82, 74]),
    ("NB", [75, 70]),
    ("IMPL", [68, 58]),
    ("ENV", [70, 55]),
    ("DATA", [66, 56]),
    ("UNK", [16, 13]),
    ("RSC", [6, 11]),
    ("MODEL", [6, 11]),
    ("LIB", [1, 8]),
];

const STAGES: [(&str, [u64; 2]); 6] = [
    ("ENVS", [36, 19]),
    ("DATAP", [147, 99]),
    ("DATAV", [55, 46]),
    ("MCONS", [27, 35]),
    ("TRAIN", [68, 77]),
    ("EVAL", [57, 80]),
];

const EXCEPTIONS: [(&str, [u64; 2]); 20] = [
    ("variable not found", [72, 61]),
    ("invalid argument", [40, 33]),
    ("io", [35, 37]),
    ("module", [38, 22]),
    ("attribute", [29, 23]),
    ("key", [21, 29]),
    ("value", [19, 24]),
    ("tensor shape", [18, 23]),
    ("type", [24, 16]),
    ("index", [17, 12]),
    ("name", [11, 18]),
    ("data value", [15, 11]),
    ("OOM", [5, 11]),
    ("environment", [8, 8]),
    ("other", [10, 6]),
    ("request", [8, 5]),
    ("broadcast", [5, 7]),
    ("runtime", [7, 4]),
    ("feature", [6, 3]),
    ("init", [2, 3]),
];

/// Root causes in the order API MODEL NB DATA ENV IMPL RSC LIB UNK, of ML and of Python bugs.
const GITHUB: [[u64; 9]; 2] = [[62, 6, 48, 51, 32, 28, 6, 1, 11], [20, 0, 27, 15, 38, 40, 0, 0, 5]];
const KAGGLE: [[u64; 9]; 2] = [[64, 11, 54, 49, 27, 30, 11, 5, 9], [10, 0, 16, 7, 28, 28, 0, 3, 4]];

fn table(counts: &Counts) -> Table {
    Table {
        name: "t".to_owned(),
        groups: vec!["GitHub".to_owned(), "Kaggle".to_owned()],
        categories: counts.iter().map(|(name, _)| (*name).to_owned()).collect(),
        counts: counts.iter().map(|(_, counts)| counts.to_vec()).collect(),
    }
}

/// That a figure is the one given, to the digits given.
#[track_caller]
fn check(found: f64, expected: &str) {
    let (digits, power) =
        expected.split_once('e').map_or((expected, 0), |(digits, power)| (digits, power.parse().unwrap()));
    let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len());
    let scaled = found / 10_f64.powi(power);
    let half = 0.5 * 10_f64.powi(-(decimals as i32)) * (1.0 + 1e-9);
    assert!((scaled - digits.parse::<f64>().unwrap()).abs() <= half, "{found}, expected {expected}");
}

fn p_of(columns: [&[u64; 9]; 2]) -> f64 {
    let rows: Vec<Vec<u64>> = (0..9).map(|at| vec![columns[0][at], columns[1][at]]).collect();
    chi_square(&rows).p
}

#[test]
fn root_causes() {
    let result = by_chi_square(&table(&CAUSES));
    check(result.statistic, "4.98206");
    check(result.p, "0.66215");
    assert_eq!((result.degrees_of_freedom, &result.totals[..]), (7, &[390, 356][..]));
    let left_out: Vec<&str> =
        result.categories.iter().filter(|one| !one.tested).map(|one| one.name.as_str()).collect();
    assert_eq!(left_out, ["LIB"]);
}

#[test]
fn pipeline_stages_with_their_residuals() {
    let result = by_chi_square(&table(&STAGES));
    check(result.statistic, "19.36520");
    check(result.p, "0.0016431");
    assert_eq!(result.degrees_of_freedom, 5);
    let expected = [
        ("1.351", "-1.414", "2.033"),
        ("1.622", "-1.698", "2.868"),
        ("0.303", "-0.317", "0.471"),
        ("-0.951", "0.995", "-1.437"),
        ("-0.896", "0.938", "-1.446"),
        ("-1.728", "1.808", "-2.768"),
    ];
    for (category, (github, kaggle, adjusted)) in result.categories.iter().zip(expected) {
        check(category.pearson[0], github);
        check(category.pearson[1], kaggle);
        check(category.adjusted[0], adjusted);
        assert!((category.adjusted[0] + category.adjusted[1]).abs() < 1e-9);
    }
}

#[test]
fn ml_and_python_bugs() {
    let result = by_chi_square(&table(&[("ml", [245, 260]), ("python", [145, 96])]));
    check(result.statistic, "8.41617");
    check(result.p, "0.0037190");
    check(100.0 * result.categories[0].shares[0], "62.82");
    check(100.0 * result.categories[0].shares[1], "73.03");
    check(100.0 * 505.0 / 746.0, "67.69");
}

#[test]
fn exception_types() {
    let result = by_chi_square(&table(&EXCEPTIONS));
    check(result.statistic, "16.97046");
    check(result.p, "0.38751");
    assert_eq!(result.degrees_of_freedom, 16);
    assert_eq!(result.categories.iter().filter(|category| !category.tested).count(), 3);
}

#[test]
fn root_causes_of_ml_and_python_bugs() {
    check(p_of([&GITHUB[0], &KAGGLE[0]]), "0.80049");
    check(p_of([&GITHUB[1], &KAGGLE[1]]), "0.84410");
    check(p_of([&GITHUB[0], &GITHUB[1]]), "2.82838e-6");
    check(p_of([&KAGGLE[0], &KAGGLE[1]]), "2.65428e-8");
    let both = |kind: usize| std::array::from_fn(|at| GITHUB[kind][at] + KAGGLE[kind][at]);
    check(p_of([&both(0), &both(1)]), "2.97448e-14");
}

#[test]
fn barnard_of_each_stage() {
    for (github, kaggle, expected) in [
        ([75, 72], [71, 28], "0.00122164"),
        ([35, 20], [33, 13], "0.515688"),
        ([15, 21], [3, 16], "0.0556523"),
        ([41, 16], [58, 22], "0.965205"),
        ([24, 3], [28, 7], "0.354332"),
        ([55, 13], [67, 10], "0.358225"),
    ] {
        check(barnard([github[0], kaggle[0]], [github[1], kaggle[1]]).p, expected);
    }
    for (yes, no) in [([0, 0], [3, 4]), ([1, 2], [0, 0]), ([0, 1], [0, 2])] {
        assert_eq!(barnard(yes, no).p, 1.0);
    }
}

/// Rows of exception types, columns API MODEL NB DATA ENV IMPL RSC LIB UNK.
const BY_CAUSE: [(&str, [u64; 9], [u64; 9]); 13] = [
    ("attribute", [13, 0, 2, 3, 3, 6, 0, 1, 1], [10, 1, 1, 3, 1, 4, 0, 3, 0]),
    ("data value", [3, 0, 0, 10, 1, 0, 0, 0, 1], [5, 0, 1, 3, 0, 1, 0, 0, 1]),
    ("index", [4, 1, 0, 8, 0, 4, 0, 0, 0], [3, 1, 1, 5, 0, 2, 0, 0, 0]),
    ("invalid argument", [27, 2, 0, 7, 0, 3, 0, 0, 1], [21, 3, 0, 3, 0, 2, 0, 2, 2]),
    ("io", [3, 0, 1, 1, 27, 3, 0, 0, 0], [3, 0, 0, 1, 33, 0, 0, 0, 0]),
    ("key", [4, 0, 0, 13, 0, 3, 0, 0, 1], [7, 0, 8, 12, 0, 2, 0, 0, 0]),
    ("module", [0, 0, 13, 0, 22, 3, 0, 0, 0], [0, 0, 9, 0, 10, 2, 0, 0, 1]),
    ("name", [0, 0, 6, 0, 0, 5, 0, 0, 0], [0, 0, 11, 0, 0, 6, 0, 0, 1]),
    ("tensor shape", [4, 1, 2, 7, 0, 1, 0, 0, 3], [8, 4, 0, 7, 0, 3, 0, 1, 0]),
    ("type", [11, 0, 1, 4, 1, 5, 0, 0, 2], [6, 1, 0, 4, 0, 4, 0, 0, 1]),
    ("value", [7, 1, 1, 6, 0, 3, 0, 0, 1], [8, 1, 0, 12, 0, 3, 0, 0, 0]),
    ("variable", [1, 0, 48, 0, 0, 22, 0, 0, 1], [0, 0, 37, 0, 0, 24, 0, 0, 0]),
    ("OOM", [0, 0, 0, 0, 0, 0, 5, 0, 0], [0, 0, 0, 0, 0, 0, 11, 0, 0]),
];

#[test]
fn barnard_of_each_exception_and_cause() {
    let mut smallest = (1.0, String::new());
    for (name, github, kaggle) in &BY_CAUSE {
        let counts: Vec<(&'static str, [u64; 2])> =
            CAUSES.iter().enumerate().map(|(at, _)| ("", [github[at], kaggle[at]])).collect();
        let results = by_barnard(&table(&counts)).unwrap();
        assert_eq!(results.len(), 9);
        for (at, result) in results.iter().enumerate() {
            assert!(9.0 * result.p > 0.05, "{name} {at}: {}", result.p);
            if result.p < smallest.0 {
                smallest = (result.p, format!("{name} {at}"));
            }
        }
    }
    assert_eq!(smallest.1, "key 2");
    check(smallest.0, "0.01053");
    check(9.0 * smallest.0, "0.0948");
}

#[test]
fn crash_factors_of_libraries() {
    // The shares of imports are published as percentages: so many of ten thousand.
    for (library, crashes, share, expected) in [
        ("tensorflow", 57, 346, 5.63),
        ("torch", 31, 200, 5.29),
        ("sklearn", 51, 616, 2.82),
        ("pandas", 63, 869, 2.47),
    ] {
        let found = factor(library, (crashes, 293), (share, 10_000));
        // Two decimals of a percentage leave this much open.
        assert!((found.factor - expected).abs() < 0.02, "{library}: {}", found.factor);
        assert!(found.low < found.factor && found.factor < found.high);
    }
    assert_eq!(factor("x", (0, 5), (0, 0)).factor, 0.0);
}
