//! Comparisons: another of the same group.

use pysource::{Field, Node};
use records::BugClass;

use super::search::{Dropped, Search};

const CLASS: BugClass = BugClass::ComparisonOperator;
const SIGNS: [&str; 6] = ["<", "<=", ">", ">=", "==", "!="];
/// With a blank on each side, so that words stay words.
const WORDS: [(&str, &str); 4] =
    [("in", " not in "), ("not in", " in "), ("is", " is not "), ("is not", " is ")];

pub(super) fn look(node: Node<'_>, search: &mut Search<'_>) {
    for operator in node.all(Field::Op) {
        let Some(name) = operator.operator().map(pysource::Operator::as_str) else { continue };
        if !search.rules.wants(CLASS) || !search.rules.wants_operator(CLASS, name) {
            continue;
        }
        match WORDS.iter().find(|(old, _)| *old == name) {
            Some((_, new)) => look_at_word(operator, new, search),
            None => {
                let rules = search.rules;
                let Some(mut place) = search.place(CLASS, operator.range()) else { continue };
                let others = SIGNS.into_iter().filter(|new| *new != name);
                others.filter(|new| rules.wants_operator(CLASS, new)).for_each(|new| place.text(new));
            }
        }
    }
}

fn look_at_word(operator: Node<'_>, new: &'static str, search: &mut Search<'_>) {
    let range = operator.range();
    if !search.rules.wants_operator(CLASS, new) {
        return;
    }
    let (Some(before), Some(behind)) = search.around(&range) else { return };
    let range = range.start - before.len_utf8()..range.end + behind.len_utf8();
    let has_blanks = before == ' ' && behind == ' ';
    if (has_blanks || !search.drops(Dropped::WordWithoutBlanks, 1))
        && let Some(mut place) = search.place(CLASS, range)
    {
        place.text(new);
    }
}
