//! Which language a notebook or a cell is in, by the names that kernels and editors give it.

/// The language that a cell of Databricks names on its first line, `""` when it is Python.
pub(crate) fn databricks_language(cell: &str) -> &str {
    let first = cell.trim_start().strip_prefix('%').and_then(|rest| rest.split_whitespace().next());
    first
        .filter(|word| ["sql", "md", "md-sandbox", "r", "scala", "sh", "fs"].contains(word))
        .unwrap_or_default()
}

/// The language of a kernel that makes Python of it, by the name of its language or its own.
pub(crate) fn translated(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    let starts = |language: &&&str| {
        name.strip_prefix(**language)
            .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphabetic()))
    };
    match [
        "sage",
        "sagemath",
        "coconut",
        "xonsh",
        "hy",
        "hylang",
        "calysto_hy",
        "cadabra",
        "cadabra2",
        "sos",
        "mojo",
    ]
    .iter()
    .find(starts)
    {
        Some(&"sagemath") => Some("sage"),
        Some(&("hylang" | "calysto_hy")) => Some("hy"),
        found => found.copied(),
    }
}

/// The language in lower case, and `python` for all that run Python.
pub(crate) fn plain_language(name: &str) -> String {
    let name = name.trim().to_lowercase();
    match name.as_str() {
        "" | "ipython" | "ipython2" | "ipython3" | "python2" | "python3" | "pyspark" | "pyspark3" => {
            "python".to_owned()
        }
        _ => name,
    }
}
