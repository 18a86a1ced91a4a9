//! What a text writes down of a name's value without being run: the value itself (`x = 3`,
//! `self.rate = 0.1`, `f(verbose=True)`, `def f(n_rows=10)`), or only its type, where an expression shows it
//! (`rows = [r for r in f]`), somebody declared it (`path: str`, or a line of documentation), or it is used as only
//! one type is (`rows.append(r)`).
//! Nothing is computed; a value is a literal through and through or it is no value.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use pysource::{Field, Literal, Node, NodeKind, Operator, Tree};

use crate::inferred::{Names, annotated, documented, type_of};
use crate::receivers::{said_of, taken_by};

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
    pub fn read(&mut self, tree: &Tree<'_>) -> Vec<Written> {
        tree.recurse(|| {
            let mut walk = Walk { found: Vec::new(), scope: "".into(), names: &mut self.names };
            walk.visit(tree.root());
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
    fn assign(&mut self, kind: &'static str, target: Node<'_>, value: Node<'_>, range: &Range<usize>) {
        let is_row = |it: Node<'_>| matches!(it.kind(), NodeKind::Tuple | NodeKind::List);
        match target.kind() {
            NodeKind::Name => {
                let held = self.type_of(value);
                let name = target.name().unwrap_or_default();
                self.names.bind(&self.scope, name, held);
                let holds = self.holds(value);
                self.add(name, kind, target.range(), range.clone(), holds);
            }
            NodeKind::Attribute => {
                let holds = self.holds(value);
                self.add_of(target, "attribute", range.clone(), holds);
            }
            _ if is_row(target) && is_row(value) => {
                let is_starred = |it: Node<'_>| it.kind() == NodeKind::Starred;
                if target.children().count() == value.children().count()
                    && !target.children().chain(value.children()).any(is_starred)
                {
                    for (target, value) in target.children().zip(value.children()) {
                        self.assign(kind, target, value, range);
                    }
                }
            }
            _ => {}
        }
    }

    /// As `add`, of a name or of the last part of an attribute; of anything else nothing.
    fn add_of(&mut self, object: Node<'_>, kind: &'static str, range: Range<usize>, holds: Option<Holds>) {
        let place = match object.kind() {
            NodeKind::Name => Some(object),
            NodeKind::Attribute => object.get(Field::Attr),
            _ => None,
        };
        if let Some(place) = place {
            self.add(place.name().unwrap_or_default(), kind, place.range(), range, holds);
        }
    }

    fn type_of(&self, expression: Node<'_>) -> Option<String> {
        type_of(expression, self.names, &self.scope)
    }

    /// The value of an expression, or else its type.
    fn holds(&self, expression: Node<'_>) -> Option<Holds> {
        constant(expression).map(Holds::Value).or_else(|| self.type_of(expression).map(Holds::Inferred))
    }

    /// A name, or the last part of an attribute, that is used as only one type is.
    fn used(&mut self, object: Node<'_>, within: Range<usize>, type_name: Option<&str>) {
        self.add_of(object, "use", within, type_name.map(|it| Holds::Used(it.to_owned())));
    }

    /// The parameters and attributes that a docstring lists as `name : type`.
    fn docstring(&mut self, definition: Node<'_>) {
        let first = definition.get(Field::Body).filter(|first| first.kind() == NodeKind::Expr);
        if let Some(value) = first.and_then(|first| first.get(Field::Value))
            && value.kind() == NodeKind::Str
            && let Some(text) = value.string()
        {
            let range = value.range();
            for (name, type_name) in documented(text) {
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

impl Walk<'_> {
    fn visit(&mut self, node: Node<'_>) {
        match node.kind() {
            NodeKind::FunctionDef | NodeKind::ClassDef => {
                return self.inside(node.name().unwrap_or_default(), |walk| {
                    walk.docstring(node);
                    node.children().for_each(|child| walk.visit(child));
                });
            }
            NodeKind::Assign => {
                let value = node.get(Field::Value);
                for (target, value) in node.all(Field::Targets).filter_map(|target| Some((target, value?))) {
                    self.assign("assign", target, value, &node.range());
                }
            }
            NodeKind::AnnAssign => {
                if let Some(target) = node.get(Field::Target) {
                    if let Some(value) = node.get(Field::Value) {
                        self.assign("ann_assign", target, value, &node.range());
                    }
                    let declared = node.get(Field::Annotation).and_then(annotated).map(Holds::Declared);
                    self.add_of(target, "ann_assign", node.range(), declared);
                }
            }
            NodeKind::For => {
                let counts = node.get(Field::Iter).filter(|iter| iter.kind() == NodeKind::Call);
                let counts = counts.and_then(|call| call.get(Field::Func));
                let counts = counts.filter(|function| function.kind() == NodeKind::Name).and_then(Node::name);
                let target = node.get(Field::Target);
                let target = match (counts, target) {
                    (Some("range"), target) => target,
                    (Some("enumerate"), Some(pair)) if pair.kind() == NodeKind::Tuple => {
                        pair.children().next()
                    }
                    _ => None,
                };
                if let Some(target) = target {
                    self.used(target, node.range(), Some("int"));
                }
            }
            NodeKind::Import | NodeKind::ImportFrom => {
                for alias in node.all(Field::Names) {
                    let name =
                        alias.get(Field::Asname).and_then(Node::name).or(alias.name()).unwrap_or_default();
                    let is_whole = node.kind() == NodeKind::ImportFrom;
                    self.names.import(if is_whole { name } else { name.split('.').next().unwrap_or(name) });
                }
            }
            NodeKind::Parameters => {
                let is_variadic = |it: &Node<'_>| matches!(it.field(), Field::Vararg | Field::Kwarg);
                for parameter in node.children().filter(|it| !is_variadic(it)) {
                    let declared = parameter.get(Field::Annotation).and_then(annotated).map(Holds::Declared);
                    let default = parameter.get(Field::Default).and_then(|it| self.holds(it));
                    let Some(name) = parameter.get(Field::Name) else { continue };
                    for holds in [default, declared] {
                        let text = name.name().unwrap_or_default();
                        self.add(text, "parameter", name.range(), parameter.range(), holds);
                    }
                }
            }
            NodeKind::Keyword => {
                if let (Some(name), Some(value)) = (node.get(Field::Name), node.get(Field::Value)) {
                    let holds = self.holds(value);
                    let text = name.name().unwrap_or_default();
                    self.add(text, "keyword", name.range(), node.range(), holds);
                }
            }
            NodeKind::Attribute => {
                if let Some(object) = node.get(Field::Value) {
                    self.used(object, node.range(), node.name().and_then(said_of));
                }
            }
            NodeKind::Call => {
                let function = node.get(Field::Func).map(|function| match function.kind() {
                    NodeKind::Name | NodeKind::Attribute => function.name().unwrap_or_default(),
                    _ => "",
                });
                if let Some(first) = node.get(Field::Args) {
                    self.used(first, node.range(), function.and_then(taken_by));
                }
            }
            _ => {}
        }
        node.children().for_each(|child| self.visit(child));
    }
}

/// The value of an expression that is a literal; `None` of any other.
fn constant(expression: Node<'_>) -> Option<Constant> {
    let all = || expression.children().map(constant).collect::<Option<Vec<_>>>();
    Some(match expression.kind() {
        NodeKind::None => Constant::None,
        NodeKind::Bool => Constant::Bool(expression.is_true()),
        NodeKind::Number | NodeKind::Str | NodeKind::Bytes => match expression.literal()? {
            Literal::Int(value) => Constant::Int(i128::from((*value)?)),
            Literal::Float(value) => Constant::Float(*value),
            Literal::Imaginary(value) => Constant::Imaginary(*value),
            Literal::Str(text) => Constant::Str(text.to_string()),
            Literal::Bytes(bytes) => Constant::Bytes(bytes.to_vec()),
        },
        NodeKind::UnaryOp => match (expression.operator()?, constant(expression.get(Field::Operand)?)?) {
            (Operator::USub, Constant::Int(value)) => Constant::Int(-value),
            (Operator::USub, Constant::Float(value)) => Constant::Float(-value),
            (Operator::UAdd, value @ (Constant::Int(_) | Constant::Float(_))) => value,
            _ => return None,
        },
        NodeKind::List => Constant::List(all()?),
        NodeKind::Tuple => Constant::Tuple(all()?),
        NodeKind::Set => {
            let mut items = all()?;
            let mut seen = HashSet::with_capacity(items.len());
            // A text that is the same for equal values only; 0 has two signs.
            items.retain(|item| {
                seen.insert(match item {
                    Constant::Float(value) => format!("{:?}", Constant::Float(value + 0.0)),
                    item => format!("{item:?}"),
                })
            });
            Constant::Set(items)
        }
        NodeKind::Dict => {
            let mut items: Vec<(Constant, Constant)> = Vec::new();
            let mut parts = expression.children();
            while let Some(key) = parts.next() {
                // `**other` has no key.
                let key = if key.field() == Field::Keys { constant(key)? } else { return None };
                let value = constant(parts.next()?)?;
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
    use pysource::{Dialect, Tree};

    use super::{Constant, Holds, Reader, Written};

    fn read(reader: &mut Reader, text: &str) -> Vec<Written> {
        reader.read(&Tree::parse(text, Dialect::Ipython).unwrap())
    }

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str, Constant)]) {
        let found = read(&mut Reader::default(), text);
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
        let found = read(&mut Reader::default(), text);
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
        let found = texts.iter().flat_map(|text| read(&mut reader, text));
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
        read(&mut reader, "import numpy as np\nfrom os import path\n");
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
        let found = read(&mut Reader::default(), text);
        let places: Vec<_> = found.iter().map(|it| (&*it.scope, &text[it.range.clone()])).collect();
        assert_eq!(places, [("A.f", "n=1"), ("A.f", "alpha=0.5")]);
    }
}
