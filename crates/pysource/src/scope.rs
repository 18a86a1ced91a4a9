//! Scopes, and every read and write of a name in them, resolved as Python's compiler does.
//!
//! A first walk collects the scopes and what each does with which names, a second goes through the scopes once more
//! with the variables that are visible in each. Both take time that is linear in the number of nodes.

mod walk;

use crate::tree::{NameId, NodeId, Tree};

/// A scope's place among the scopes of its text, from 0, which is the module's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub u32);

/// A variable's place among the variables of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub u32);

/// What a scope belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeKind {
    /// The text as a whole.
    Module,
    /// The body of a class, whose names functions in it do not see.
    Class,
    /// Parameters and body of a function.
    Function,
    /// Parameters and body of a lambda.
    Lambda,
    /// A comprehension or generator, but for its first iterable.
    Comprehension,
    /// The type parameters of a definition and what sees them: annotations or bases, and the definition's own scope.
    TypeParameters,
}

/// Part of a text in which names have their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// What it belongs to.
    pub kind: ScopeKind,
    /// The module, definition, lambda, comprehension or list of type parameters.
    pub node: NodeId,
    /// The scope around it.
    pub parent: Option<ScopeId>,
    /// Whether `from … import *` may bind any name in it.
    pub imports_all: bool,
}

/// A name in the scope that has its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name, for [`Scopes::name`]: of a private one in a class the name that the compiler makes of it.
    pub name: NameId,
    /// The scope that has it. What nothing binds anywhere is the module's, as are Python's own names.
    pub scope: ScopeId,
    /// Whether anything in the text binds it.
    pub is_bound: bool,
    /// Whether it is a parameter.
    pub is_parameter: bool,
}

/// What is done with a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessKind {
    /// Its value is read.
    Read,
    /// It is bound to a value.
    Write,
    /// It is deleted; also at the end of an `except … as`.
    Delete,
    /// It is named in `global` or `nonlocal`, or annotated without a value: nothing happens when it runs.
    Declare,
}

/// One thing that is done with a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The `Name` or `Identifier`. One of an augmented assignment is read and written, one of `except … as` written
    /// and deleted.
    pub node: NodeId,
    /// What is done.
    pub kind: AccessKind,
    /// The scope in which it is done.
    pub scope: ScopeId,
    /// With what.
    pub variable: VariableId,
}

/// The scopes, variables and accesses of a text.
#[derive(Clone, Debug)]
pub struct Scopes {
    scopes: Vec<Scope>,
    variables: Vec<Variable>,
    accesses: Vec<Access>,
    /// Names of private variables, numbered on from the tree's own.
    mangled: Vec<Box<str>>,
}

impl Scopes {
    /// Analyses a tree.
    pub fn of(tree: &Tree<'_>) -> Self {
        tree.recurse(|| walk::scopes(tree))
    }

    /// The scopes: a scope behind the one around it.
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// The variables.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Every access, in the order in which the text is evaluated, one branch behind the other; the body of a function
    /// where it is defined, before the function's own name is bound.
    pub fn accesses(&self) -> &[Access] {
        &self.accesses
    }

    /// A scope by its number.
    pub fn scope(&self, scope: ScopeId) -> &Scope {
        &self.scopes[scope.0 as usize]
    }

    /// A variable by its number.
    pub fn variable(&self, variable: VariableId) -> &Variable {
        &self.variables[variable.0 as usize]
    }

    /// The name of a variable of this analysis of `tree`.
    pub fn name<'s>(&'s self, tree: &'s Tree<'_>, name: NameId) -> &'s str {
        match (name.0 as usize).checked_sub(tree.n_names()) {
            Some(mangled) => &self.mangled[mangled],
            None => tree.name(name),
        }
    }
}

#[cfg(test)]
mod tests;
