//! From the type of a value to its class: cleaning and merging.

/// Classes of types by their qualified names. Aliases and sub-classes that hold the same kind of value
/// share a class; every class is called as people call it in a notebook.
const CLASSES: &[(&str, &[&str])] = &[
    ("int", &["numpy.intc", "numpy.longlong", "numpy.ulonglong"]),
    ("float", &["numpy.half", "numpy.longdouble"]),
    ("complex", &["numpy.complex64", "numpy.complex128", "numpy.clongdouble"]),
    ("bool", &["numpy.bool_", "numpy.bool"]),
    ("str", &["numpy.str_"]),
    ("bytes", &["bytearray", "memoryview", "numpy.bytes_"]),
    ("NoneType", &[]),
    ("dict", &["collections.defaultdict", "collections.Counter", "mappingproxy", "dict_proxy"]),
    ("list", &["collections.deque"]),
    ("tuple", &["sys.version_info", "time.struct_time"]),
    ("set", &["frozenset"]),
    ("range", &[]),
    (
        "iterator",
        &["generator", "map", "filter", "zip", "enumerate", "reversed", "async_generator", "csv.reader"],
    ),
    ("ndarray", &["numpy.matrix", "numpy.ma.core.MaskedArray", "numpy.ma.MaskedArray", "numpy.recarray"]),
    ("Tensor", &["torch.Tensor", "tensorflow.python.framework.ops.EagerTensor"]),
    (
        "function",
        &[
            "builtin_function_or_method",
            "method",
            "functools.partial",
            "numpy.ufunc",
            "method-wrapper",
            "method_descriptor",
            "wrapper_descriptor",
            "numpy.vectorize",
        ],
    ),
    ("type", &["abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"]),
    ("module", &[]),
    (
        "datetime",
        &[
            "datetime.datetime",
            "datetime.date",
            "pandas._libs.tslibs.timestamps.Timestamp",
            "pandas.Timestamp",
            "numpy.datetime64",
        ],
    ),
    (
        "timedelta",
        &[
            "datetime.timedelta",
            "pandas._libs.tslibs.timedeltas.Timedelta",
            "pandas.Timedelta",
            "numpy.timedelta64",
        ],
    ),
];

/// Classes that a type belongs to when they are the last words of its name: `GeoDataFrame`,
/// `Int64Index`, `OrderedDict`, `list_iterator`, `PosixPath`.
const LAST_WORDS: &[(&[&str], &str)] = &[
    (&["data", "frame"], "DataFrame"),
    (&["series"], "Series"),
    (&["index"], "Index"),
    (&["dict"], "dict"),
    (&["list"], "list"),
    (&["tuple"], "tuple"),
    (&["iterator"], "iterator"),
    (&["path"], "Path"),
    (&["axes"], "Axes"),
    (&["axes", "subplot"], "Axes"),
    (&["figure"], "Figure"),
    (&["function"], "function"),
];

/// Our merging: a table of qualified names, then whole words of the type's own name. So `float64` is
/// a `float` and `Int64Index` an `Index`, but `Point` is no `int` and `Dataset` no `set`.
pub fn class_of(type_name: &str) -> String {
    for (class, members) in CLASSES {
        if type_name == *class || members.contains(&type_name) {
            return (*class).to_owned();
        }
    }
    if let Some(scalar) = type_name.strip_prefix("numpy.")
        && let Some(class) = numpy_scalar(scalar)
    {
        return class.to_owned();
    }
    let own = type_name.rsplit('.').next().unwrap_or(type_name).trim_matches('_');
    let words = words(own);
    let class = LAST_WORDS.iter().find(|(last, _)| ends_with(&words, last)).map(|(_, class)| *class);
    class.unwrap_or(own).to_owned()
}

/// `int64` and `uint8` are ints, `float32` a float.
fn numpy_scalar(name: &str) -> Option<&'static str> {
    match name.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "int" | "uint" => Some("int"),
        "float" => Some("float"),
        _ => None,
    }
}

/// The words of a name in lower case: `GeoDataFrame` is geo, data, frame; digits end a word and are dropped.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut start = true;
    let mut previous = ' ';
    for character in name.chars() {
        if !character.is_alphabetic() {
            start = true;
        } else {
            if start || (character.is_uppercase() && previous.is_lowercase()) {
                words.push(String::new());
            }
            start = false;
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        previous = character;
    }
    words
}

