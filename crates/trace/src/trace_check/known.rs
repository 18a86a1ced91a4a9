//! Which names' recorded values can be relied on.

use records::TraceEvent;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::program::Program;
use crate::state::State;
use crate::statements::Statements;

/// What is known of the names of a program while its events go by.
pub struct KnownNames<'p> {
    /// The places of names in the table.
    pub places: FxHashMap<&'p str, u32>,
    /// Names that a statement declares as another frame's.
    pub declared: FxHashSet<u32>,
    /// These, and all that are bound in functions: there is more than one place where they may be looked up.
    pub shared: FxHashSet<u32>,
    /// Since when each name of each frame is known, as a count of gaps.
    since: FxHashMap<(u32, u32), u32>,
    gaps: u32,
}

impl<'p> KnownNames<'p> {
    /// Before the first event.
    pub fn of(program: &'p Program, statements: &Statements<'_>) -> Self {
        let places: FxHashMap<&str, u32> = program.trace.names.iter().map(String::as_str).zip(0..).collect();
        let mut declared = FxHashSet::default();
        for statement in statements.all() {
            if matches!(statement.keyword(), "global" | "nonlocal") {
                declared.extend(statement.tokens.iter().filter_map(|token| places.get(token.text)));
            }
        }
        let mut shared: FxHashSet<u32> = declared.clone();
        let mut state = State::before(program);
        for event in &program.events {
            state.apply(event);
            if state.depth() > 0
                && let TraceEvent::Line { changes, .. }
                | TraceEvent::Changes(changes)
                | TraceEvent::Call { parameters: changes, .. } = event
            {
                shared.extend(changes.iter().map(|change| change.name));
            }
        }
        Self { places, declared, shared, since: FxHashMap::default(), gaps: 0 }
    }

    /// Names of a frame are bound now.
    pub fn bound(&mut self, frame: u32, names: impl Iterator<Item = u32>) {
        self.since.extend(names.map(|name| ((frame, name), self.gaps)));
    }

    /// Lines ran that were not recorded.
    pub fn forget(&mut self) {
        self.gaps += 1;
    }

    /// Whether a name of a frame was bound since lines were last left out.
    pub fn is_fresh(&self, frame: u32, name: u32) -> bool {
        self.since.get(&(frame, name)) == Some(&self.gaps)
    }
}
