//! Types that a text shows without being run: of an expression, an annotation, a line of documentation.
//!
//! A guess in the manner of a reader: `len(x)` is an int and `pd.read_csv(p)` a frame because nearly everybody
//! means that. It serves to count what names hold, where one wrong guess among many does no harm; nothing is
//! decided by it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pysource::{Field, Literal, Node, NodeKind, Operator};

use crate::receivers::{attribute_of, method_of};
use crate::table::{Table, look_up};

/// What functions and methods of these names return, whatever they belong to.
const CALLS: &Table = &[
    (
        "bool",
        &[
            "all",
            "any",
            "bool",
            "callable",
            "endswith",
            "exists",
            "hasattr",
            "isdir",
            "isfile",
            "isinstance",
            "startswith",
        ],
    ),
    ("bytes", &["bytes", "encode"]),
    ("collections.Counter", &["Counter"]),
    ("datetime.datetime", &["now", "strptime", "today", "utcnow"]),
    ("dict", &["OrderedDict", "defaultdict", "dict", "loads"]),
    ("float", &["float", "max", "mean", "median", "min", "perf_counter", "std", "sum", "time", "var"]),
    ("frozenset", &["frozenset"]),
    ("int", &["count", "find", "id", "index", "int", "len", "ord"]),
    ("list", &["glob", "list", "listdir", "readlines", "sorted", "split", "splitlines", "tolist"]),
    ("matplotlib.axes.Axes", &["add_axes", "add_subplot", "gca"]),
    ("matplotlib.figure.Figure", &["figure", "gcf"]),
    ("module", &["import_module"]),
    (
        "numpy.ndarray",
        &[
            "arange",
            "argmax",
            "argsort",
            "array",
            "asarray",
            "astype",
            "choice",
            "clip",
            "concatenate",
            "convolve",
            "cos",
            "cumsum",
            "diff",
            "dot",
            "empty",
            "exp",
            "eye",
            "fft",
            "fit_transform",
            "flatten",
            "full",
            "genfromtxt",
            "hstack",
            "identity",
            "ifft",
            "imread",
            "interp",
            "inv",
            "linspace",
            "loadtxt",
            "log",
            "logspace",
            "matmul",
            "meshgrid",
            "normal",
            "ones",
            "ones_like",
            "permutation",
            "predict",
            "predict_proba",
            "rand",
            "randint",
            "randn",
            "random",
            "ravel",
            "reshape",
            "sin",
            "solve",
            "sqrt",
            "stack",
            "transform",
            "transpose",
            "uniform",
            "unique",
            "vstack",
            "where",
            "zeros",
            "zeros_like",
        ],
    ),
    (
        "pandas.DataFrame",
        &[
            "concat",
            "get_dummies",
            "merge",
            "read_csv",
            "read_excel",
            "read_sql",
            "read_table",
            "reset_index",
        ],
    ),
    ("pandas.Series", &["to_datetime", "value_counts"]),
    ("range", &["range"]),
    ("re.Pattern", &["compile"]),
    ("set", &["set"]),
    (
        "str",
        &[
            "abspath", "basename", "dirname", "format", "getcwd", "input", "join", "lower", "read",
            "replace", "repr", "str", "strftime", "strip", "upper",
        ],
    ),
    ("tuple", &["tuple"]),
    ("type", &["type"]),
    ("zip", &["enumerate", "iter", "map", "zip"]),
];

/// What people write in annotations and documentation, and mean.
const DECLARED: &Table = &[
    ("bool", &["bool", "boolean"]),
    ("bytes", &["bytes"]),
    ("datetime.datetime", &["datetime"]),
    ("dict", &["Dict", "Mapping", "dict"]),
    ("float", &["float"]),
    ("function", &["Callable", "callable"]),
    ("int", &["int", "integer"]),
    ("list", &["List", "Sequence", "iterable", "list", "sequence"]),
    ("numpy.ndarray", &["ArrayLike", "NDArray", "array", "array_like", "ndarray"]),
    ("pathlib.PosixPath", &["Path"]),
    ("set", &["Set", "set"]),
    ("str", &["str", "string"]),
    ("tuple", &["Tuple", "tuple"]),
    ("type", &["Type", "type"]),
];

/// Annotations that say nothing about the value.
const VAGUE: [&str; 13] = [
    "Any", "ClassVar", "Final", "Generic", "Hashable", "Iterable", "Literal", "None", "Optional", "Protocol",
    "Self", "TypeVar", "Union",
];

/// Functions that answer a number with a number, and an array with an array.
const ELEMENTWISE: [&str; 12] =
    ["abs", "clip", "cos", "exp", "log", "log10", "max", "min", "round", "sin", "sqrt", "tan"];

/// What was seen of names so far: which of them are modules, and of what types the others are.
#[derive(Default)]
pub(crate) struct Names {
    modules: BTreeSet<String>,
    /// By scope, then by name.
    types: BTreeMap<Arc<str>, BTreeMap<String, String>>,
}

