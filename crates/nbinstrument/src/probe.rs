//! What a probe looks like in the code.

use pysource::{Edits, Place, ProbeNames};

/// The names of the two functions that the runtime puts among Python's built-in ones. One underscore:
/// two would be mangled inside classes.
pub(crate) const NAMES: ProbeNames<'_> = ProbeNames { look: "_nalin_t", pass: "_nalin_w" };

/// Writes the probe of a site; `name` is the name as it stands in the code.
pub(crate) fn put(edits: &mut Edits, place: &Place, site: usize, name: &str) {
    let ProbeNames { look, pass } = NAMES;
    match place {
        Place::After(offset) => edits.after(*offset, format!("; {look}({site}, {name})")),
        Place::Before(offset) => edits.before(*offset, format!("{look}({site}, {name}); ")),
        Place::Filter(offset) => edits.after(*offset, format!(" if not {look}({site}, {name})")),
        Place::Guard(range) => edits.around(range, format!("{look}({site}, {name}) or ("), ")"),
        Place::Value(range) => edits.around(range, format!("{pass}({site}, ("), "))"),
    }
}
