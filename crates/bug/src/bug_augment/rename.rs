//! Variables of functions under other names.

use pysource::{AccessKind, Edits, NodeId, NodeKind, ScopeId, ScopeKind, VariableId};

use super::Draw;
use super::mirror::is_shown;
use crate::code::Code;

/// What looks at variables by their names.
const LOOKING: [&str; 6] = ["locals", "vars", "eval", "exec", "dir", "_getframe"];
const KEYWORDS: [&str; 2] = ["continue", "nonlocal"];

/// Renames one to three variables of a function. Not parameters, which callers may name; not what is imported, defined
/// or declared under its name; and nothing where names are looked at.
pub(super) fn edit(code: &Code<'_>, draw: &mut Draw, edits: &mut Edits) {
    let named = |node: pysource::Node<'_>| node.name().is_some_and(|name| LOOKING.contains(&name));
    let is_looked_at = code
        .tree
        .nodes()
        .any(|node| matches!(node.kind(), NodeKind::Name | NodeKind::Identifier) && named(node));
    if is_looked_at {
        return;
    }
    let mut nodes: Vec<Vec<NodeId>> = vec![Vec::new(); code.scopes.variables().len()];
    let mut is_fixed = vec![false; nodes.len()];
    for access in code.scopes.accesses() {
        let node = code.tree.node(access.node);
        let variable = access.variable.0 as usize;
        is_fixed[variable] |=
            node.kind() != NodeKind::Name || access.kind == AccessKind::Declare || is_shown(node);
        nodes[variable].push(access.node);
    }
    let mut new_names: Vec<String> = Vec::new();
    for (at, scope) in code.scopes.scopes().iter().enumerate() {
        if scope.kind != ScopeKind::Function || !draw.takes() {
            continue;
        }
        let can_be_renamed = |id: &VariableId| {
            let variable = code.scopes.variable(*id);
            !variable.is_parameter && !is_fixed[id.0 as usize] && !code.name(*id).starts_with("__")
        };
        let mut variables: Vec<VariableId> =
            code.locals(ScopeId(at as u32)).iter().copied().filter(can_be_renamed).collect();
        draw.random.shuffle(&mut variables);
        let n = 1 + draw.random.below(3) as usize;
        for variable in variables.into_iter().take(n) {
            let name = new_name(code, &new_names, draw);
            let nodes = &mut nodes[variable.0 as usize];
            nodes.sort_unstable();
            nodes.dedup();
            for node in nodes.iter() {
                edits.replace(code.tree.node(*node).range(), name.clone());
            }
            new_names.push(name);
        }
    }
}

/// A name of 8 to 15 letters that nothing has.
fn new_name(code: &Code<'_>, taken: &[String], draw: &mut Draw) -> String {
    loop {
        let length = 8 + draw.random.below(8);
        let letters = (0..length).map(|_| char::from(b'a' + draw.random.below(26) as u8));
        let name: String = letters.collect();
        let is_known = (0..code.tree.n_names() as u32).any(|at| code.tree.name(pysource::NameId(at)) == name);
        if !is_known && !taken.contains(&name) && !KEYWORDS.contains(&&*name) {
            return name;
        }
    }
}
