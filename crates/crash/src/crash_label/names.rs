//! R1: a name was not defined. Is it defined somewhere, and had that run? If nowhere: forgotten import, slip of
//! the pen, Python 2?

use std::sync::LazyLock;

use foretell::{binds, is_built_in, is_of_python_2, module_of_alias};
use pysource::{Act, Event};
use regex::Regex;

use super::order::{Origin, explain, inversions};
use super::{Case, Verdict};

/// The name that a NameError is about.
pub fn missing_name(case: &Case) -> Option<String> {
    static UNDEFINED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"name '(\w+)' is not defined").expect("a good pattern"));
    if case.crash.exception != "NameError" {
        return None;
    }
    UNDEFINED.captures(case.message).map(|parts| parts[1].to_owned())
}

pub fn cause(case: &Case) -> Option<Verdict> {
    if case.crash.exception == "UnboundLocalError" {
        let evidence = "a function reads a name of its own before it binds it";
        return Some(Verdict::new("impl.wrong_implementation", "R1.unbound_local", 0.8, evidence));
    }
    let name = missing_name(case)?;
    let here = case.here?;
    let count = case.crash.execution_count;
    let origins: Vec<Origin> = events(case)
        .filter(|(_, event)| event.name == name && binds(event))
        .map(|(at, event)| Origin { at, line: event.line, last_line: event.last_line })
        .collect();
    let is_deleted = |(at, event): (usize, &Event)| {
        event.name == name && event.act == Act::Delete && (at == here || case.code[at].ran_before(count))
    };
    if events(case).any(is_deleted) {
        let evidence = format!("`{name}` was deleted before");
        return Some(Verdict::new("impl.wrong_implementation", "R1.deleted", 0.8, evidence));
    }
    let rules = ["R1c.previous_error", "R1b.out_of_order", "R1a.future_cell"];
    if let Some(verdict) = explain(case, &name, &origins, rules) {
        return Some(verdict);
    }
    let in_this_cell = origins.iter().find(|origin| origin.at == here);
    if let Some(origin) = in_this_cell {
        let evidence = format!("`{name}` is bound on line {} of the same cell, further down", origin.line);
        return Some(Verdict::new("impl.wrong_implementation", "R1.used_before", 0.7, evidence));
    }
    if let Some(origin) = origins.first() {
        // It is bound in a cell that ran before, to its end: a branch not taken, or a session that was restarted.
        let cell = case.code[origin.at].cell.cell;
        let sure = events(case).any(|(at, event)| {
            at == origin.at
                && event.name == name
                && event.chance == pysource::Chance::Sure
                && event.within.is_empty()
        });
        let evidence = format!("`{name}` is bound in cell {cell}, which ran before");
        return Some(if sure && inversions(case.code) > 0 {
            Verdict::new("nb.out_of_order", "R1e.restarted", 0.4, evidence)
        } else if sure {
            Verdict::new("unknown", "R1e.should_be_there", 0.0, evidence)
        } else {
            Verdict::new("impl.wrong_implementation", "R1.branch_not_taken", 0.6, evidence)
        });
    }
    nowhere(case, &name)
}

/// The name is defined nowhere.
fn nowhere(case: &Case, name: &str) -> Option<Verdict> {
    let here = case.here?;
    let binds_unknown = case.code.iter().any(super::Code::binds_unknown);
    let trust = |confidence: f64| if binds_unknown { confidence * 0.6 } else { confidence };
    if is_of_python_2(name) {
        let evidence = format!("`{name}` is of Python 2");
        return Some(Verdict::new("env.version_conflict", "R1.python_2", 0.9, evidence));
    }
    if let Some(module) = module_of_alias(name) {
        let evidence = format!("`{name}` is what people import from {module}");
        return Some(Verdict::new("impl.missing_import", "R1d.missing_import", trust(0.9), evidence));
    }
    if let Some(meant) = meant_name(case, name) {
        let evidence = format!("`{name}` is close to `{meant}`");
        return Some(Verdict::new("impl.typo", "R1d.typo", trust(0.75), evidence));
    }
    let is_called = events(case)
        .any(|(at, event)| at == here && event.name == name && event.act == Act::ReadToCall)
        || events(case).any(|(_, event)| event.name == name && event.act == Act::ReadToCall);
    let (cause, rule) = if is_called {
        ("impl.undefined_function", "R1d.undefined_function")
    } else {
        ("impl.undefined_variable", "R1d.undefined_variable")
    };
    Some(Verdict::new(cause, rule, trust(0.7), format!("no cell defines `{name}`")))
}

/// A name that was there and that this one is likely a slip of.
fn meant_name(case: &Case, name: &str) -> Option<String> {
    const WORDS: [(&str, &str); 5] =
        [("true", "True"), ("false", "False"), ("null", "None"), ("none", "None"), ("nan", "float('nan')")];
    static HINT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"Did you mean: '(\w+)'").expect("a good pattern"));
    if let Some((_, meant)) = WORDS.iter().find(|(word, _)| *word == name) {
        return Some((*meant).to_owned());
    }
    let here = case.here?;
    let count = case.crash.execution_count;
    let there = events(case).filter(|(at, event)| {
        binds(event)
            && (case.code[*at].ran_before(count) || (*at == here && event.line < case.crash.line.max(1)))
    });
    let mut best: Option<(usize, &str)> = None;
    for (_, event) in there {
        let distance = distance(name, &event.name);
        if distance.is_some_and(|one| best.is_none_or(|(least, _)| one < least)) {
            best = distance.map(|one| (one, event.name.as_str()));
        }
    }
    let hinted = || {
        HINT.captures(case.message)
            .map(|parts| parts[1].to_owned())
            .filter(|meant| name.len() > 2 || meant.eq_ignore_ascii_case(name))
    };
    best.map(|(_, meant)| meant.to_owned()).or_else(hinted).or_else(|| {
        const CALLED: [&str; 12] = [
            "print",
            "len",
            "range",
            "list",
            "dict",
            "open",
            "enumerate",
            "sorted",
            "input",
            "display",
            "isinstance",
            "round",
        ];
        CALLED.into_iter().find(|word| distance(name, word).is_some()).map(str::to_owned)
    })
}

/// How far one name is from another, if that may be a slip: the case alone, one letter, two in a long name.
/// `x1` and `x2` are two names.
fn distance(name: &str, other: &str) -> Option<usize> {
    if name == other || is_built_in(other) && other.len() < 3 {
        return None;
    }
    if name.to_lowercase() == other.to_lowercase() {
        return Some(0);
    }
    let letters = |text: &str| text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').to_owned();
    if letters(name) == letters(other) && name.len().min(other.len()) > 0 {
        return None;
    }
    let allowed = match name.chars().count() {
        0..=3 => return None,
        4..=5 => 1,
        _ => 2,
    };
    Some(strsim::osa_distance(name, other)).filter(|distance| *distance <= allowed)
}

/// What all cells do with names, with the cells' places.
fn events<'a>(case: &'a Case) -> impl Iterator<Item = (usize, &'a Event)> {
    case.code.iter().enumerate().flat_map(|(at, code)| code.events.iter().map(move |event| (at, event)))
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn slips_of_the_pen() {
        assert_eq!(distance("Train_data", "train_data"), Some(0));
        assert_eq!(distance("trian_data", "train_data"), Some(1));
        assert_eq!(distance("modle", "model"), Some(1));
        for (name, other) in
            [("df2", "df1"), ("x_test", "x_train"), ("data", "gate"), ("X_test", "y_train"), ("a", "b")]
        {
            assert_eq!(distance(name, other), None, "{name} {other}");
        }
    }
}
