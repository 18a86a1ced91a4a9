//! What a text writes down of a name's value without being run: the value itself (`x = 3`,
//! `self.rate = 0.1`, `f(verbose=True)`, `def f(n_rows=10)`), or only its type, where an expression shows it
//! (`rows = [r for r in f]`), somebody declared it (`path: str`, or a line of documentation), or it is used as only
//! one type is (`rows.append(r)`).
//! Nothing is computed; a value is a literal through and through or it is no value.

use std::ops::Range;
use std::sync::Arc;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Keyword, Number, Parameters, Stmt, UnaryOp};
use ruff_text_size::Ranged;

use crate::inferred::{Names, annotated, documented, type_of};
use crate::parse::with_module;
use crate::place::bytes;
use crate::receivers::{said_of, taken_by};
use crate::{Dialect, SyntaxError};

/// A name and what is written of its value. Ranges are in bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The name; of an attribute its last part.
    pub name: String,
    /// How they stand together: `assign`, `ann_assign`, `attribute`, `keyword`, `parameter`, `docstring`, or `use`.
    pub kind: &'static str,
    /// Where the name stands; of a docstring its first three characters.
    pub name_range: Range<usize>,
    /// The assignment, the keyword with its value, the parameter with its default, the docstring, or what the name is
    /// used in.
    pub range: Range<usize>,
    /// Enclosing functions and classes, joined by dots; `""` at the top.
    pub scope: Arc<str>,
    /// What is known.
    pub holds: Holds,
}

/// What a text tells of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Holds {
    /// The value.
    Value(Constant),
    /// Its type, which the expression shows.
    Inferred(String),
    /// Its type, as an annotation or documentation says.
    Declared(String),
    /// Its type, as what is done with it says.
    Used(String),
}

/// A value that is written down.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "named as in Python")]
pub enum Constant {
    None,
    Bool(bool),
    /// A whole number; larger ones than this are not listed.
    Int(i128),
    Float(f64),
    /// A complex number without a real part.
    Imaginary(f64),
    Str(String),
    Bytes(Vec<u8>),
    List(Vec<Constant>),
    Tuple(Vec<Constant>),
    /// In the order of the text, each once.
    Set(Vec<Constant>),
    /// In the order of the text; of equal keys the last value counts, at the place of the first.
    Dict(Vec<(Constant, Constant)>),
}

/// Reads the texts of one script in their order, and remembers from one to the next which names are modules and of
/// what types others are.
#[derive(Default)]
pub struct Reader {
    names: Names,
}

impl Reader {
    /// Lists the names of a text of whose values something is written, by place.
    ///
    /// # Errors
    /// If the text does not parse.
    pub fn read(&mut self, text: &str, dialect: Dialect) -> Result<Vec<Written>, SyntaxError> {
        with_module(text, dialect, |module| {
            let mut walk = Walk { found: Vec::new(), scope: "".into(), names: &mut self.names };
            walk.visit_body(&module.body);
            walk.found.sort_by_key(|written| written.name_range.start);
            walk.found
        })
    }

    /// Whether a name was imported, in whatever text and scope.
    pub fn is_imported(&self, name: &str) -> bool {
        self.names.is_module(name)
    }
}

struct Walk<'n> {
    found: Vec<Written>,
    scope: Arc<str>,
    names: &'n mut Names,
}

