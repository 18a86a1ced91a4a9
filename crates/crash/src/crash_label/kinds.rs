//! Categories of causes, and types of exceptions, as the two versions of the study name them.

use super::names::missing_name;
use super::{Case, Categories};

/// The coarse category of a cause.
pub fn category(cause: &str, categories: Categories) -> &'static str {
    let (group, _) = cause.split_once('.').unwrap_or((cause, ""));
    match (group, categories) {
        ("api", _) => "API",
        ("nb", _) => "NB",
        ("impl", _) => "IMPL",
        ("env", _) => "ENV",
        ("data", _) | ("model", Categories::V1) => "DATA",
        ("model", Categories::V2) => "MODEL",
        ("rsc", _) => "RSC",
        ("lib", _) => "LIB",
        ("intent", Categories::V1) => "INTENT",
        ("intent", Categories::V2) => "EXCLUDED",
        _ => "UNK",
    }
}

/// The type of the exception as the journal version groups them.
pub fn exception_type(case: &Case, cause: &str) -> &'static str {
    let exception = case.crash.exception.as_str();
    let message = case.message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if cause == "rsc.memory" {
        return "out_of_memory";
    }
    if says(&["unexpected keyword", "required positional", "positional argument", "multiple values for"]) {
        return "invalid_argument";
    }
    if says(&["feature names", "feature_names"]) {
        return "feature_name_mismatch";
    }
    if says(&["could not be broadcast", "operands could not"]) {
        return "unsupported_broadcast";
    }
    if cause == "model.confusion" || says(&["shape", "not aligned", "size mismatch", "dimension"]) {
        return "tensor_shape_mismatch";
    }
    if says(&["could not convert", "contains nan", "infinity", "unknown label"]) {
        return "data_value_violation";
    }
    match exception {
        "NameError" | "UndefinedVariableError" => match missing_name(case) {
            Some(name) if is_function(case, &name) => "name_error",
            _ => "variable_not_found",
        },
        "UnboundLocalError" => "variable_not_found",
        "ModuleNotFoundError" | "ImportError" => "module_not_found",
        "FileNotFoundError" | "IOError" | "OSError" | "PermissionError" | "FileExistsError" => "io_error",
        "AttributeError" => "attribute_error",
        "KeyError" => "key_error",
        "IndexError" => "index_error",
        "TypeError" => "type_error",
        "ValueError" => "value_error",
        "NotFittedError" => "model_init_error",
        "RuntimeError" => "runtime_error",
        _ if cause == "env.network" => "request_error",
        _ if cause.starts_with("env.") => "environment_error",
        _ => "other",
    }
}

/// Whether a name that is missing is called, or has the look of a class.
fn is_function(case: &Case, name: &str) -> bool {
    let calls = |event: &pysource::Event| event.name == name && event.act == pysource::Act::ReadToCall;
    case.here.is_some_and(|here| case.code[here].events.iter().any(calls))
}
