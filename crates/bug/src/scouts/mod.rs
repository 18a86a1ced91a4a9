//! The seven scouts: what could be rewritten in a unit, one file a class of bugs.

mod argument_swap;
mod assignment;
mod binary;
mod boolean;
mod builtins;
mod comparison;
mod literal;
mod rules;
mod search;
mod variable_misuse;

pub use rules::{Rules, ScoutArgs, Wanted};
pub use search::{Dropped, Found};

use pysource::NodeKind;

use crate::code::Code;
use crate::unit::Unit;
use search::Search;

/// Looks for candidates in a unit, in the order of their places.
pub fn scan(code: &Code<'_>, unit: &Unit, rules: &Rules) -> Found {
    let mut search = Search::new(code, unit, rules);
    for node in unit.nodes(code) {
        match node.kind() {
            NodeKind::BinOp => binary::look(node, &mut search),
            NodeKind::Assign => assignment::look_at_plain(node, &mut search),
            NodeKind::AugAssign => assignment::look_at_augmented(node, &mut search),
            NodeKind::BoolOp => boolean::look_at_operation(node, &mut search),
            NodeKind::If | NodeKind::Clause | NodeKind::While => boolean::look_at_test(node, &mut search),
            NodeKind::Compare => comparison::look(node, &mut search),
            NodeKind::Number | NodeKind::UnaryOp => literal::look_at_number(node, &mut search),
            NodeKind::Bool | NodeKind::MatchSingleton => literal::look_at_truth(node, &mut search),
            NodeKind::Name | NodeKind::Identifier => variable_misuse::look(node, &mut search),
            NodeKind::Call => argument_swap::look(node, &mut search),
            _ => {}
        }
    }
    search.finish()
}
