//! Tests of IPython syntax made plain.

use proptest::prelude::*;
use ruff_python_parser::parse_module;

use super::{comment_lines, neutralise};

#[track_caller]
fn check(cell: &str, plain: &str, found: &[(u32, &str, &str, &str)]) {
    let (text, escapes) = neutralise(cell);
    let escapes: Vec<_> = escapes
        .iter()
        .map(|escape| (escape.line, escape.kind, escape.name.as_str(), escape.action))
        .collect();
    assert_eq!(text, plain);
    assert_eq!(escapes, found);
    assert_eq!(text.matches('\n').count(), cell.matches('\n').count());
}

#[test]
fn line_magics() {
    check(
        "%matplotlib inline\nx = 1",
        "# %matplotlib inline\nx = 1",
        &[(1, "line_magic", "matplotlib", "replaced")],
    );
    check(
        "for n in y:\n    %time f(n)\n    %cd x\nif n: pass",
        "for n in y:\n    f(n)  # %time\n    pass  # %cd x\nif n: pass",
        &[(2, "line_magic", "time", "body_kept"), (3, "line_magic", "cd", "replaced")],
    );
    check(
        "%timeit -n 1 -r3 -q y = [1]",
        "y = [1]  # %timeit -n 1 -r3 -q",
        &[(1, "line_magic", "timeit", "body_kept")],
    );
    check("%time print 1", "# %time print 1", &[(1, "line_magic", "time", "replaced")]);
    check("%prun -l 5 -x", "# %prun -l 5 -x", &[(1, "line_magic", "prun", "replaced")]);
    check("a\n%time x = \\\n  2", "a\nx = \\\n  2  # %time", &[(2, "line_magic", "time", "body_kept")]);
}

#[test]
fn bindings_stay() {
    check("files = !ls\nx", "files = []  # !ls\nx", &[(1, "shell", "", "replaced")]);
    check("a, b = !ls \\\n -l", "a, b = [\"\"] * 2  # !ls \\\n#  -l", &[(1, "shell", "", "replaced")]);
    check("f(1, 2)[3, 4] = !ls", "f(1, 2)[3, 4] = []  # !ls", &[(1, "shell", "", "replaced")]);
    for (before, last) in [
        ("with a, b:", "x"),
        ("with open(p) as f, open(q) as g:", "x"),
        ("for k, v in z:", "x"),
        ("a, b = 1, 2;", "x"),
        ("if a, b: pass; c, d = 1, 2;", "x"),
        ("", "x: dict"),
    ] {
        let cell = format!("{before} {last} = !ls");
        check(
            cell.trim(),
            &format!("{} = []  # !ls", cell.trim().strip_suffix(" = !ls").unwrap()),
            &[(1, "shell", "", "replaced")],
        );
    }
    check("with a, b: x, y = !ls", "with a, b: x, y = [\"\"] * 2  # !ls", &[(1, "shell", "", "replaced")]);
    check("here = %pwd", "here = \"\"  # %pwd", &[(1, "line_magic", "pwd", "replaced")]);
    check("t = %timeit -o 1", "t = None  # %timeit -o 1", &[(1, "line_magic", "timeit", "replaced")]);
    check("t = %time f(x)", "t = f(x)  # %time", &[(1, "line_magic", "time", "body_kept")]);
}

#[test]
fn other_blanks_are_no_indentation() {
    for cell in ["\u{a0}\u{a0}x = 1\n\u{a0}\u{a0}y = 2", "\u{3000}x = 1"] {
        check(cell, cell, &[]);
    }
    check("\t x = 1\n\t y = 2", "x = 1\ny = 2", &[(1, "indent", "", "replaced")]);
}

#[test]
fn shell_help_quotes_and_calls() {
    check(
        "!ls\nif x:\n  !a \\\n b",
        "# !ls\nif x:\n  pass  # !a \\\n#  b",
        &[(1, "shell", "", "replaced"), (3, "shell", "", "replaced")],
    );
    for help in ["a.b?", "?a", "a.b??", "??a", "a.s*?", "%cd?", "x = a?", "what is this?"] {
        check(help, &format!("# {help}"), &[(1, "help", "", "replaced")]);
    }
    check("f(a,\n  b).c[0]?\nc", "# f(a,\n#   b).c[0]?\nc", &[(1, "help", "", "replaced")]);
    check(",f a b", "f(\"a\", \"b\")  # ,f a b", &[(1, "quote", "", "replaced")]);
    check(";f a b", "f(\"a b\")  # ;f a b", &[(1, "quote", "", "replaced")]);
    check("/f a b", "f(a, b)  # /f a b", &[(1, "auto_call", "", "replaced")]);
    check("/usr/bin x", "# /usr/bin x", &[(1, "auto_call", "", "replaced")]);
}

