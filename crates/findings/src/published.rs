//! The published filter of warnings that people would not want to see (paper, section 4.4).

/// The step of the filter that takes a warning away, if one does: a name with `str` in it that holds a `str`, a
/// name that says little, a name with a part of one or two characters.
pub fn taken_by(name: &str, type_class: &str) -> Option<&'static str> {
    const SAYS_LITTLE: [&str; 6] = ["data", "value", "result", "temp", "tmp", "sample"];
    if name.contains("str") && type_class == "str" {
        Some("filtered_str")
    } else if SAYS_LITTLE.iter().any(|word| name.contains(word)) {
        Some("filtered_generic_name")
    } else if name.split('_').any(|part| part.chars().count() <= 2) {
        Some("filtered_short_part")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::taken_by;

    /// A list by hand, each step's count with it.
    #[test]
    fn each_step_takes_its_own() {
        let warnings = [
            ("query_str", "str", Some("filtered_str")),
            ("strings", "str", Some("filtered_str")),
            ("stride", "int", None),
            ("test_data", "str", Some("filtered_generic_name")),
            ("data_str", "str", Some("filtered_str")),
            ("temperature", "list", Some("filtered_generic_name")),
            ("x_train", "ndarray", Some("filtered_short_part")),
            ("df", "DataFrame", Some("filtered_short_part")),
            ("_hidden", "int", Some("filtered_short_part")),
            ("age", "str", None),
            ("file_name", "float", None),
        ];
        for (name, type_class, step) in warnings {
            assert_eq!(taken_by(name, type_class), step, "{name}");
        }
        let count = |step| warnings.iter().filter(|(.., own)| *own == step).count();
        assert_eq!(
            ["filtered_str", "filtered_generic_name", "filtered_short_part"].map(|step| count(Some(step))),
            [3, 2, 3]
        );
    }
}
