//! What the scouts find, on the program whose published candidates are known, and where ours are fewer.
#![allow(clippy::unwrap_used, reason = "a test panics where something is wrong")]

use std::collections::BTreeMap;

use bug::code::Code;
use bug::scouts::{Dropped, Found, Rules, ScoutArgs, Wanted, scan};
use bug::unit::Unit;
use pysource::Dialect;
use records::{BugClass, Candidate};

const PROGRAM: &str = include_str!("scouts.py");

fn found(text: &str, rules: &Rules) -> Vec<Found> {
    let code = Code::parse(text, Dialect::Python, 1, &[]).unwrap();
    Unit::functions(&code).iter().map(|unit| scan(&code, unit, rules)).collect()
}

fn candidates(text: &str, rules: &Rules) -> Vec<Candidate> {
    found(text, rules).into_iter().flat_map(|found| found.candidates).collect()
}

fn compat() -> Rules {
    ScoutArgs { compat: true, ..ScoutArgs::default() }.rules()
}

/// The texts, or swaps, at a place.
fn at(all: &[Candidate], line: u32, columns: (u32, u32)) -> String {
    let here = all.iter().filter(|one| one.at == [line, columns.0, line, columns.1]);
    let texts = here.map(|one| match one.swap[..] {
        [i, j] => format!("{i}<->{j}"),
        _ => one.text.to_string(),
    });
    texts.collect::<Vec<_>>().join(",")
}

#[test]
fn the_published_candidates_of_a_program_are_found_in_both_modes() {
    for rules in [Rules::default(), compat()] {
        let all = candidates(PROGRAM, &rules);
        let mut counts: BTreeMap<BugClass, usize> = BTreeMap::new();
        all.iter().for_each(|candidate| *counts.entry(candidate.class).or_default() += 1);
        let expected = [
            (BugClass::VariableMisuse, 174),
            (BugClass::AssignmentOperator, 91),
            (BugClass::BinaryOperator, 36),
            (BugClass::BooleanOperator, 4),
            (BugClass::ComparisonOperator, 22),
            (BugClass::Literal, 21),
            (BugClass::ArgumentSwap, 5),
        ];
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
        assert_eq!(all.len(), 353);

        let at = |line, columns| at(&all, line, columns);
        let count = |line, columns| at(line, columns).split(',').filter(|text| !text.is_empty()).count();
        assert_eq!(at(2, (12, 17)), "flag,items,limit");
        assert_eq!(at(3, (11, 13)), "-2,0,1,2");
        assert_eq!(at(4, (13, 18)), "0<->1");
        assert_eq!(at(5, (14, 19)), "best,flag,i,limit,start,total");
        assert_eq!(at(6, (15, 17)), "<,<=,>,==,!=");
        assert_eq!(at(6, (23, 26)), "or");
        assert_eq!(at(6, (27, 31)), "");
        assert_eq!(all.iter().filter(|one| one.at == [6, 27, 6, 31]).count(), 1);
        assert_eq!(at(7, (12, 16)), "cur,flag,i,items,limit,start,total");
        assert_eq!(count(7, (17, 18)), 13);
        assert_eq!(at(8, (18, 20)), "-=,*=,**=,/=,//=,%=,@=,<<=,>>=,|=,&=,^=,=");
        assert_eq!(at(9, (14, 18)), " not in ");
        assert_eq!(at(9, (31, 39)), " is ");
        assert_eq!(at(11, (14, 14)), "not ");
        assert_eq!(at(12, (19, 24)), "True");
        assert_eq!(at(14, (21, 26)), "best,cur,flag,i,limit,start,total");
        // Names of a comprehension, and names from outside in one.
        assert_eq!([at(14, (35, 39)), at(14, (10, 11)), at(14, (30, 31))], ["", "", ""]);
        assert_eq!(at(15, (11, 14)), "0<->1,0<->2,1<->2");
        assert_eq!(at(15, (28, 30)), "-1,0,1,2");
        assert_eq!([count(19, (15, 16)), count(20, (15, 16)), count(21, (10, 11))], [13, 13, 0]);
        assert_eq!(at(22, (8, 9)), "p,q");
        assert_eq!(count(22, (10, 11)), 13);
        assert_eq!([count(23, (17, 18)), count(23, (21, 22))], [5, 5]);
    }
}

