//! R3 to R5: what the message itself says. Templates, in the order in which they are tried.

use std::sync::LazyLock;

use foretell::binds;
use pysource::Act;
use regex::{Regex, RegexSet};

use super::items::missing_attribute;
use super::{Case, Verdict};
use crate::traceback::Owner;

/// Exceptions (a part of their name; `""` is any), a pattern of the message (`""` is any), cause, rule, confidence.
type Template = (&'static str, &'static str, &'static str, &'static str, f64);

const TEMPLATES: &[Template] = &[
    // Resources before all else: their exceptions are general ones.
    ("MemoryError", "", "rsc.memory", "R4.memory", 0.95),
    (
        "",
        r"(?i)CUDA out of memory|unable to allocate|cannot allocate memory|out of memory|OOM when",
        "rsc.memory",
        "R4.memory",
        0.95,
    ),
    ("ResourceExhausted", "", "rsc.memory", "R4.memory", 0.9),
    ("", r"(?i)no space left on device|disk quota exceeded|too many open files", "rsc.disk", "R4.disk", 0.95),
    ("RecursionError", "", "impl.wrong_implementation", "R5.recursion", 0.7),
    // Environment.
    ("ImportError", r"cannot import name", "lib.api_change", "R3.cannot_import", 0.4),
    (
        "ImportError",
        r"(?i)DLL load failed|shared object|symbol not found|undefined symbol|numpy.core|version",
        "env.version_conflict",
        "R3.version",
        0.7,
    ),
    ("ImportError", "", "env.module_missing", "R3.import", 0.6),
    ("NoBackendError", "", "env.settings", "R4.settings", 0.6),
    ("PermissionError", "", "env.permissions", "R4.permissions", 0.9),
    ("FileExistsError", "", "env.path", "R4.path_exists", 0.6),
    ("", r"(?i)permission denied|access is denied", "env.permissions", "R4.permissions", 0.85),
    ("FileNotFoundError", "", "env.path_missing", "R4.path_missing", 0.85),
    ("NotADirectoryError", "", "env.path_missing", "R4.path_missing", 0.8),
    ("IsADirectoryError", "", "env.path_missing", "R4.path_missing", 0.6),
    (
        "",
        r"(?i)no such file or directory|file .*does not exist|cannot find the path|does not exist: ",
        "env.path_missing",
        "R4.path_missing",
        0.85,
    ),
    (
        "",
        r"(?i)CUDA driver|no NVIDIA driver|CUDA-capable|not compiled with CUDA|CUDA error|Found no NVIDIA|libcud",
        "env.settings",
        "R4.cuda",
        0.85,
    ),
    ("HTTPError", "", "env.network", "R4.network", 0.8),
    ("URLError", "", "env.network", "R4.network", 0.85),
    ("ConnectionError", "", "env.network", "R4.network", 0.85),
    ("SSLError", "", "env.network", "R4.network", 0.85),
    ("Timeout", "", "env.network", "R4.network", 0.8),
    ("gaierror", "", "env.network", "R4.network", 0.9),
    ("ConnectTimeout", "", "env.network", "R4.network", 0.85),
    (
        "",
        r"(?i)connection (refused|aborted|reset)|name resolution|max retries exceeded",
        "env.network",
        "R4.network",
        0.85,
    ),
    (
        "",
        r"(?i)command not found|is not recognized as an internal|make sure the .* executables",
        "env.settings",
        "R4.command",
        0.85,
    ),
    ("CalledProcessError", "", "env.settings", "R4.command", 0.6),
    ("UsageError", "", "env.settings", "R4.magic", 0.5),
    ("TclError", "", "env.settings", "R4.window", 0.7),
    ("LookupError", r"(?i)resource .* not found", "env.path_missing", "R4.nltk_data", 0.9),
    // Code that is no Python.
    ("SyntaxError", r"(?i)missing parentheses in call to", "env.version_conflict", "R5.python_2", 0.85),
    ("SyntaxError", "", "impl.wrong_implementation", "R5.syntax", 0.9),
    ("IndentationError", "", "impl.wrong_implementation", "R5.syntax", 0.9),
    ("TabError", "", "impl.wrong_implementation", "R5.syntax", 0.9),
    // Models.
    (
        "",
        r"(?i)mat1 and mat2|size mismatch|expected input batch|dimensions must be equal|incompatible with the layer|expected .* to have shape|logits and labels|target size|weight of size",
        "model.confusion",
        "R5.model_shapes",
        0.65,
    ),
    ("NotFittedError", "", "api.misunderstood", "R5.not_fitted", 0.6),
    // Data.
    (
        "",
        r"(?i)could not convert|input contains nan|contains infinity|cannot convert .* nan|invalid literal for|unknown label type|y contains previously unseen",
        "data.confusion",
        "R5.data_values",
        0.75,
    ),
    (
        "",
        r"(?i)feature names|n_features|number of features|inconsistent numbers of samples|expected 2D array|length mismatch|length of values|must be same length|same length|reshape array|cannot reshape|not aligned|broadcast|shape",
        "data.confusion",
        "R5.shapes",
        0.7,
    ),
    ("KeyError", "", "data.confusion", "R5.key", 0.6),
    ("IndexError", "", "data.confusion", "R5.index", 0.55),
    ("UnicodeDecodeError", "", "data.confusion", "R5.encoding", 0.75),
    ("JSONDecodeError", "", "data.confusion", "R5.format", 0.7),
    ("ParserError", "", "data.confusion", "R5.format", 0.7),
    ("EmptyDataError", "", "data.confusion", "R5.format", 0.8),
    ("BadZipFile", "", "data.confusion", "R5.format", 0.7),
    ("", r"'NoneType' object", "data.confusion", "R5.none", 0.4),
    (
        "TypeError",
        r"(?i)unsupported operand|not supported between|must be str|can only concatenate|not subscriptable|not iterable|indices must be|string indices|must be real number|expected str|unhashable",
        "data.confusion",
        "R5.types",
        0.5,
    ),
    ("TypeError", r"(?i)not callable", "impl.wrong_implementation", "R5.not_callable", 0.5),
    // Implementation.
    ("ZeroDivisionError", "", "impl.wrong_implementation", "R5.zero", 0.5),
    ("AssertionError", "", "impl.wrong_implementation", "R5.assertion", 0.4),
    ("AttributeError", "", "api.misunderstood", "R5.attribute", 0.45),
    ("ValueError", "", "api.invalid_argument", "R5.value", 0.35),
    ("TypeError", "", "api.invalid_argument", "R5.type", 0.35),
];

