//! What a model warns of and people would not want to see.
//!
//! A score says how unlikely a pair is; whether it is worth somebody's time is another question. A finding must be
//! one that can be argued: the name promises something, many agree on what, and what it holds is of another kind.

use evidence::{Kind, Subject, Usage, names};
use records::Alternative;

use crate::knowledge::LEAST_SEEN;
use crate::published::taken_by;
use crate::{Knowledge, Usual};

/// A type that a name holds this often is usual for it.
const USUAL_SHARE: f64 = 0.2;
/// A kind of values that a name holds more often than this is accepted.
const ACCEPTED_SHARE: f32 = 0.1;
/// A name that holds one kind of values this often promises it.
const PROMISED_SHARE: f64 = 0.75;
/// What a name promises cannot be told from fewer values.
const FEWEST: u32 = 7;
/// A word promises for all names that end in it only if so many of them were seen, and agree on one class:
/// a `set` in `U_set` is a setting, a `map` in `color_map` no dictionary.
const FEWEST_BY_WORD: u32 = 20;
/// Rows of numbers, with which one computes as with a number.
const NUMBERS: [&str; 5] = ["Index", "Series", "Tensor", "Vector", "ndarray"];
/// Rows of values.
const ARRAY_LIKE: [&str; 8] = ["Index", "Series", "Tensor", "Vector", "list", "ndarray", "range", "tuple"];
/// A name with such a word promises one of them, not any.
const PROMISES: [&str; 10] =
    ["arr", "array", "index", "list", "lst", "matrix", "series", "tensor", "tuple", "vector"];

/// Which findings are wanted.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// Those that can be argued.
    Arguable {
        /// Also names and types of which nothing is promised or known.
        generic_names: bool,
        /// Also types that stand in for the usual one.
        stand_ins: bool,
    },
    /// Those that the published filter of warnings lets through.
    Published,
}

/// Why a finding is nothing for people, if so, as a summary counts it; `statement` is the text of the binding.
pub fn left_out(
    knowledge: &impl Knowledge,
    subject: &Subject,
    statement: &str,
    wanted: Wanted,
) -> Option<&'static str> {
    let &Subject { name, value, type_class } = subject;
    let Wanted::Arguable { generic_names, stand_ins } = wanted else { return taken_by(name, type_class) };
    let kind = Kind::of(subject);
    if !generic_names {
        if names::is_generic(name) {
            return Some("generic_names_left_out");
        }
        if is_counter(name, statement) {
            return Some("loop_counters_left_out");
        }
        if let Some(reason) = unarguable(knowledge, subject, kind) {
            return Some(reason);
        }
        if kind == Kind::Nothing && assigns_none(statement) {
            return Some("nothing_yet_left_out");
        }
        if is_namesake(name, type_class, kind, &value.text) {
            return Some("namesakes_left_out");
        }
    }
    let stands_in = || is_stand_in(name, type_class, kind, &knowledge.usual(name).types);
    (!stand_ins && stands_in()).then_some("stand_ins_left_out")
}

/// Why nobody could be convinced, if so: too little is known of the name or of the type, the name promises no kind of
/// values, or values of this kind are nothing special for it.
fn unarguable(knowledge: &impl Knowledge, subject: &Subject, kind: Kind) -> Option<&'static str> {
    if !knowledge.knows_class(subject.type_class) && matches!(kind, Kind::Object | Kind::Collection) {
        return Some("unknown_types_left_out");
    }
    // Runs say what people see under a name; what is only written down says more of parameters than of values.
    let Usual { types: usual, seen, word, .. } = knowledge.usual(subject.name);
    // What a model saw in a few repositories is all it can say.
    if !knowledge.knows_usage() {
        return (seen < LEAST_SEEN).then_some("unknown_names_left_out");
    }
    if seen < if word.is_some() { FEWEST_BY_WORD } else { FEWEST } {
        return Some("unknown_names_left_out");
    }
    let share_of = |kind: Kind| -> f64 {
        let alike = |usual: &&Alternative| Kind::of_class(&usual.text).is_some_and(|it| it.is_alike(kind));
        usual.iter().filter(alike).map(|usual| usual.share).sum()
    };
    let promised = usual.first().and_then(|first| {
        let promised = Kind::of_class(&first.text)?;
        let share = if word.is_some() { first.share } else { share_of(promised) };
        (share >= PROMISED_SHARE).then_some(promised)
    });
    let Some(promised) = promised else { return Some("vague_names_left_out") };
    let is_accepted = if kind.is_alike(promised) {
        // Of another value of the usual kind the form of a number or a text can tell, if the name itself is known.
        word.is_some() || !matches!(kind, Kind::Number | Kind::Text)
    } else {
        match knowledge.usage(subject) {
            Some(Usage { known, of_kind }) => of_kind > ACCEPTED_SHARE * known,
            None => true,
        }
    };
    is_accepted.then_some("accepted_kinds_left_out")
}

/// Whether a statement is a loop that counts with this name: `for game in range(n)`, `for at, game in enumerate(games)`.
fn is_counter(name: &str, statement: &str) -> bool {
    let Some((targets, over)) = statement.strip_prefix("for ").and_then(|rest| rest.split_once(" in "))
    else {
        return false;
    };
    let first = targets.split(',').next().unwrap_or_default().trim_matches(['(', ' ']);
    first == name && (over.starts_with("range(") || over.starts_with("enumerate(") && targets.contains(','))
}

/// Whether a statement assigns `None` itself, which stands for "nothing yet".
fn assigns_none(statement: &str) -> bool {
    let value = statement.rsplit('=').next().unwrap_or_default();
    value.split('#').next().unwrap_or_default().split([',', ';']).any(|part| part.trim() == "None")
}