impl Names {
    pub(crate) fn import(&mut self, name: &str) {
        self.modules.insert(name.to_owned());
    }

    pub(crate) fn is_module(&self, name: &str) -> bool {
        self.modules.contains(name)
    }

    /// A name is bound: to a value of this type, or to one of which nothing is known.
    pub(crate) fn bind(&mut self, scope: &Arc<str>, name: &str, type_name: Option<String>) {
        let names = self.types.entry(scope.clone()).or_default();
        match type_name {
            Some(type_name) => names.insert(name.to_owned(), type_name),
            None => names.remove(name),
        };
    }

    /// The type of a name, in its scope or at the top.
    fn get(&self, scope: &str, name: &str) -> Option<&str> {
        let of = |scope: &str| self.types.get(scope)?.get(name).map(String::as_str);
        of(scope).or_else(|| of(""))
    }
}

/// A class as people call it: `LinearRegression`, but not `T` or `MAX`.
fn is_class(name: &str) -> bool {
    name.len() > 2 && name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

/// The type of an expression, if its form shows it, or what was seen of the names in it.
pub(crate) fn type_of(expression: Node<'_>, names: &Names, scope: &str) -> Option<String> {
    let of = |it: Node<'_>| type_of(it, names, scope);
    let part = |field| expression.get(field);
    let name = match expression.kind() {
        NodeKind::Bool => "bool",
        NodeKind::Number => match expression.literal()? {
            Literal::Int(_) => "int",
            Literal::Float(_) => "float",
            _ => "complex",
        },
        NodeKind::Str | NodeKind::JoinedStr => "str",
        NodeKind::Bytes => "bytes",
        NodeKind::List | NodeKind::ListComp => "list",
        NodeKind::Dict | NodeKind::DictComp => "dict",
        NodeKind::Set | NodeKind::SetComp => "set",
        NodeKind::Tuple => "tuple",
        NodeKind::GeneratorExp => "generator",
        NodeKind::Lambda => "function",
        NodeKind::Name => names.get(scope, expression.name()?)?,
        NodeKind::UnaryOp if expression.operator() == Some(Operator::Not) => "bool",
        NodeKind::UnaryOp => return of(part(Field::Operand)?),
        NodeKind::BinOp => {
            return of_operator(expression.operator()?, of(part(Field::Left)?), of(part(Field::Right)?));
        }
        NodeKind::Compare => {
            let mut operators = expression.all(Field::Op).filter_map(Node::operator);
            if operators
                .any(|it| matches!(it, Operator::In | Operator::NotIn | Operator::Is | Operator::IsNot))
            {
                "bool"
            } else {
                let sides = [of(part(Field::Left)?)?, of(part(Field::Comparators)?)?];
                return Some(sides.into_iter().find(|side| is_array(side)).unwrap_or("bool".to_owned()));
            }
        }
        NodeKind::IfExp => {
            let other = part(Field::Orelse)?;
            return of(part(Field::Body)?).filter(|body| of(other).is_none_or(|other| other == *body));
        }
        NodeKind::Attribute => {
            let (held, name) = (of(part(Field::Value)?), expression.name()?);
            return attribute_of(held.as_deref(), name)
                .map(str::to_owned)
                .or_else(|| (name == "T").then_some(held).flatten());
        }
        NodeKind::Subscript => {
            let value = part(Field::Value)?;
            return of_part(value, part(Field::Slice)?, of(value), &of);
        }
        NodeKind::Call => return of_call(expression, &of),
        _ => return None,
    };
    Some(name.to_owned())
}

fn is_array(type_name: &str) -> bool {
    matches!(type_name, "numpy.ndarray" | "pandas.Series" | "pandas.DataFrame")
}

fn of_call(call: Node<'_>, of: &dyn Fn(Node<'_>) -> Option<String>) -> Option<String> {
    let function = call.get(Field::Func)?;
    let object = match function.kind() {
        NodeKind::Name => None,
        NodeKind::Attribute => function.get(Field::Value),
        _ => return None,
    };
    let name = function.name()?;
    // What a method returns depends on what it belongs to, where that is known.
    if let Some(held) = object.and_then(of)
        && let Some(type_name) = method_of(&held, name)
    {
        return Some(type_name.to_owned());
    }
    // `", ".join(…)` and `os.path.join(…)` are texts; what `frame.join(…)` is cannot be seen.
    let is_text = |object: Node<'_>| {
        object.kind() == NodeKind::Str
            || object.kind() == NodeKind::Attribute && object.name() == Some("path")
    };
    if name == "join" && !object.is_some_and(is_text) {
        return None;
    }
    if ELEMENTWISE.contains(&name)
        && let Some(argument) = call.get(Field::Args).and_then(of)
    {
        match &*argument {
            "int" | "float" if matches!(name, "abs" | "max" | "min" | "round") => return Some(argument),
            "int" | "float" => return Some("float".to_owned()),
            "pandas.Series" | "pandas.DataFrame" if !matches!(name, "max" | "min") => return Some(argument),
            _ => {}
        }
    }
    match name {
        "DataFrame" | "Series" => Some(format!("pandas.{name}")),
        _ => look_up(CALLS, name).map(str::to_owned).or_else(|| is_class(name).then(|| name.to_owned())),
    }
}

