//! Types that a text shows without being run: of an expression, an annotation, a line of documentation.
//!
//! A guess in the manner of a reader: `len(x)` is an int and `pd.read_csv(p)` a frame because nearly everybody
//! means that. It serves to count what names hold, where one wrong guess among many does no harm; nothing is
//! decided by it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ruff_python_ast::{CmpOp, Expr, ExprCall, Number, Operator, UnaryOp};

use crate::receivers::{attribute_of, method_of};

/// What functions and methods of these names return, whatever they belong to.
const CALLS: &[(&str, &[&str])] = &[
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
const DECLARED: &[(&str, &[&str])] = &[
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

pub(crate) fn look_up(table: &[(&'static str, &[&str])], name: &str) -> Option<&'static str> {
    table.iter().find(|(_, names)| names.contains(&name)).map(|(type_name, _)| *type_name)
}

/// A class as people call it: `LinearRegression`, but not `T` or `MAX`.
fn is_class(name: &str) -> bool {
    name.len() > 2 && name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

/// The type of an expression, if its form shows it, or what was seen of the names in it.
pub(crate) fn type_of(expression: &Expr, names: &Names, scope: &str) -> Option<String> {
    let of = |it: &Expr| type_of(it, names, scope);
    let name = match expression {
        Expr::BooleanLiteral(_) => "bool",
        Expr::NumberLiteral(it) => match it.value {
            Number::Int(_) => "int",
            Number::Float(_) => "float",
            Number::Complex { .. } => "complex",
        },
        Expr::StringLiteral(_) | Expr::FString(_) => "str",
        Expr::BytesLiteral(_) => "bytes",
        Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Dict(_) | Expr::DictComp(_) => "dict",
        Expr::Set(_) | Expr::SetComp(_) => "set",
        Expr::Tuple(_) => "tuple",
        Expr::Generator(_) => "generator",
        Expr::Lambda(_) => "function",
        Expr::Name(it) => names.get(scope, it.id.as_str())?,
        Expr::UnaryOp(it) if it.op == UnaryOp::Not => "bool",
        Expr::UnaryOp(it) => return of(&it.operand),
        Expr::BinOp(it) => return of_operator(it.op, of(&it.left), of(&it.right)),
        Expr::Compare(it) => {
            if it.ops.iter().any(|op| matches!(op, CmpOp::In | CmpOp::NotIn | CmpOp::Is | CmpOp::IsNot)) {
                "bool"
            } else {
                let sides = [of(&it.left)?, of(it.comparators.first()?)?];
                return Some(sides.into_iter().find(|side| is_array(side)).unwrap_or("bool".to_owned()));
            }
        }
        Expr::If(it) => return of(&it.body).filter(|body| of(&it.orelse).is_none_or(|other| other == *body)),
        Expr::Attribute(it) => {
            let held = of(&it.value);
            return attribute_of(held.as_deref(), it.attr.as_str())
                .map(str::to_owned)
                .or_else(|| (it.attr.as_str() == "T").then_some(held).flatten());
        }
        Expr::Subscript(it) => return of_part(&it.value, &it.slice, of(&it.value), &of),
        Expr::Call(it) => return of_call(it, &of),
        _ => return None,
    };
    Some(name.to_owned())
}

fn is_array(type_name: &str) -> bool {
    matches!(type_name, "numpy.ndarray" | "pandas.Series" | "pandas.DataFrame")
}

fn of_call(call: &ExprCall, of: &dyn Fn(&Expr) -> Option<String>) -> Option<String> {
    let (name, on_text) = match &*call.func {
        Expr::Name(name) => (name.id.as_str(), false),
        Expr::Attribute(it) => (it.attr.as_str(), it.value.is_string_literal_expr()),
        _ => return None,
    };
    // What a method returns depends on what it belongs to, where that is known.
    if let Expr::Attribute(it) = &*call.func
        && let Some(held) = of(&it.value)
        && let Some(type_name) = method_of(&held, name)
    {
        return Some(type_name.to_owned());
    }
    // `", ".join(…)` and `os.path.join(…)` are texts; what `frame.join(…)` is cannot be seen.
    let is_path = matches!(&*call.func, Expr::Attribute(it)
        if matches!(&*it.value, Expr::Attribute(module) if module.attr.as_str() == "path"));
    if name == "join" && !on_text && !is_path {
        return None;
    }
    if ELEMENTWISE.contains(&name)
        && let Some(argument) = call.arguments.args.first().and_then(of)
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
    value: &Expr,
    slice: &Expr,
    held: Option<String>,
    of: &dyn Fn(&Expr) -> Option<String>,
) -> Option<String> {
    if value.as_attribute_expr().is_some_and(|it| it.attr.as_str() == "shape") {
        return slice.is_number_literal_expr().then(|| "int".to_owned());
    }
    let held = held?;
    let is_row = is_array(&held) || matches!(&*held, "bytes" | "list" | "str" | "tuple");
    // A mask is a comparison, or several that are joined by `&` and `|`.
    let is_mask =
        slice.is_compare_expr() || slice.is_bin_op_expr() && of(slice).is_none_or(|it| is_array(&it));
    match slice {
        Expr::Slice(_) if is_row => Some(held),
        Expr::StringLiteral(_) if held == "pandas.DataFrame" => Some("pandas.Series".to_owned()),
        Expr::List(_) if is_array(&held) => Some(held),
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
pub(crate) fn annotated(annotation: &Expr) -> Option<String> {
    match annotation {
        Expr::Name(it) => declared(it.id.as_str()),
        Expr::Attribute(it) => declared(it.attr.as_str()),
        Expr::StringLiteral(it) => declared(last_part(it.value.to_str().split(['[', '|']).next()?.trim())),
        Expr::BinOp(it) => annotated(&it.left),
        Expr::Subscript(it) => match &*it.value {
            Expr::Name(name) if matches!(name.id.as_str(), "Optional" | "Final" | "ClassVar") => {
                annotated(&it.slice)
            }
            outer => annotated(outer),
        },
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
