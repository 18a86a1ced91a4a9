//! Each style on small traces, and what no text may hold.

use clap::Parser as _;
use proptest::prelude::*;
use records::{Change, TraceEvent, TraceText};

use super::{Args, text_of, tokens_in};
use crate::program::Program;
use crate::samples::{program, recorded, recorded_at};

fn render(program: &Program, arguments: &[&str]) -> TraceText {
    let args = Args::try_parse_from([&["trace-text"], arguments].concat()).unwrap();
    text_of(program, &args)
}

fn text(path: &str, arguments: &[&str]) -> String {
    render(&recorded_at(path), arguments).text
}

#[test]
fn dots_are_lines_and_what_they_changed() {
    assert_eq!(text("add.py", &[]), "x = 2\n.. x = 2\ny = 3\n.. y = 3\nz = x * y + 1\n.. z = 7\nprint(z)\n");
    let fact = text("fact.py", &["--depth", "2", "--ret", "--out"]);
    let expected = "def fact(n):\n.. fact = <function fact>\nr = fact(4)\ndef fact(n):\n.. n = 4\n    if n <= 1:\n    \
        return n * fact(n - 1)\ndef fact(n):\n.. n = 3\n    if n <= 1:\n    return n * fact(n - 1)\n    \
        .. (a call of 8 events)\n    .. return = 6\n    .. return = 24\n.. r = 24\nprint(r)\n.. print = 24\n.. print = \\n\n";
    assert_eq!(fact, expected);
}

#[test]
fn dots_of_what_goes_wrong_and_of_what_goes_away() {
    let all = text("err.py", &["--exc"]);
    let expected = "def div(a, b):\n.. div = <function div>\ntry:\n    div(1, 0)\ndef div(a, b):\n.. a = 1\n.. b = 0\n    \
        return a / b\n    .. raise = ZeroDivisionError: division by zero\n    .. raise = ZeroDivisionError: division by zero\n\
        except ZeroDivisionError as e:\n.. e = <ZeroDivisionError>\n    k = 1\n    .. k = 1\n    .. del e\nd = {}\n.. d = {}\n\
        d['a'] = [1, 2]\n.. d = {'a': [1, 2]}\ndel k\n.. del k\nprint(d['b'])\n.. raise = KeyError: 'b'\n";
    assert_eq!(all, expected);
    let mut torn = recorded_at("add.py");
    torn.trace.truncated = true;
    torn.events.truncate(1);
    torn.events.push(TraceEvent::Elided);
    torn.trace.initial = vec![(1, 1)];
    let expected = ".. y = 3\nx = 2\n.. x = 2\n.. (more lines, not recorded)\n.. (not recorded to its end)\n";
    assert_eq!(render(&torn, &[]).text, expected);
}

#[test]
fn loops_are_shortened_openly() {
    let short = text("loop.py", &["--elide", "1"]);
    let expected = "s = 0\n.. s = 0\nfor i in range(20):\n.. i = 0\n    if i % 3 == 0:\n        s += i\n        \
        .. (18 more iterations)\nfor i in range(20):\n.. i = 19\n    if i % 3 == 0:\n        s -= 1\n        .. s = 50\n\
        for i in range(20):\nwhile s > 40:\n    s -= 3\n    .. s = 47\n    .. (2 more iterations)\nwhile s > 40:\n    s -= 3\n    \
        .. s = 38\nwhile s > 40:\nprint(s)\n";
    assert_eq!(short, expected);
}

#[test]
fn snoop_has_calls_numbers_and_dots() {
    let log = text("gen.py", &["--style", "snoop"]);
    let expected = "   1 | def count(n):\n...... count = <function count>\n   7 | total = 0\n   8 | for v in count(3):\n    \
        >>> Start generator count in File \"gen.py\", line 1\n    ...... n = 3\n       1 | def count(n):\n       2 |     i = 0\n       \
        3 |     while i < n:\n       4 |         yield i\n    <<< Yield value from count: 0\n...... v = 0\n   9 |     total += v\n   \
        8 | for v in count(3):\n    >>> Re-enter generator count in File \"gen.py\", line 4\n       5 |         i += 1\n    \
        .............. i = 1\n";
    assert!(log.starts_with(expected), "{log}");
    assert!(!log.contains("...... total = 0"), "a line that says so itself is not repeated\n{log}");
    let log = text("err.py", &["--style", "snoop"]);
    assert!(
        log.contains(
            "    !!! ZeroDivisionError: division by zero\n    !!! Call ended by exception\n!!! Zero"
        ),
        "{log}"
    );
}

#[test]
fn states_stand_in_the_margin() {
    let margin = text("fact.py", &["--style", "inline"]);
    let expected = "def fact(n):  # (1) fact = <function fact>; (3) n = 4; (6) n = 3; (9) n = 2; (12) n = 1\n    \
        if n <= 1:  # (4); (7); (10); (13)\n        return 1  # (14)\n    return n * fact(n - 1)  # (5); (8); (11)\n\n\
        r = fact(4)  # (2); (14) r = 24\nprint(r)  # (15)\n";
    assert_eq!(margin, expected);
    let margin = text("multi.py", &["--style", "inline", "--exc", "--ret"]);
    assert!(margin.starts_with("x = [\n    1,\n    2,\n]  # (1); (2); (3) x = [1, 2]\n"), "{margin}");
}

