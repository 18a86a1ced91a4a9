//! Generated Python, statements nested at random: probes taken out, the text is what it was.

use crate::common::{hooks, instrumented, script};
use nbinstrument::{Hooks, Preset};
use proptest::prelude::*;

/// An expression; what binds names in it binds them in walruses.
fn expression() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("1".to_owned()),
        Just("'s'".to_owned()),
        Just("'''t\n  u'''".to_owned()),
        Just("f()".to_owned()),
        Just("größe".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|e| format!("({e})")),
            inner.clone().prop_map(|e| format!("(w := {e})")),
            inner
                .clone()
                .prop_map(|e| format!("f'{{({e})}}'").replace("'s'", "2").replace("'''t\n  u'''", "3")),
            inner.clone().prop_map(|e| format!("(lambda p, q=1: {e})")),
            two.clone().prop_map(|(l, r)| format!("{l} or {r}")),
            two.clone().prop_map(|(l, r)| format!("({l} if a else {r})")),
            two.clone().prop_map(|(l, r)| format!("[{l},\n {r}]")),
            two.clone().prop_map(|(l, r)| format!("f({l}, k={r})")),
            two.clone().prop_map(|(l, r)| format!("[i for i in ({l}) if ({r})]")),
            two.prop_map(|(l, r)| format!("{{i: {r} for i, j in [{l}]}}")),
        ]
    })
    .boxed()
}

fn target() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "x",
        "(x)",
        "x, y",
        "(x, [y, *z])",
        "x, x",
        "o.p",
        "o['k']",
        "o.p, x",
        "[x]",
        "*x, y",
    ])
    .prop_map(str::to_owned)
}

fn simple() -> BoxedStrategy<String> {
    let one = expression();
    prop_oneof![
        (target(), one.clone()).prop_map(|(t, e)| format!("{t} = {e}")),
        (target(), target(), one.clone()).prop_map(|(t, u, e)| format!("{t} = {u} = {e}")),
        one.clone().prop_map(|e| format!("x += {e}")),
        one.clone().prop_map(|e| format!("o.p -= {e}")),
        one.clone().prop_map(|e| format!("x: int = {e}")),
        one.clone().prop_map(|e| format!("print({e})")),
        one.clone().prop_map(|e| format!("assert {e}, {e}")),
        one.prop_map(|e| format!("x = 1 + \\\n  {e}")),
        Just("pass".to_owned()),
        Just("import m.n, k as l".to_owned()),
    ]
    .boxed()
}

/// A line of simple statements, perhaps with a comment.
fn line() -> impl Strategy<Value = String> {
    (proptest::collection::vec(simple(), 1..3), any::<bool>(), any::<bool>()).prop_map(
        |(parts, semicolon, comment)| {
            let end = if semicolon { ";" } else { "" };
            let note = if comment { "  # it's; a = note" } else { "" };
            format!("{}{end}{note}\n", parts.join("; "))
        },
    )
}

/// A block under `header`, on its line or below it.
fn under(header: String, body: String) -> String {
    let is_simple = !body.trim_end().contains('\n') && !body.trim_end().ends_with(':');
    let keyword = body.split([' ', ':', '(']).next().unwrap_or_default();
    let compound =
        ["if", "for", "while", "with", "try", "def", "class", "match", "@d"].contains(&keyword.trim());
    if is_simple && !compound && header.len().is_multiple_of(2) {
        return format!("{header} {body}");
    }
    format!("{header}\n{}", indent(&body))
}

/// Indents the logical lines; the second line of a string or bracket may stay where it is.
fn indent(body: &str) -> String {
    let mut depth = 0_i32;
    let mut quoted = false;
    let mut continued = false;
    let mut out = String::new();
    for line in body.split_inclusive('\n') {
        if depth == 0 && !quoted && !continued {
            out.push_str("  ");
        }
        out.push_str(line);
        let code = line.split("  # ").next().unwrap_or_default();
        quoted ^= code.matches("'''").count() % 2 == 1;
        let count = |open: &[char]| code.matches(open).count() as i32;
        depth += count(&['(', '[', '{']) - count(&[')', ']', '}']);
        continued = code.ends_with("\\\n");
    }
    out
}

fn block() -> BoxedStrategy<String> {
    let lines = line().boxed();
    lines
        .prop_recursive(4, 24, 3, |inner| {
            let body = proptest::collection::vec(inner, 1..3).prop_map(|parts| parts.concat());
            let one = expression();
            prop_oneof![
                (one.clone(), body.clone(), body.clone())
                    .prop_map(|(e, b, c)| under(format!("if {e}:"), b) + &under("else:".into(), c)),
                (target(), one.clone(), body.clone())
                    .prop_map(|(t, e, b)| under(format!("for {t} in {e}:"), b)),
                (one.clone(), body.clone()).prop_map(|(e, b)| under(format!("while({e}):"), b)),
                (target(), one.clone(), body.clone())
                    .prop_map(|(t, e, b)| under(format!("for({t})in({e}):"), under(format!("if({e}):"), b))),
                one.clone().prop_map(|e| format!("def h(p, /, *q):\n  return({e})\n")),
                (target(), one.clone(), body.clone()).prop_map(|(t, e, b)| under(
                    format!(
                        "with {e} as {}:",
                        if t.contains(',') && !t.starts_with('(') { "o.q".into() } else { t }
                    ),
                    b
                )),
                (body.clone(), body.clone())
                    .prop_map(|(b, c)| under("try:".into(), b) + &under("except E as e:".into(), c)),
                (one.clone(), body.clone(), body.clone()).prop_map(|(e, b, c)| {
                    let first = format!("def x(p: int, q=-1) -> None:\n  return {e}\n");
                    let last = under(format!("class y(({e}), k=1):"), b);
                    under("for x, y in a:".into(), first.clone() + &last + &first + &c)
                }),
                (one.clone(), body.clone())
                    .prop_map(|(e, b)| under(format!("def g(p, q={e}):"), "'doc'\n".to_owned() + &b)),
                (one.clone(), body.clone()).prop_map(|(e, b)| "@d\n".to_owned()
                    + &under("class C(B):".into(), b)
                    + &format!("({e})\n")),
                (one, body).prop_map(|(e, b)| format!(
                    "match {e}:\n{}",
                    indent(
                        &(under("case [h, *t] if h:".into(), b.clone())
                            + &under("case {'k': x, **y} | [x, y]:".into(), b))
                    )
                )),
            ]
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn probes_taken_out_it_is_the_original(parts in proptest::collection::vec(block(), 1..4)) {
        let text = parts.concat();
        prop_assert!(pysource::parses(&text, pysource::Dialect::Python).is_ok(), "the generator wrote\n{text}");
        // `instrumented` proves it, and panics with the code where it cannot.
        let by_default = instrumented(script(&[&text]), &Hooks::default());
        let all = instrumented(script(&[&text]), &hooks("all"));
        let original = instrumented(script(&[&text]), &Preset::Nalin.into());
        prop_assert!(original.sites.len() <= by_default.sites.len());
        prop_assert!(by_default.sites.len() <= all.sites.len());
        for (number, site) in all.sites.iter().enumerate() {
            let count = |probe: &str| all.instrumented_code.matches(&format!("{probe}({number}, ")).count();
            prop_assert_eq!(count("_nalin_t") + count("_nalin_w"), 1, "site {} of {}", number, &site.name);
        }
    }
}
