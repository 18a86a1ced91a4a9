//! What is rewritten, and into what.

use pysource::Dialect;

use super::{Args, How, augment};

fn args(p: f64) -> Args {
    use clap::Parser as _;
    Args::parse_from(["bug-augment", "--p", &p.to_string()])
}

#[track_caller]
fn check(how: How, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let (text, done) = augment(text, Dialect::Python, &[how], &args(1.0), "id");
        assert_eq!(text, *expected);
        pysource::parses(&text, Dialect::Python).unwrap();
        assert!(done.len() <= 1);
    }
}

#[test]
fn comparisons_are_mirrored_unless_something_is_called() {
    check(
        How::Mirror,
        &[
            ("x = a.b <= (c) + 1", "x = (c) + 1 >= a.b"),
            ("x = a == b != c; y = f() < 1", "x = a == b != c; y = f() < 1"),
            ("x = a in b or d is e or g>h", "x = a in b or d is e or h<g"),
            ("if(a)<b: pass", "if(a)<b: pass"),
            ("x = f'{a < b=}', f'{a < b}'", "x = f'{a < b=}', f'{b > a}'"),
        ],
    );
}

#[test]
fn comments_go_and_their_lines_stay() {
    check(
        How::Remove,
        &[
            ("# coding: utf-8\nx = 1  # why\n# more\ny = '# no'\n", "# coding: utf-8\nx = 1\n\ny = '# no'\n"),
            ("def f():\n    'doc'\n    'no doc'\n    return 1\n", "def f():\n    'doc'\n    return 1\n"),
            ("if x:\n    'alone'\n", "if x:\n    pass\n"),
        ],
    );
    let all = Args { docstrings: true, ..args(1.0) };
    let (text, _) = augment("def f():\n    'doc'\n", Dialect::Python, &[How::Remove], &all, "id");
    assert_eq!(text, "def f():\n    pass\n");
}

#[test]
fn branches_change_places_under_the_opposite_condition() {
    check(
        How::Branches,
        &[
            (
                "if a and not b or c == d:\n  x = 1 # one\nelse:\n  y\n",
                "if (not a or b) and c != d:\n  y # one\nelse:\n  x = 1\n",
            ),
            ("x = 1 if a < b else lambda: 2", "x = (lambda: 2) if not a < b else 1"),
            ("if a: b\nelse: c\n", "if a: b\nelse: c\n"),
            ("if a:\n  b\nelif c:\n  d\nelse:\n  e\n", "if a:\n  b\nelif c:\n  d\nelse:\n  e\n"),
            ("x = 1 if(a)else 2", "x = 2 if(not (a))else 1"),
            ("if (a and\n    b):\n  c\nelse:\n  d\n", "if (not a or not b):\n  d\nelse:\n  c\n"),
            ("if (n := f()):\n  c\nelse:\n  d\n", "if not (n := f()):\n  d\nelse:\n  c\n"),
            ("x = 1 if (yield) else 2", "x = 2 if not (yield) else 1"),
        ],
    );
}

#[test]
fn variables_are_renamed_with_all_that_they_are() {
    let text = "def f(a, b=1):\n    import c\n    total = a\n    def g():\n        return total + c.total\n    total += g(total=total)\n    return total\n";
    let (renamed, _) = augment(text, Dialect::Python, &[How::Rename], &args(1.0), "id");
    let name = renamed.lines().nth(2).unwrap().trim().strip_suffix(" = a").unwrap().to_owned();
    assert!((8..=15).contains(&name.len()) && name.bytes().all(|letter| letter.is_ascii_lowercase()));
    let expected = text
        .replace("total = a", &format!("{name} = a"))
        .replace("return total", &format!("return {name}"))
        .replace("total += g(total=total)", &format!("{name} += g(total={name})"));
    assert_eq!(renamed, expected);
    for text in ["def f():\n    x = 1\n    return locals()\n", "def f():\n    x = 1\n    return f'{x=}'\n"] {
        assert_eq!(augment(text, Dialect::Python, &[How::Rename], &args(1.0), "id").0, text);
    }
}

#[test]
fn nothing_is_done_without_a_draw() {
    let text = "def f(a):\n    x = a < 1  # why\n    return 1 if x else 2\n";
    assert_eq!(augment(text, Dialect::Python, &[], &args(0.0), "id"), (text.to_owned(), Vec::new()));
    assert_eq!(augment(text, Dialect::Python, &[], &args(1.0), "id").1, How::ALL);
}