fn ends_with(words: &[String], last: &[&str]) -> bool {
    words.len() >= last.len() && words[words.len() - last.len()..].iter().eq(last)
}

/// The published cleaning of `str(type(value))`: the characters `>`, `'`, `<` and `_` go, then `class `
/// and `type` wherever they stand, then all up to the last dot.
pub fn clean_published(type_name: &str) -> String {
    let text = format!("<class '{type_name}'>");
    let text: String = text.chars().filter(|c| !matches!(c, '>' | '\'' | '<' | '_')).collect();
    let text = text.replace("class ", "").replace("type", "");
    text.rsplit('.').next().unwrap_or_default().trim().to_owned()
}

/// The published merging: for each of the `frequent` first types of `types` (most frequent first, ties
/// in order of appearance), every type whose lower-case name contains it becomes it.
///
/// `types` are cleaned names with their counts, in order of first appearance; the result has the merged
/// name of each.
pub fn merge_published(types: &[(String, u64)], frequent: usize) -> Vec<String> {
    let mut by_count: Vec<&(String, u64)> = types.iter().collect();
    by_count.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut merged: Vec<String> = types.iter().map(|(name, _)| name.clone()).collect();
    for (class, _) in by_count.into_iter().take(frequent) {
        let wanted = class.to_lowercase();
        for name in &mut merged {
            if *name != *class && name.to_lowercase().contains(&wanted) {
                name.clone_from(class);
            }
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::{class_of, clean_published, merge_published};

    #[test]
    fn our_classes() {
        for (type_name, class) in [
            ("int", "int"),
            ("numpy.int64", "int"),
            ("numpy.uint8", "int"),
            ("numpy.float32", "float"),
            ("numpy.bool_", "bool"),
            ("NoneType", "NoneType"),
            ("collections.OrderedDict", "dict"),
            ("collections.defaultdict", "dict"),
            ("collections.Counter", "dict"),
            ("frozenset", "set"),
            ("list_iterator", "iterator"),
            ("numpy.ndarray", "ndarray"),
            ("pandas.core.frame.DataFrame", "DataFrame"),
            ("geopandas.geodataframe.GeoDataFrame", "DataFrame"),
            ("pandas.core.series.Series", "Series"),
            ("pandas.core.indexes.numeric.Int64Index", "Index"),
            ("pandas.core.indexes.datetimes.DatetimeIndex", "Index"),
            ("pathlib.PosixPath", "Path"),
            ("matplotlib.axes._subplots.AxesSubplot", "Axes"),
            ("matplotlib.axes._axes.Axes", "Axes"),
            ("seaborn.palettes._ColorPalette", "ColorPalette"),
            ("datetime.date", "datetime"),
            ("builtin_function_or_method", "function"),
            ("method", "function"),
            // What substrings get wrong.
            ("__main__.Point", "Point"),
            ("torch.utils.data.dataset.Dataset", "Dataset"),
            ("sklearn.model_selection._split.StratifiedKFold", "StratifiedKFold"),
            ("__main__.Printer", "Printer"),
            ("sklearn.linear_model._base.LinearRegression", "LinearRegression"),
        ] {
            assert_eq!(class_of(type_name), class, "{type_name}");
        }
    }

    #[test]
    fn the_published_cleaning() {
        for (type_name, cleaned) in [
            ("seaborn.palettes._ColorPalette", "ColorPalette"),
            ("type", ""),
            ("NoneType", "NoneType"),
            ("__main__.MyTypeX", "MyTypeX"),
            ("a.mytypex", "myx"),
            ("numpy.ndarray", "ndarray"),
            ("builtin_function_or_method", "builtinfunctionormethod"),
        ] {
            assert_eq!(clean_published(type_name), cleaned, "{type_name}");
        }
    }

    #[test]
    fn the_published_merging_is_by_substring() {
        let types =
            ["Point", "int", "defaultdict", "dict", "float64", "float", "Int64Index", "Dataset", "set"];
        let counts = [1, 90, 2, 80, 3, 70, 4, 5, 60];
        let types: Vec<(String, u64)> = types.iter().map(|&t| t.to_owned()).zip(counts).collect();
        let merged = merge_published(&types, 15);
        assert_eq!(merged, ["int", "int", "dict", "dict", "float", "float", "int", "set", "set"]);
        // Only the most frequent absorb others.
        let merged = merge_published(&types, 2);
        assert_eq!(merged, ["int", "int", "dict", "dict", "float64", "float", "int", "Dataset", "set"]);
    }
}