/// The type of `value[slice]`, where `held` is the type of the value.
fn of_part(
    value: Node<'_>,
    slice: Node<'_>,
    held: Option<String>,
    of: &dyn Fn(Node<'_>) -> Option<String>,
) -> Option<String> {
    if value.kind() == NodeKind::Attribute && value.name() == Some("shape") {
        return (slice.kind() == NodeKind::Number).then(|| "int".to_owned());
    }
    let held = held?;
    let is_row = is_array(&held) || matches!(&*held, "bytes" | "list" | "str" | "tuple");
    // A mask is a comparison, or several that are joined by `&` and `|`.
    let is_mask = match slice.kind() {
        NodeKind::Compare => true,
        NodeKind::BinOp => of(slice).is_none_or(|it| is_array(&it)),
        _ => false,
    };
    match slice.kind() {
        NodeKind::Slice if is_row => Some(held),
        NodeKind::Str if held == "pandas.DataFrame" => Some("pandas.Series".to_owned()),
        NodeKind::List if is_array(&held) => Some(held),
        _ if held == "str" => Some(held),
        _ if is_array(&held) && is_mask => Some(held),
        _ => None,
    }
}

fn of_operator(operator: Operator, left: Option<String>, right: Option<String>) -> Option<String> {
    let is = |type_name: &str| left.as_deref() == Some(type_name) || right.as_deref() == Some(type_name);
    let number = |side: &Option<String>| matches!(side.as_deref(), Some("int" | "float"));
    if left.as_deref() == Some("str") && matches!(operator, Operator::Mod | Operator::Mult)
        || is("str") && operator == Operator::Add
    {
        return Some("str".to_owned());
    }
    for array in ["pandas.DataFrame", "pandas.Series", "numpy.ndarray"] {
        if is(array) {
            return Some(array.to_owned());
        }
    }
    if number(&left) && number(&right) {
        let float = is("float") || operator == Operator::Div;
        return Some(if float { "float" } else { "int" }.to_owned());
    }
    (left == right && operator == Operator::Add).then_some(left).flatten()
}

/// The type that an annotation names, if it is one; of `Optional[int]` and `int | None` the int.
pub(crate) fn annotated(annotation: Node<'_>) -> Option<String> {
    match annotation.kind() {
        NodeKind::Name | NodeKind::Attribute => declared(annotation.name()?),
        NodeKind::Str => declared(last_part(annotation.string()?.split(['[', '|']).next()?.trim())),
        NodeKind::BinOp => annotated(annotation.get(Field::Left)?),
        NodeKind::Subscript => {
            let outer = annotation.get(Field::Value)?;
            let is_wrapper = outer.kind() == NodeKind::Name
                && matches!(outer.name(), Some("Optional" | "Final" | "ClassVar"));
            annotated(if is_wrapper { annotation.get(Field::Slice)? } else { outer })
        }
        _ => None,
    }
}

/// Names and types of the lines `name : type` (or `first, second : type`) of a docstring.
pub(crate) fn documented(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| line.len() < 90) {
        let Some((names, told)) = line.split_once(" : ") else { continue };
        let word = told.split([' ', ',', ':']).find(|word| !word.is_empty()).unwrap_or_default();
        let Some(type_name) = declared(last_part(word.trim_matches(['`', '~', '{', '}']))) else { continue };
        for name in names.split(',').map(|name| name.trim().trim_start_matches('*')) {
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if is_name && !name.starts_with(char::is_numeric) {
                found.push((name, type_name.clone()));
            }
        }
    }
    found
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn declared(name: &str) -> Option<String> {
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    match look_up(DECLARED, name) {
        Some(type_name) => Some(type_name.to_owned()),
        None if is_name && is_class(name) && !VAGUE.contains(&name) => Some(name.to_owned()),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::documented;

    #[test]
    fn lines_of_documentation() {
        let text = "Fits.\n\nParameters\n----------\nX : {array-like, sparse matrix} of shape (n, m)\n\
                    alpha, *beta : float, default=1.0\nmodel : `~sklearn.base.BaseEstimator`\n\
                    note : of no type\nReturns : None\n2x : int\n";
        let found: Vec<_> =
            documented(text).into_iter().map(|(name, told)| format!("{name} {told}")).collect();
        assert_eq!(found, ["alpha float", "beta float", "model BaseEstimator"]);
    }
}