/// Whether the value has the name by itself: a class as classes are named (`Word = str`), a function under its own
/// name (`rand = np.random.rand`), a value called after its class (`label = Label(…)`, `delta = timedelta(…)`), or a
/// property, which is called after the values that it will give.
fn is_namesake(name: &str, type_class: &str, kind: Kind, text: &str) -> bool {
    let own_word = || text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let is_of_class = |word: &String| {
        names::words(type_class)
            .last()
            .is_some_and(|class| word == class || word.chars().count() > 3 && class.ends_with(word))
    };
    type_class == "type" && name.starts_with(char::is_uppercase)
        || kind == Kind::Function && own_word()
        || names::words(name).last().is_some_and(is_of_class)
        || ["cached_property", "property"].contains(&type_class)
}

/// Whether the value's class stands in for one of those that are usual for the name: people mean no difference.
fn is_stand_in(name: &str, type_class: &str, kind: Kind, usual: &[Alternative]) -> bool {
    let words = names::words(name);
    let promises = words.iter().any(|word| PROMISES.contains(&word.as_str()));
    let is_plural =
        words.iter().rev().find(|word| word.chars().count() > 2).is_some_and(|word| word.ends_with('s'));
    usual.iter().filter(|usual| usual.share >= USUAL_SHARE && usual.text != type_class).any(|usual| {
        let is_one_of = |classes: &[&str]| classes.contains(&usual.text.as_str());
        let usual_kind = Kind::of_class(&usual.text);
        // A whole number is as good as a float; a float where whole numbers are usual is not.
        usual.text == "float" && type_class == "int"
            // A symbol is what is yet to become a number, a row of them, or a function.
            || kind == Kind::Symbol
                && matches!(usual_kind, Some(Kind::Number | Kind::Array | Kind::Function | Kind::Symbol))
            // Bytes are a text, and a row of numbers.
            || type_class == "bytes" && is_one_of(&ARRAY_LIKE)
            // A plural promises several, not how they are kept.
            || !promises && is_plural && kind.is_several() && usual_kind.is_some_and(Kind::is_several)
            || !promises && is_one_of(&ARRAY_LIKE) && ARRAY_LIKE.contains(&type_class)
            || !promises && is_one_of(&NUMBERS) && type_class == "float"
            || !promises && usual_kind == Some(Kind::Number) && NUMBERS.contains(&type_class)
    })
}

#[cfg(test)]
mod tests {
    use evidence::Kind;
    use records::Alternative;

    use super::{assigns_none, is_counter, is_namesake, is_stand_in};

    #[test]
    fn a_stand_in_is_no_slip() {
        for (name, class, usual, share, expected) in [
            ("rate", "int", "float", 1.0, true),
            ("rate", "int", "float", 0.1, false),
            ("rate", "str", "float", 1.0, false),
            ("rate", "float", "float", 1.0, false),
            ("count", "float", "int", 1.0, false),
            ("order", "ndarray", "int", 1.0, true),
            ("weights", "list", "ndarray", 1.0, true),
            ("weights", "dict", "ndarray", 1.0, true),
            ("weight", "dict", "ndarray", 1.0, false),
            ("weights", "str", "list", 1.0, false),
            ("x_array", "list", "ndarray", 1.0, false),
            ("weights", "float", "ndarray", 1.0, true),
            ("rate", "Series", "float", 1.0, true),
            ("rate", "Mul", "float", 1.0, true),
            ("rate", "Mul", "str", 1.0, false),
            ("rate", "list", "float", 1.0, false),
            ("x_array", "float", "ndarray", 1.0, false),
            ("x_array", "bytes", "ndarray", 1.0, true),
            ("x_array", "str", "ndarray", 1.0, false),
            ("count", "bytes", "int", 1.0, false),
        ] {
            let held = [Alternative { text: usual.to_owned(), share }];
            let kind = Kind::of_class(class).unwrap();
            assert_eq!(is_stand_in(name, class, kind, &held), expected, "{name} {class} {usual} {share}");
        }
        assert!(!is_stand_in("rate", "int", Kind::Number, &[]));
    }

    #[test]
    fn loop_counters() {
        for (name, statement, expected) in [
            ("game", "for game in range(n):", true),
            ("at", "for (at, game) in enumerate(games):", true),
            ("game", "for at, game in enumerate(games):", false),
            ("pair", "for pair in enumerate(games):", false),
            ("game", "for game in games:", false),
            ("game", "game = range(3)", false),
        ] {
            assert_eq!(is_counter(name, statement), expected, "{statement}");
        }
    }

    #[test]
    fn namesakes() {
        for (name, class, text, expected) in [
            ("Word", "type", "<class 'str'>", true),
            ("word", "type", "<class 'str'>", false),
            ("rand", "builtin_function_or_method", "<built-in method rand of mtrand>", true),
            ("lines", "method", "<method 'splitlines' of 'str' objects>", false),
            ("first_label", "Label", "Label()", true),
            ("words", "Label", "Label()", false),
            ("delta", "timedelta", "1 day, 0:00:00", true),
            ("lta", "timedelta", "1 day, 0:00:00", false),
            ("title", "property", "<property object at …>", true),
        ] {
            let kind = Kind::of_class(class).unwrap_or(Kind::Object);
            assert_eq!(is_namesake(name, class, kind, text), expected, "{name} {class}");
        }
    }

    #[test]
    fn nothing_yet() {
        for (statement, expected) in [
            ("best = None", true),
            ("best = None  # so far", true),
            ("low, best = 0, None", true),
            ("fig = draw(ax=None)", false),
            ("fig = plot()", false),
        ] {
            assert_eq!(assigns_none(statement), expected, "{statement}");
        }
    }
}
