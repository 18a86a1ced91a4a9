//! The packages that a text imports.

use std::collections::BTreeSet;

use ruff_python_ast::Stmt;
use ruff_python_ast::visitor::{self, Visitor};

use crate::parse::with_module;
use crate::{Dialect, SyntaxError};

/// First parts of the modules that a text imports, wherever it does (`sklearn` of `from sklearn.svm import
/// SVC`); relative imports are left out, they need no package.
///
/// # Errors
/// If the text does not parse.
pub fn imports(text: &str, dialect: Dialect) -> Result<BTreeSet<String>, SyntaxError> {
    if !text.contains("import") {
        return Ok(BTreeSet::new());
    }
    with_module(text, dialect, |module| {
        let mut imports = Imports(BTreeSet::new());
        imports.visit_body(&module.body);
        imports.0
    })
}

struct Imports(BTreeSet<String>);

impl Imports {
    fn add(&mut self, module: &str) {
        // Blanks may stand round the dot.
        let root = module.split('.').next().unwrap_or(module).trim();
        self.0.insert(root.to_owned());
    }
}

impl Visitor<'_> for Imports {
    fn visit_stmt(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Import(it) => it.names.iter().for_each(|alias| self.add(&alias.name)),
            Stmt::ImportFrom(it) if it.level == 0 => {
                if let Some(module) = &it.module {
                    self.add(module);
                }
            }
            other => visitor::walk_stmt(self, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::imports;
    use crate::Dialect;

    #[test]
    fn only_the_first_part_of_what_is_absolute() {
        let text = "import numpy as np, os.path\ntry:\n    from sklearn . svm import SVC\nexcept ImportError:\n    \
            from . import helpers\ndef f():\n    import yaml; from .near import x\n'import nothing'\n";
        let found = imports(text, Dialect::Python).map(|found| found.into_iter().collect::<Vec<_>>());
        assert_eq!(found, Ok(["numpy", "os", "sklearn", "yaml"].map(str::to_owned).to_vec()));
    }

    #[test]
    fn what_does_not_parse_says_so() {
        assert!(imports("import a\nprint 3", Dialect::Python).is_err());
    }
}
