//! Functions that something else than Python compiles: a probe in them would be an error there.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memmem;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Decorator, Expr, ExprCall};

use crate::parse::with_module;
use crate::{Dialect, SyntaxError};

/// Decorators of numba, JAX, Triton and Spark, whatever they are imported from.
const COMPILERS: &[&str] = &[
    "jit",
    "njit",
    "pjit",
    "generated_jit",
    "guvectorize",
    "cfunc",
    "stencil",
    "overload",
    "overload_method",
    "overload_attribute",
    "jitclass",
    "udf",
    "pandas_udf",
];

/// Words that mean a compiler only in these modules.
const COMPILERS_OF: &[(&str, &[&str])] = &[
    ("tf", &["function"]),
    ("tensorflow", &["function"]),
    ("torch", &["script", "script_method", "compile"]),
    ("numba", &["vectorize"]),
    ("nb", &["vectorize"]),
    ("ti", &["kernel", "func", "data_oriented", "pyfunc"]),
    ("taichi", &["kernel", "func", "data_oriented", "pyfunc"]),
    ("ray", &["remote"]),
];

/// Searches for every word of the tables.
static FINDERS: LazyLock<Vec<memmem::Finder<'static>>> = LazyLock::new(|| {
    let words = COMPILERS.iter().chain(COMPILERS_OF.iter().flat_map(|(_, words)| *words));
    words.collect::<BTreeSet<_>>().into_iter().map(memmem::Finder::new).collect()
});

/// Names of functions that the text hands to a compiler in a call: `fast = njit(slow)`.
///
/// # Errors
/// If the text does not parse.
pub fn compiled_functions(text: &str, dialect: Dialect) -> Result<BTreeSet<String>, SyntaxError> {
    // Most texts are settled by a look at their bytes.
    let may_call = |word: &memmem::Finder<'_>| {
        word.find_iter(text.as_bytes()).any(|at| is_called(text, at + word.needle().len()))
    };
    if !FINDERS.iter().any(may_call) {
        return Ok(BTreeSet::new());
    }
    with_module(text, dialect, |module| {
        let mut calls = Calls(BTreeSet::new());
        calls.visit_body(&module.body);
        calls.0
    })
}

/// Whether `(` or the `,` of `partial(jit, …)` comes next.
fn is_called(text: &str, at: usize) -> bool {
    matches!(text[at..].trim_start().as_bytes().first(), Some(b'(' | b','))
}

/// Whether one of the decorators compiles what it decorates.
pub(crate) fn is_compiled(decorators: &[Decorator]) -> bool {
    decorators.iter().any(|decorator| is_compiler(&decorator.expression))
}

/// Whether an expression is a compiler: `jit`, `numba.jit`, `jit(parallel=True)`, `partial(jax.jit, …)`.
fn is_compiler(expression: &Expr) -> bool {
    match expression {
        Expr::Call(call) => is_compiler(&call.func) || is_partial_compiler(call),
        Expr::Name(name) => is_compiler_word("", &name.id),
        Expr::Attribute(attribute) => is_compiler_word(root(&attribute.value), &attribute.attr),
        _ => false,
    }
}

fn is_partial_compiler(call: &ExprCall) -> bool {
    let partial = match &*call.func {
        Expr::Name(name) => name.id == "partial",
        Expr::Attribute(attribute) => attribute.attr == *"partial",
        _ => false,
    };
    partial && call.arguments.args.first().is_some_and(|first| !first.is_call_expr() && is_compiler(first))
}

fn is_compiler_word(root: &str, word: &str) -> bool {
    (COMPILERS.contains(&word) && !matches!(root, "typing" | "t"))
        || (root.is_empty() && word == "vectorize")
        || COMPILERS_OF.iter().any(|(module, words)| *module == root && words.contains(&word))
}

fn root(expression: &Expr) -> &str {
    match expression {
        Expr::Name(name) => &name.id,
        Expr::Attribute(attribute) => root(&attribute.value),
        _ => "",
    }
}

struct Calls(BTreeSet<String>);

impl<'a> Visitor<'a> for Calls {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression
            && let Some(Expr::Name(name)) = call.arguments.args.first()
            && is_compiler(&call.func)
        {
            self.0.insert(name.id.to_string());
        }
        visitor::walk_expr(self, expression);
    }
}

#[cfg(test)]
mod tests {
    use crate::Dialect;

    #[test]
    fn functions_handed_to_a_compiler() {
        let text = "a = njit(f)\nb = numba.jit(nopython=True)(g)\nc = np.vectorize(h)\nd = tf.function(i)\n\
                    e = torch.jit.script(j)\nk = partial(jax.jit, static_argnums=0)(l)\nprint(m)\n";
        let names = super::compiled_functions(text, Dialect::Python).unwrap();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["f", "g", "i", "j", "l"]);
    }
}
