//! The 24 ML libraries of the study: which imports count as one of them.

use std::collections::BTreeMap;

use foretell::LIBRARIES;

/// The library that the root of an import counts as, if it is one of the 24. Roots are mapped by containment
/// before the test, so that `torchvision` counts as `torch` and `keras` as `tensorflow`.
pub fn counted_as(root: &str) -> Option<&'static str> {
    const CONTAINED: [(&str, &str); 7] = [
        ("pandas", "pandas"),
        ("torch", "torch"),
        ("tensorflow", "tensorflow"),
        ("keras", "tensorflow"),
        ("sklearn", "sklearn"),
        ("matplotlib", "matplotlib"),
        ("numpy", "numpy"),
    ];
    let contained = CONTAINED.iter().find(|(part, _)| root.contains(part)).map(|(_, library)| *library);
    contained.or_else(|| LIBRARIES.into_iter().find(|library| *library == root))
}

/// How many notebooks import each of the 24 libraries, of so many.
pub type ImportCounts = BTreeMap<&'static str, u64>;

#[cfg(test)]
mod tests {
    use super::counted_as;

    #[test]
    fn roots_count_as_libraries() {
        let counted = ["torchvision", "keras", "pandas_profiling", "cv2", "os", "tensorflow_hub", "nltk"]
            .map(|root| counted_as(root).unwrap_or("-"));
        assert_eq!(counted, ["torch", "tensorflow", "pandas", "cv2", "-", "tensorflow", "nltk"]);
    }
}