impl Walk<'_> {
    fn add(
        &mut self,
        name: &str,
        kind: &'static str,
        name_range: Range<usize>,
        range: Range<usize>,
        holds: Option<Holds>,
    ) {
        if let Some(holds) = holds {
            let scope = self.scope.clone();
            self.found.push(Written { name: name.to_owned(), kind, name_range, range, scope, holds });
        }
    }

    /// A target with what is assigned to it; a tuple with a tuple part by part.
    fn assign(&mut self, kind: &'static str, target: &Expr, value: &Expr, range: &Range<usize>) {
        let parts = |it: &Expr| -> Option<Vec<Expr>> {
            match it {
                Expr::Tuple(tuple) => Some(tuple.elts.clone()),
                Expr::List(list) => Some(list.elts.clone()),
                _ => None,
            }
        };
        match target {
            Expr::Name(name) => {
                let held = self.type_of(value);
                self.names.bind(&self.scope, name.id.as_str(), held);
                let holds = self.holds(value);
                self.add(name.id.as_str(), kind, bytes(name.range), range.clone(), holds);
            }
            Expr::Attribute(it) => {
                let holds = self.holds(value);
                self.add(it.attr.as_str(), "attribute", bytes(it.attr.range), range.clone(), holds);
            }
            Expr::Tuple(_) | Expr::List(_) => {
                if let (Some(targets), Some(values)) = (parts(target), parts(value))
                    && targets.len() == values.len()
                    && !targets.iter().chain(&values).any(Expr::is_starred_expr)
                {
                    for (target, value) in targets.iter().zip(&values) {
                        self.assign(kind, target, value, range);
                    }
                }
            }
            _ => {}
        }
    }

    fn type_of(&self, expression: &Expr) -> Option<String> {
        type_of(expression, self.names, &self.scope)
    }

    /// The value of an expression, or else its type.
    fn holds(&self, expression: &Expr) -> Option<Holds> {
        constant(expression).map(Holds::Value).or_else(|| self.type_of(expression).map(Holds::Inferred))
    }

    /// A name, or the last part of an attribute, that is used as only one type is.
    fn used(&mut self, object: &Expr, within: Range<usize>, type_name: Option<&str>) {
        let (name, range) = match object {
            Expr::Name(it) => (it.id.as_str(), it.range),
            Expr::Attribute(it) => (it.attr.as_str(), it.attr.range),
            _ => return,
        };
        self.add(name, "use", bytes(range), within, type_name.map(|it| Holds::Used(it.to_owned())));
    }

    /// The parameters and attributes that a docstring lists as `name : type`.
    fn docstring(&mut self, body: &[Stmt]) {
        if let Some(Stmt::Expr(first)) = body.first()
            && let Expr::StringLiteral(text) = &*first.value
        {
            let range = bytes(text.range);
            for (name, type_name) in documented(text.value.to_str()) {
                let place = range.start..range.start + 3;
                self.add(name, "docstring", place, range.clone(), Some(Holds::Declared(type_name)));
            }
        }
    }

    fn inside(&mut self, name: &str, visit: impl FnOnce(&mut Self)) {
        let inner = if self.scope.is_empty() { name.into() } else { format!("{}.{name}", self.scope).into() };
        let outer = std::mem::replace(&mut self.scope, inner);
        visit(self);
        self.scope = outer;
    }
}

