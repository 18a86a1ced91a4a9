//! What methods and attributes tell: of their result, where the object is known, and of the object, where it is not.
//!
//! `df.groupby(…)` is said of a frame and `word.lower()` of a text, whoever bound the names, so that the use of a
//! name tells its type where no assignment does: of parameters above all. As everywhere in what is inferred, a
//! wrong guess among many does no harm.

use crate::table::{Table, look_up};

/// Methods of frames, by what they return.
const OF_FRAME: &Table = &[
    (
        "pandas.DataFrame",
        &[
            "apply",
            "applymap",
            "assign",
            "astype",
            "copy",
            "corr",
            "cov",
            "describe",
            "drop",
            "drop_duplicates",
            "dropna",
            "fillna",
            "filter",
            "head",
            "isna",
            "isnull",
            "join",
            "melt",
            "merge",
            "nlargest",
            "pivot",
            "pivot_table",
            "query",
            "rename",
            "replace",
            "reset_index",
            "sample",
            "select_dtypes",
            "set_index",
            "sort_index",
            "sort_values",
            "tail",
            "transpose",
        ],
    ),
    (
        "pandas.Series",
        &["all", "any", "count", "max", "mean", "median", "min", "nunique", "std", "sum", "var"],
    ),
    ("pandas.core.groupby.DataFrameGroupBy", &["groupby"]),
    ("numpy.ndarray", &["to_numpy"]),
];
const OF_SERIES: &Table = &[
    (
        "pandas.Series",
        &[
            "abs",
            "apply",
            "astype",
            "copy",
            "cumsum",
            "diff",
            "drop",
            "dropna",
            "fillna",
            "head",
            "isin",
            "isna",
            "isnull",
            "map",
            "pct_change",
            "replace",
            "round",
            "shift",
            "sort_index",
            "sort_values",
            "tail",
            "value_counts",
        ],
    ),
    ("float", &["max", "mean", "median", "min", "std", "sum", "var"]),
    ("int", &["count", "nunique"]),
    ("list", &["tolist"]),
    ("numpy.ndarray", &["to_numpy", "unique"]),
];
const OF_ARRAY: &Table = &[
    (
        "numpy.ndarray",
        &[
            "astype",
            "clip",
            "copy",
            "cumsum",
            "dot",
            "flatten",
            "ravel",
            "reshape",
            "round",
            "squeeze",
            "transpose",
        ],
    ),
    ("numpy.float64", &["max", "mean", "min", "std", "sum", "var"]),
    ("bool", &["all", "any"]),
    ("list", &["tolist"]),
];
const OF_TEXT: &Table = &[
    (
        "str",
        &["capitalize", "format", "join", "lower", "lstrip", "replace", "rstrip", "strip", "title", "upper"],
    ),
    ("list", &["split", "splitlines"]),
    ("bool", &["endswith", "isalpha", "isdigit", "startswith"]),
    ("int", &["count", "find", "index"]),
    ("bytes", &["encode"]),
];

/// Methods and attributes that are said of one type above all, by that type.
const SAID_OF: &Table = &[
    ("dict", &["items", "keys", "setdefault"]),
    ("list", &["append", "extend"]),
    (
        "str",
        &[
            "endswith",
            "isalnum",
            "isalpha",
            "isdigit",
            "lower",
            "lstrip",
            "rstrip",
            "split",
            "splitlines",
            "startswith",
            "strip",
            "upper",
        ],
    ),
    ("bytes", &["decode"]),
    ("set", &["difference_update", "intersection", "issubset", "issuperset", "union"]),
    ("numpy.ndarray", &["dtype", "flatten", "ndim", "ravel", "reshape"]),
    (
        "pandas.DataFrame",
        &[
            "columns",
            "drop_duplicates",
            "groupby",
            "iloc",
            "iterrows",
            "itertuples",
            "pivot_table",
            "reset_index",
            "set_index",
            "sort_values",
            "to_csv",
        ],
    ),
    ("pandas.Series", &["isin", "to_frame", "value_counts"]),
    (
        "matplotlib.axes.Axes",
        &[
            "axhline",
            "axvline",
            "set_title",
            "set_xlabel",
            "set_xlim",
            "set_xticklabels",
            "set_xticks",
            "set_ylabel",
            "set_ylim",
            "set_yticks",
            "twinx",
        ],
    ),
    (
        "matplotlib.figure.Figure",
        &["add_axes", "add_subplot", "savefig", "subplots_adjust", "suptitle", "tight_layout"],
    ),
    ("re.Match", &["group", "groups"]),
    ("datetime.datetime", &["isoformat", "strftime", "timestamp"]),
    ("pathlib.PosixPath", &["is_dir", "is_file", "joinpath", "mkdir", "read_text", "with_suffix"]),
];

/// Functions whose first argument is of one type above all, by that type.
const TAKEN_BY: &Table = &[
    ("int", &["bin", "chr", "hex", "range"]),
    ("str", &["exists", "isfile", "listdir", "makedirs", "open", "ord", "read_csv", "urlopen"]),
];

/// The type of what a method of an object of this type returns.
pub(crate) fn method_of(held: &str, method: &str) -> Option<&'static str> {
    let table = match held {
        "pandas.DataFrame" => OF_FRAME,
        "pandas.Series" => OF_SERIES,
        "numpy.ndarray" => OF_ARRAY,
        "str" => OF_TEXT,
        _ => return None,
    };
    look_up(table, method)
}

/// The type of an attribute of an object, whose own type may be unknown.
pub(crate) fn attribute_of(held: Option<&str>, attribute: &str) -> Option<&'static str> {
    match (held, attribute) {
        (_, "shape") => Some("tuple"),
        (Some("pandas.DataFrame" | "pandas.Series"), "columns" | "index") => Some("pandas.Index"),
        (Some("pandas.DataFrame" | "pandas.Series"), "values") => Some("numpy.ndarray"),
        (Some("numpy.ndarray" | "pandas.DataFrame" | "pandas.Series"), "ndim" | "size") => Some("int"),
        _ => None,
    }
}

/// The type of an object of which this method or attribute is used.
pub(crate) fn said_of(attribute: &str) -> Option<&'static str> {
    look_up(SAID_OF, attribute)
}

/// The type of what is given to this function first.
pub(crate) fn taken_by(function: &str) -> Option<&'static str> {
    look_up(TAKEN_BY, function)
}