#[test]
fn what_only_looks_like_a_command_stays() {
    for cell in [
        "x = 17 % 5",
        "r = (a\n  %3)",
        "t = '''\n!ls\n%cd\n%%bash\nwhat?\n'''",
        "a != b",
        "ls = 3\nls",
        "x = [1,\n,2]",
        "# comment?\nx",
        "y = ??",
        "f(x)?",
        "x = 3?",
        "a???",
        "f(a=\n  !b)",
        "  # indented comment\nx = 1",
    ] {
        check(cell, cell, &[]);
    }
}

#[test]
fn broken_code_does_no_harm() {
    check("x: [}\n,", "x: [}\n# ,", &[(2, "quote", "", "replaced")]);
    check("x: [}\n?f", "x: [}\n# ?f", &[(2, "help", "", "replaced")]);
    let deep = "(".repeat(20_000);
    assert_eq!(neutralise(&format!("%time {deep}")).0, format!("# %time {deep}"));
    assert_eq!(neutralise(&format!("{deep}\n%cd x")).0.lines().count(), 2);
}

#[test]
fn cell_magics() {
    check("%%time\nx = 1", "# %%time\nx = 1", &[(1, "cell_magic", "time", "body_kept")]);
    check(
        "\n%%bash -e\nset -e\n\necho \"(\"",
        "\n# %%bash -e\n# set -e\n\n# echo \"(\"",
        &[(2, "cell_magic", "bash", "inert")],
    );
    check(
        "%%timeit -n 2 s = 3\ns\n!ls",
        "s = 3  # %%timeit -n 2\ns\n# !ls",
        &[(1, "cell_magic", "timeit", "body_kept"), (3, "shell", "", "replaced")],
    );
    check(
        "%%time\n%%capture out\nx",
        "# %%time\n# %%capture out\nx",
        &[(1, "cell_magic", "time", "body_kept"), (2, "cell_magic", "capture", "body_kept")],
    );
    check("# first\n%%time\nx", "# first\n# %%time\nx", &[(2, "line_magic", "time", "replaced")]);
    check("%%timeit?", "# %%timeit?", &[(1, "help", "", "inert")]);
    check("%%time", "# %%time", &[(1, "cell_magic", "time", "body_kept")]);
    check("%%sql\nselect 1", "# %%sql\n# select 1", &[(1, "cell_magic", "sql", "inert")]);
}

#[test]
fn indentation_and_prompts_go() {
    check("  >>> x\n  1", "x\n1", &[(1, "indent", "", "replaced"), (1, "prompt", "", "replaced")]);
    check("# a\n>>> x", "# a\nx", &[(1, "prompt", "", "replaced")]);
    check("  x = 1\n  if x:\n      y", "x = 1\nif x:\n    y", &[(1, "indent", "", "replaced")]);
    check(">>> x = 1\n>>> if x:\n...     y\n1", "x = 1\nif x:\n    y\n1", &[(1, "prompt", "", "replaced")]);
    check("In [12]: x = 1\n   ...: y = 2", "x = 1\ny = 2", &[(1, "prompt", "", "replaced")]);
}

#[test]
fn comments_at_the_beginning_of_a_line() {
    let source = "# %% a\nx = 1 # b\n'''\n# c\n'''\n  # d\n#%%\n";
    assert_eq!(comment_lines(source), [(1, "# %% a"), (7, "#%%")]);
}

proptest! {
    #[test]
    fn never_a_line_more_or_less(cell in "([ ]{0,4}(%%?|!!?|\\?|,|;|/|x = |x = !|x, y = %|)(time|bash|ls|f|'''|\\(|\\)|x = 1| -n 2|a b|\\\\)?[?]?\n){0,6}") {
        let (text, _) = neutralise(&cell);
        prop_assert_eq!(text.matches('\n').count(), cell.matches('\n').count());
        // What it makes holds nothing more to be made.
        if parse_module(&text).is_ok() {
            let (again, _) = neutralise(&text);
            prop_assert_eq!(again, text.clone());
        }
    }

    #[test]
    fn python_is_left_alone(cell in "(x = 1|if x:\n    y = x % 3|z = '!ls'|f\\(a=1\\)|\n){0,5}") {
        if parse_module(&cell).is_ok() {
            prop_assert_eq!(neutralise(&cell).0, cell.clone());
        }
    }
}
