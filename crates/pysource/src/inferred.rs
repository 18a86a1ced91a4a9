//! Types that a text shows without being run: of an expression, an annotation, a line of documentation.
//!
//! A guess in the manner of a reader: `len(x)` is an int and `pd.read_csv(p)` a frame because nearly everybody
//! means that. It serves to count what names hold, where one wrong guess among many does no harm; nothing is
//! decided by it.

use ruff_python_ast::{Expr, Number, Operator, UnaryOp};

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

fn look_up(table: &[(&'static str, &[&str])], name: &str) -> Option<&'static str> {
    table.iter().find(|(_, names)| names.contains(&name)).map(|(type_name, _)| *type_name)
}

/// A class as people call it: `LinearRegression`, but not `T` or `MAX`.
fn is_class(name: &str) -> bool {
    name.len() > 2 && name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

/// The type of an expression, if its form shows it.
pub(crate) fn type_of(expression: &Expr) -> Option<String> {
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
        Expr::UnaryOp(it) if it.op == UnaryOp::Not => "bool",
        Expr::UnaryOp(it) => return type_of(&it.operand),
        Expr::BinOp(it) => return of_operator(it.op, type_of(&it.left), type_of(&it.right)),
        Expr::Call(it) => {
            let (name, on_text) = match &*it.func {
                Expr::Name(name) => (name.id.as_str(), false),
                Expr::Attribute(it) => (it.attr.as_str(), it.value.is_string_literal_expr()),
                _ => return None,
            };
            // `", ".join(…)` and `os.path.join(…)` are texts; what `frame.join(…)` is cannot be seen.
            let is_path = matches!(&*it.func, Expr::Attribute(it)
                if matches!(&*it.value, Expr::Attribute(module) if module.attr.as_str() == "path"));
            if name == "join" && !on_text && !is_path {
                return None;
            }
            return match name {
                "DataFrame" | "Series" => Some(format!("pandas.{name}")),
                _ => look_up(CALLS, name)
                    .map(str::to_owned)
                    .or_else(|| is_class(name).then(|| name.to_owned())),
            };
        }
        _ => return None,
    };
    Some(name.to_owned())
}

fn of_operator(operator: Operator, left: Option<String>, right: Option<String>) -> Option<String> {
    let is = |type_name: &str| left.as_deref() == Some(type_name) || right.as_deref() == Some(type_name);
    let number = |side: &Option<String>| matches!(side.as_deref(), Some("int" | "float"));
    if left.as_deref() == Some("str") && matches!(operator, Operator::Mod | Operator::Mult)
        || is("str") && operator == Operator::Add
    {
        return Some("str".to_owned());
    }
    if is("numpy.ndarray") {
        return Some("numpy.ndarray".to_owned());
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