#[test]
fn what_would_not_parse_is_left_out_and_counted() {
    let cases = [
        ("def f(a, b):\n    a, b = g()\n", Dropped::TupleTarget, 13),
        ("def f(x):\n    if not(x): pass\n", Dropped::NotWithoutBlank, 1),
        ("def f(x):\n    return x in(1,3)\n", Dropped::WordWithoutBlanks, 1),
        ("def f(x):\n    return x is  (x)\n", Dropped::WordWithoutBlanks, 0),
        ("def f(x):\n    return(x)is x\n", Dropped::WordWithoutBlanks, 1),
        ("def f(x):\n    match x:\n        case 3+2j: pass\n", Dropped::Pattern, 11),
        ("def f(x):\n    return-1\n", Dropped::JoinedWords, 3),
        ("def f(x):\n    return 1or x\n", Dropped::JoinedWords, 1),
        ("def f(x):\n    return g(x, x, 3)\n", Dropped::SameArguments, 1),
    ];
    for (text, rule, expected) in cases {
        let count = |rules: &Rules| {
            let found = found(text, rules).remove(0);
            (found.candidates.len(), found.dropped[rule as usize])
        };
        let ((ours, dropped), (published, none)) = (count(&Rules::default()), count(&compat()));
        assert_eq!((dropped, published - ours, none), (expected, expected as usize, 0), "{text}");
    }
}

#[test]
fn classes_and_operators_can_be_chosen() {
    let text =
        "def f(x, y):\n    z = x ** y\n    z -= x + y\n    z *= not x or y is not z\n    return x | y\n";
    let of = |only: &[Wanted], no_easy| {
        let rules = ScoutArgs { only: only.to_vec(), no_easy, ..ScoutArgs::default() }.rules();
        let all = candidates(text, &rules);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        all.iter().for_each(|candidate| *counts.entry(candidate.class.as_str()).or_default() += 1);
        counts.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(of(&[Wanted::BinaryOperator], false), [("binary_operator", 36)]);
    assert_eq!(of(&[Wanted::BinaryOperator], true), [("binary_operator", 3)]);
    assert_eq!(of(&[Wanted::AssignmentOperator], false), [("assignment_operator", 26)]);
    assert_eq!(of(&[Wanted::AssignmentOperator], true), [("assignment_operator", 2)]);
    let cubert = of(&[Wanted::Cubert], false);
    let operators: Vec<_> = cubert.iter().filter(|(class, _)| *class != "variable_misuse").collect();
    assert_eq!(operators, [&("binary_operator", 4), &("boolean_operator", 1), &("comparison_operator", 1)]);
}

/// Everything at once that a function may be made of.
#[test]
fn columns_are_characters_whatever_stands_before() {
    let text = "@d(1)\nasync def é(ü, *, o=1):\n\tß = 'ä' + ü\n\tawait ß(lambda: ü, f'{ü + 1!r:>{o}}')\n\tß = \\\n\t\tü\n\tif (n := ü) and o: pass\n";
    let all = candidates(text, &Rules::default());
    assert!(all.iter().all(|candidate| candidate.at[0] > 2), "neither decorators nor defaults");
    assert_eq!(at(&all, 3, (9, 10)).split(',').count(), 12);
    assert_eq!(at(&all, 3, (11, 12)), "o");
    assert_eq!(at(&all, 4, (7, 8)), "o,ü,0<->1");
    assert_eq!(at(&all, 4, (27, 28)), "-2,-1,0,2");
    assert_eq!(at(&all, 4, (23, 24)), "o,ß");
    assert_eq!(at(&all, 6, (2, 3)), "o,ß");
    assert_eq!(at(&all, 7, (17, 17)), "not ");
}

#[test]
fn methods_of_nested_classes_are_units_and_nested_functions_are_not() {
    let text = "class A:\n  class B:\n    def m(self):\n      def g(): pass\n  if x:\n    def n(self): pass\ndef f(): class_ = 1\n";
    let code = Code::parse(text, Dialect::Python, 1, &[]).unwrap();
    let units = Unit::functions(&code);
    let names: Vec<_> = units.iter().map(|unit| (unit.name(&code), unit.kind.as_str())).collect();
    let expected = [("A.B.m", "method"), ("A.n", "method"), ("f", "function")];
    assert_eq!(names, expected.map(|(name, kind)| (name.to_owned(), kind)));
}

#[test]
fn cells_count_as_a_function() {
    let text = "import numpy as np\nx = 1\ny = x + 2\ndef f(z): return z + 1\n";
    let code = Code::parse(text, Dialect::Ipython, 1, &[]).unwrap();
    let all = scan(&code, &Unit::cells(&code), &Rules::default()).candidates;
    assert_eq!(at(&all, 3, (4, 5)), "np");
    assert!(all.iter().all(|candidate| candidate.at[0] < 4), "a function is a unit of its own");
}