#[test]
fn tags_hold_whole_states() {
    let tags = text("add.py", &["--style", "codeexecutor"]);
    let expected = "<line> <1> <state> x : 2 </state>\n<line> <2> <state> x : 2 <dictsep> y : 3 </state>\n";
    assert!(tags.starts_with(expected), "{tags}");
    let change = Change { name: 0, value: 0 };
    let events = [TraceEvent::Line { line: 1, changes: vec![change] }];
    let tricky = program("x = '</state>'\n", &["x"], &["'</state>'"], &events);
    let tags = render(&tricky, &["--style", "codeexecutor"]).text;
    assert_eq!(tags, "<line> <1> <state> x : '\\x3c/state>' </state>\n");
}

#[test]
fn glyphs_rename_alike_and_the_key_undoes_it() {
    for program in recorded() {
        let plain = render(&program, &["--exc", "--ret"]);
        let hidden = render(&program, &["--exc", "--ret", "--glyphs", "7"]);
        assert_eq!(hidden.text, render(&program, &["--exc", "--ret", "--glyphs", "7"]).text);
        assert_ne!(hidden.text, render(&program, &["--exc", "--ret", "--glyphs", "8"]).text);
        let mut undone = hidden.text.clone();
        // No character is part of another word here: none has two.
        for it in &hidden.key {
            undone = undone.replace(&it.glyph, &records::escape(&it.text));
        }
        let bare = |text: &str| text.split_whitespace().collect::<String>().replace('"', "'");
        let plain = plain.text.replace("    2,\n]", "2,]").replace("    1,\n", "1,");
        if program.trace.path != "multi.py" {
            assert_eq!(bare(&undone), bare(&plain));
        }
    }
    let operators = |program: &Program, flags: &[&str]| -> Vec<(String, String)> {
        let key = render(program, flags).key;
        key.into_iter().filter(|it| it.kind == "operator").map(|it| (it.text, it.glyph)).collect()
    };
    let plus = |path| operators(&recorded_at(path), &["--glyphs", "7"]).into_iter().find(|it| it.0 == "+");
    assert_eq!(plus("add.py"), plus("multi.py"));
    assert!(plus("add.py").is_some());
    assert!(operators(&recorded_at("add.py"), &["--glyphs", "7", "--hide-operators"]).is_empty());
}

#[test]
fn budgets_are_kept() {
    for program in recorded() {
        for style in ["dots", "snoop", "inline", "codeexecutor"] {
            let whole = render(&program, &["--style", style]);
            assert_eq!((whole.left_out, whole.tokens as usize), (0, tokens_in(&whole.text)));
            for most in [32, 50, 80, 120, 200, 1000] {
                let short = render(&program, &["--style", style, "--max-tokens", &most.to_string()]);
                assert!(short.tokens <= most, "{} {style} {most}: {}", program.trace.path, short.tokens);
                assert_eq!(short.text == whole.text, whole.tokens <= most);
                let says_so = ["more", "cut", "(a call"].iter().any(|word| short.text.contains(word));
                assert!(says_so || short.text == whole.text, "{}", short.text);
            }
        }
    }
    let short = text("loop.py", &["--max-tokens", "150"]);
    assert!(short.contains("(18 more iterations)") || short.contains("(17 more iterations)"), "{short}");
    assert!(short.ends_with(".. (at the end)\n.. s = 38\n.. i = 19\n"), "{short}");
}

proptest! {
    #[test]
    fn no_text_holds_what_could_drive_a_terminal(
        code in "[ -~\n\t\u{1b}\u{202e}\r\u{0}é#'\"\\\\:()]{0,80}",
        value in "[ -~\n\u{1b}\u{200b}é]{0,12}",
        lines in proptest::collection::vec(0_u32..8, 0..12),
        style in prop::sample::select(vec!["dots", "snoop", "inline", "codeexecutor"]),
        glyphs in any::<bool>(),
    ) {
        let mut events: Vec<TraceEvent> =
            lines.iter().map(|&line| TraceEvent::Line { line, changes: vec![Change { name: 0, value: 0 }] }).collect();
        events.push(TraceEvent::Raise(0));
        let program = program(&code, &["x\u{1b}"], &[&value], &events);
        let mut arguments = vec!["--style", style, "--exc", "--max-tokens", "100"];
        if glyphs {
            arguments.extend(["--glyphs", "1"]);
        }
        let text = render(&program, &arguments);
        prop_assert!(text.tokens <= 100);
        let hostile = text.text.chars().find(|&it| it != '\n' && records::escape(&it.to_string()) != it.to_string());
        prop_assert_eq!(hostile, None, "{:?}", text.text);
    }
}
