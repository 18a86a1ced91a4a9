//! The texts of small traces, word for word.

use records::{Trace, TraceEvent, TraceTask};

use super::{Format, Piece, Role, Style, render, render_task, sign_line};
use crate::facts::{Operation, Step};
use crate::samples::{line, pairs, trace};

fn calls() -> Trace {
    let events = [
        line(1, &[(0, 0)]),
        line(3, &[(1, 1)]),
        line(4, &[]),
        TraceEvent::Call { line: 1, function: 0, parameters: pairs(&[(2, 1)]) },
        line(2, &[]),
        TraceEvent::Return(2),
        TraceEvent::Changes(pairs(&[(3, 2)])),
        line(5, &[]),
        TraceEvent::Output(3),
        line(6, &[(1, 4)]),
    ];
    let code = "def f(a):\n    return a * 3\nx = 12\ny = f(x)\nprint(y)\ndel x\n";
    trace(code, &events, &["f", "x", "a", "y"], &["<function f>", "12", "36", "36\n", ""])
}

fn text(trace: &Trace, style: &Style) -> String {
    render(trace, style).unwrap().pieces.into_iter().map(|piece| piece.text).collect()
}

fn style(format: Format) -> Style {
    Style { format, ..Style::default() }
}

const CODE: &str = "\n1 def f(a):\n2     return a * 3\n3 x = 12\n4 y = f(x)\n5 print(y)\n6 del x";

#[test]
fn formats_word_for_word() {
    let trace = calls();
    assert_eq!(
        text(&trace, &style(Format::Full)),
        format!(
            "{CODE}\n--\n1 f=<function f>\n3 x=12\n4 x=12\n> f a=12\n2 a=12\n< 36\n+ x=12; y=36\n5 x=12; y=36\n\" 36\\n\n6 y=36; x=\n."
        )
    );
    assert_eq!(
        text(&trace, &style(Format::Delta)),
        format!(
            "{CODE}\n--\n1 f=<function f>\n3 x=12\n4 \n> f a=12\n2 \n< 36\n+ y=36\n5 \n\" 36\\n\n6 x=\n."
        )
    );
    assert_eq!(text(&trace, &style(Format::Code)), format!("{CODE}\n."));
}

#[test]
fn a_refresh_shows_the_state_between_changes() {
    let events = [line(1, &[(0, 0)]), line(2, &[(1, 1)]), line(3, &[(0, 1)])];
    let trace = trace("a = 1\nb = 2\na = b\n", &events, &["a", "b"], &["1", "2"]);
    let style = Style { refresh: 2, ..style(Format::Delta) };
    let shown = text(&trace, &style);
    assert!(shown.ends_with("\n--\n1 a=1\n2 b=2\n@ a=1; b=2\n3 a=2\n."), "{shown}");
}

#[test]
fn parts_know_what_they_are() {
    let events = [line(1, &[(0, 0)]), line(2, &[(1, 1)])];
    let trace = trace("a = 25\nc = a * 40\n", &events, &["a", "c"], &["25", "1000"]);
    let text = render(&trace, &style(Format::Full)).unwrap();
    let piece = |text: &str, role| Piece { text: text.to_owned(), role };
    assert_eq!(
        text.pieces[5..],
        [
            piece("\n2 ", Role::Head(1)),
            piece("a=25", Role::Kept(1)),
            piece("; ", Role::Kept(1)),
            piece("c=1000", Role::Changed(1)),
            piece("\n.", Role::End)
        ]
    );
}

#[test]
fn what_a_trace_does_not_have_is_an_error() {
    let missing = trace("a = 1\n", &[line(1, &[(0, 7)])], &["a"], &["1"]);
    assert_eq!(render(&missing, &Style::default()).unwrap_err(), "there is no value 7");
    let mut broken = missing;
    broken.events = vec![15];
    assert!(render(&broken, &Style::default()).is_err());
}

#[test]
fn signs_take_the_place_of_operators_alone() {
    let signs = [("+".to_owned(), "⊕".to_owned()), ("<".to_owned(), "⊗".to_owned())];
    assert_eq!(sign_line("    a = b + '+' - c", &signs), "    a = b ⊕ '+' - c");
    assert_eq!(sign_line("a += 1", &signs), "a ⊕= 1");
    assert_eq!(sign_line("a <= 1 < b", &signs), "a <= 1 ⊗ b");
}

#[test]
fn a_question_is_given_and_its_answer_is_not() {
    let task = |prompt: &str, target: &str| {
        let sample = testkit::sample("trace-task");
        let line = sample.split(|&byte| byte == b'\n').next().unwrap();
        let mut task: TraceTask = serde_json::from_slice(line).unwrap();
        (task.prompt, task.target) = (prompt.to_owned(), target.to_owned());
        render_task(&task).pieces.into_iter().map(|piece| (piece.text, piece.role)).collect::<Vec<_>>()
    };
    let (end, answer) = (("\n.".to_owned(), Role::End), |text: &str| (text.to_owned(), Role::Changed(0)));
    let given = |text: &str| (text.to_owned(), Role::Code);
    let asked = ("\n? ".to_owned(), Role::Head(0));
    assert_eq!(
        task("a = 1\n# type of a:\n", "int"),
        [given("\na = 1\n# type of a:"), asked, answer("int"), end.clone()]
    );
    assert_eq!(task("", "a = 1\n"), [given("\n"), answer("a = 1\n"), end]);
}

#[test]
fn steps_know_what_their_line_is_about() {
    let events = [line(1, &[(0, 0)]), line(2, &[(1, 0)]), line(3, &[(2, 1)])];
    let trace = trace("a = 25\nb = a\nc = a * 40\n", &events, &["a", "b", "c"], &["25", "1000"]);
    let text = render(&trace, &Style { format: Format::Delta, ..Style::default() }).unwrap();
    let step = |operator, distance, digits, is_copied, operation| Step {
        operator,
        distance,
        digits,
        is_copied,
        operation,
    };
    let product = Operation { left: 25, operator: "*", right: 40 };
    assert_eq!(
        text.steps,
        [
            step("literal", None, 2, false, None),
            step("copy", Some(1), 2, true, None),
            step("*", Some(2), 4, false, Some(product))
        ]
    );
}