impl<'a> Visitor<'a> for Walk<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(it) => {
                for target in &it.targets {
                    self.assign("assign", target, &it.value, &bytes(it.range));
                }
            }
            Stmt::AnnAssign(it) => {
                if let Some(value) = &it.value {
                    self.assign("ann_assign", &it.target, value, &bytes(it.range));
                }
                let target = match &*it.target {
                    Expr::Name(name) => Some((name.id.as_str(), name.range)),
                    Expr::Attribute(it) => Some((it.attr.as_str(), it.attr.range)),
                    _ => None,
                };
                if let Some((name, range)) = target {
                    let declared = annotated(&it.annotation).map(Holds::Declared);
                    self.add(name, "ann_assign", bytes(range), bytes(it.range), declared);
                }
            }
            Stmt::For(it) => {
                let counts = it.iter.as_call_expr().and_then(|call| call.func.as_name_expr());
                let target = match (counts.map(|name| name.id.as_str()), &*it.target) {
                    (Some("range"), target) => Some(target),
                    (Some("enumerate"), Expr::Tuple(pair)) => pair.elts.first(),
                    _ => None,
                };
                if let Some(target) = target {
                    self.used(target, bytes(it.range), Some("int"));
                }
            }
            Stmt::Import(it) => it.names.iter().for_each(|alias| {
                let name = alias.asname.as_ref().unwrap_or(&alias.name);
                self.names.import(name.split('.').next().unwrap_or(name));
            }),
            Stmt::ImportFrom(it) => {
                it.names
                    .iter()
                    .for_each(|alias| self.names.import(alias.asname.as_ref().unwrap_or(&alias.name)));
            }
            _ => {}
        }
        match statement {
            Stmt::FunctionDef(it) => self.inside(&it.name, |walk| {
                walk.docstring(&it.body);
                visitor::walk_stmt(walk, statement);
            }),
            Stmt::ClassDef(it) => self.inside(&it.name, |walk| {
                walk.docstring(&it.body);
                visitor::walk_stmt(walk, statement);
            }),
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_parameters(&mut self, parameters: &'a Parameters) {
        for it in parameters.iter_non_variadic_params() {
            let name = &it.parameter.name;
            let declared = it.parameter.annotation().and_then(annotated).map(Holds::Declared);
            for holds in [it.default().and_then(|it| self.holds(it)), declared] {
                self.add(name.as_str(), "parameter", bytes(name.range), bytes(it.range), holds);
            }
        }
        visitor::walk_parameters(self, parameters);
    }

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        if let Some(name) = &keyword.arg {
            let holds = self.holds(&keyword.value);
            self.add(name.as_str(), "keyword", bytes(name.range), bytes(keyword.range()), holds);
        }
        visitor::walk_keyword(self, keyword);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Attribute(it) => self.used(&it.value, bytes(it.range), said_of(it.attr.as_str())),
            Expr::Call(it) => {
                let function = match &*it.func {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(it) => it.attr.as_str(),
                    _ => "",
                };
                if let Some(first) = it.arguments.args.first() {
                    self.used(first, bytes(it.range()), taken_by(function));
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}

/// The value of an expression that is a literal; `None` of any other.
fn constant(expression: &Expr) -> Option<Constant> {
    let all = |items: &[Expr]| items.iter().map(constant).collect::<Option<Vec<_>>>();
    Some(match expression {
        Expr::NoneLiteral(_) => Constant::None,
        Expr::BooleanLiteral(it) => Constant::Bool(it.value),
        Expr::NumberLiteral(it) => match &it.value {
            Number::Int(value) => Constant::Int(i128::from(value.as_u64()?)),
            Number::Float(value) => Constant::Float(*value),
            Number::Complex { imag, .. } => Constant::Imaginary(*imag),
        },
        Expr::UnaryOp(it) => match (it.op, constant(&it.operand)?) {
            (UnaryOp::USub, Constant::Int(value)) => Constant::Int(-value),
            (UnaryOp::USub, Constant::Float(value)) => Constant::Float(-value),
            (UnaryOp::UAdd, value @ (Constant::Int(_) | Constant::Float(_))) => value,
            _ => return None,
        },
        Expr::StringLiteral(it) => Constant::Str(it.value.to_str().to_owned()),
        Expr::BytesLiteral(it) => Constant::Bytes(it.value.bytes().collect()),
        Expr::List(it) => Constant::List(all(&it.elts)?),
        Expr::Tuple(it) => Constant::Tuple(all(&it.elts)?),
        Expr::Set(it) => {
            let mut items = Vec::new();
            for item in all(&it.elts)? {
                if !items.contains(&item) {
                    items.push(item);
                }
            }
            Constant::Set(items)
        }
        Expr::Dict(it) => {
            let mut items: Vec<(Constant, Constant)> = Vec::with_capacity(it.items.len());
            for item in &it.items {
                let (key, value) = (constant(item.key.as_ref()?)?, constant(&item.value)?);
                // Large tables of data have no double keys worth a quadratic search.
                match items.iter_mut().take(200).find(|(known, _)| *known == key) {
                    Some((_, old)) => *old = value,
                    None => items.push((key, value)),
                }
            }
            Constant::Dict(items)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Constant, Holds, Reader};
    use crate::Dialect;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str, Constant)]) {
        let found = Reader::default().read(text, Dialect::Ipython).unwrap();
        let found: Vec<_> = found
            .iter()
            .filter_map(|it| match &it.holds {
                Holds::Value(value) => Some((it.name.as_str(), it.kind, value.clone())),
                _ => None,
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn types_where_there_is_no_value() {
        let text = "def f(path: str, *, n: Optional[int] = None, df=pd.DataFrame()):\n    \"\"\"Reads.\n\n    \
                    ax, bx : matplotlib.axes.Axes, optional\n    \"\"\"\n    rows = [r for r in path]\n    \
                    self.total = sum(1 for r in rows) / 2.0\n    text = f'{n}' + path\n    g(unknown=h())\n";
        let found = Reader::default().read(text, Dialect::Python).unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|it| match &it.holds {
                Holds::Value(_) => format!("{} {} value", it.name, it.kind),
                Holds::Inferred(name) => format!("{} {} {name}", it.name, it.kind),
                Holds::Declared(name) => format!("{} {}: {name}", it.name, it.kind),
                Holds::Used(name) => format!("{} {} as {name}", it.name, it.kind),
            })
            .collect();
        let expected = [
            "path parameter: str",
            "n parameter value",
            "n parameter: int",
            "df parameter pandas.DataFrame",
            "ax docstring: Axes",
            "bx docstring: Axes",
            "rows assign list",
            "total attribute float",
            "text assign str",
        ];
        assert_eq!(shown, expected);
    }

    /// What is inferred and used in the texts of one script, in their order.
    fn types(texts: &[&str]) -> Vec<String> {
        let mut reader = Reader::default();
        let found = texts.iter().flat_map(|text| reader.read(text, Dialect::Ipython).unwrap());
        found
            .filter_map(|it| match it.holds {
                Holds::Inferred(type_name) => Some(format!("{} {type_name}", it.name)),
                Holds::Used(type_name) => Some(format!("{} as {type_name}", it.name)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn what_was_seen_of_a_name_goes_on_to_the_next_text() {
        let texts =
            ["x = np.zeros(3)\nn = 2\n", "y = x ** n\nhalf = n / 4\nrows = x.shape[0]\nx = f()\nz = x + 1\n"];
        let expected = ["x numpy.ndarray", "y numpy.ndarray", "half float", "rows int"];
        assert_eq!(types(&texts), expected);
        let texts = [
            "df = pd.DataFrame()\n",
            "part = df[df.a > 3]\ncol = df['a']\nmeans = df.mean()\nother = df[k]\n",
        ];
        let expected =
            ["df pandas.DataFrame", "part pandas.DataFrame", "col pandas.Series", "means pandas.Series"];
        assert_eq!(types(&texts), expected);
        // What a function binds is its own.
        assert_eq!(types(&["def f():\n    x = 'a'.strip()\n", "y = x\n"]), ["x str"]);
    }

    #[test]
    fn use_tells_a_type_where_only_one_has_it() {
        let text = "rows.append(1)\nself.word.lower()\nfor i in range(n):\n    open(path)\nx.copy()\n";
        let expected = ["rows as list", "word as str", "i as int", "n as int", "path as str"];
        assert_eq!(types(&[text]), expected);
        let mut reader = Reader::default();
        reader.read("import numpy as np\nfrom os import path\n", Dialect::Python).unwrap();
        let imported = ["np", "path", "numpy"].map(|name| reader.is_imported(name));
        assert_eq!(imported, [true, true, false]);
    }

    #[test]
    fn where_literals_stand() {
        let int = Constant::Int;
        check("x = y = 3\n", &[("x", "assign", int(3)), ("y", "assign", int(3))]);
        check("self.rate: float = -0.5\n", &[("rate", "attribute", Constant::Float(-0.5))]);
        check("n: int = 1\nm: int\n", &[("n", "ann_assign", int(1))]);
        check("a, (b, c) = 1, [2, f()]\n", &[("a", "assign", int(1)), ("b", "assign", int(2))]);
        check("a, *b = 1, 2\na, b = 1,\n", &[]);
        check("f(g(n=1), *a, m=x, **k)\n", &[("n", "keyword", int(1))]);
        check("f = lambda a, b=2: h(c=b, d=4)\n", &[("b", "parameter", int(2)), ("d", "keyword", int(4))]);
        check("x += 1\nx[0] = 1\nx = 1 + 1\nx = f'{1}'\n", &[]);
    }

    #[test]
    fn values() {
        let text = |it: &str| Constant::Str(it.to_owned());
        check("x = 'a' \"b\\n\"\n", &[("x", "assign", text("ab\n"))]);
        check("x = b'\\xff'\n", &[("x", "assign", Constant::Bytes(vec![255]))]);
        check("x = {1, 1, 2}\n", &[("x", "assign", Constant::Set(vec![Constant::Int(1), Constant::Int(2)]))]);
        let dict = vec![(text("a"), Constant::Int(3)), (text("b"), Constant::None)];
        check("x = {'a': 1, 'b': None, 'a': 3}\n", &[("x", "assign", Constant::Dict(dict))]);
        check("x = {'a': 1, **b}\n", &[]);
        check(
            "x = (True, 2j, 1e400)\n",
            &[(
                "x",
                "assign",
                Constant::Tuple(vec![
                    Constant::Bool(true),
                    Constant::Imaginary(2.0),
                    Constant::Float(f64::INFINITY),
                ]),
            )],
        );
        check("x = 99999999999999999999999999999999\n", &[]);
    }

    #[test]
    fn scopes_and_ranges() {
        let text = "class A:\n    def f(self, n=1):\n        fit(alpha=0.5)\n";
        let found = Reader::default().read(text, Dialect::Python).unwrap();
        let places: Vec<_> = found.iter().map(|it| (&*it.scope, &text[it.range.clone()])).collect();
        assert_eq!(places, [("A.f", "n=1"), ("A.f", "alpha=0.5")]);
    }
}