pub fn cause(case: &Case) -> Option<Verdict> {
    arguments(case).or_else(|| changed_attribute(case)).or_else(|| template(case))
}

/// Arguments that a function does not take: whose function was it?
fn arguments(case: &Case) -> Option<Verdict> {
    static ARGUMENTS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:([\w.]+)\(\) )?(?:got an unexpected keyword argument|missing \d+ required|takes .*positional argument|got multiple values for)|(?i)unrecognized (?:keyword|argument)|unexpected keyword")
            .expect("a good pattern")
    });
    if !matches!(case.crash.exception.as_str(), "TypeError" | "ValueError") {
        return None;
    }
    let parts = ARGUMENTS.captures(case.message)?;
    let function =
        parts.get(1).map(|name| name.as_str().rsplit('.').next().unwrap_or_default()).unwrap_or_default();
    let class =
        parts.get(1).map(|name| name.as_str().split('.').next().unwrap_or_default()).unwrap_or_default();
    let in_library =
        matches!(case.frames.last().map(|frame| &frame.owner), Some(Owner::Package(_) | Owner::File));
    let is_own = case.code.iter().flat_map(|code| &code.events).any(|event| {
        event.act == Act::Define
            && binds(event)
            && !event.name.is_empty()
            && (event.name == function || event.name == class)
    });
    Some(if is_own && !in_library {
        let evidence = format!("`{function}` is a function of the notebook");
        Verdict::new("impl.wrong_implementation", "R5.own_arguments", 0.7, evidence)
    } else {
        Verdict::new("api.invalid_argument", "R5.arguments", 0.75, parts[0].to_owned())
    })
}

/// Attributes that libraries had, and have no more.
fn changed_attribute(case: &Case) -> Option<Verdict> {
    const GONE: [&str; 44] = [
        "append",
        "ix",
        "as_matrix",
        "iteritems",
        "get_value",
        "set_value",
        "sort",
        "convert_objects",
        "from_csv",
        "ftypes",
        "lookup",
        "mad",
        "tshift",
        "to_panel",
        "bool",
        "int",
        "float",
        "object",
        "str",
        "complex",
        "asscalar",
        "rank",
        "placeholder",
        "Session",
        "ConfigProto",
        "global_variables_initializer",
        "get_default_graph",
        "app",
        "contrib",
        "set_random_seed",
        "InteractiveSession",
        "layers_dense",
        "random_normal",
        "imread",
        "imresize",
        "imsave",
        "has_key",
        "iterkeys",
        "itervalues",
        "maketrans",
        "joblib",
        "cross_validation",
        "distplot",
        "urlopen",
    ];
    if case.crash.exception != "AttributeError" {
        return None;
    }
    let (owner, attribute) = missing_attribute(case.message)?;
    let is_gone = GONE.contains(&attribute.as_str());
    Some(match owner.as_str() {
        "NoneType" => return None,
        "module" | "DataFrame" | "Series" | "dict" if is_gone => {
            Verdict::new("lib.api_change", "R5.attribute_gone", 0.7, case.message.to_owned())
        }
        "module" => Verdict::new("api.misunderstood", "R5.module_attribute", 0.55, case.message.to_owned()),
        _ => Verdict::new("api.misunderstood", "R5.attribute", 0.45, case.message.to_owned()),
    })
}

fn template(case: &Case) -> Option<Verdict> {
    static PATTERNS: LazyLock<RegexSet> = LazyLock::new(|| {
        let patterns =
            TEMPLATES.iter().map(|(_, pattern, ..)| if pattern.is_empty() { "^" } else { pattern });
        RegexSet::new(patterns).expect("good patterns")
    });
    let text = case.message;
    let fits = PATTERNS.matches(text);
    let first = fits.into_iter().find(|&at| {
        let exception = TEMPLATES[at].0;
        exception.is_empty() || case.crash.exception.contains(exception)
    })?;
    let (_, _, cause, rule, confidence) = TEMPLATES[first];
    Some(Verdict::new(cause, rule, confidence, format!("{}: {text}", case.crash.exception)))
}
