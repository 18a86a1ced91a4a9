//! Site and value of a record, borrowed from its line: for stages that read millions of them.

use std::borrow::Cow;

use serde::Deserialize;

/// A [`crate::Site`] that borrows its texts.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields of `Site`")]
pub struct SiteView<'a> {
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    pub cell: u32,
    pub line: u32,
    pub column: u32,
    pub row: u32,
    pub physical_line: u32,
    #[serde(borrow)]
    pub scope: Cow<'a, str>,
    #[serde(borrow)]
    pub text: Cow<'a, str>,
}

/// A [`crate::Value`] that borrows its texts.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the fields of `Value`")]
pub struct ValueView<'a> {
    #[serde(rename = "type", borrow)]
    pub type_name: Cow<'a, str>,
    pub len: i64,
    pub rank: i64,
    pub shape: Vec<i64>,
    pub size: i64,
    #[serde(borrow)]
    pub dtype: Cow<'a, str>,
    pub iterable: bool,
    #[serde(borrow)]
    pub text: Cow<'a, str>,
    pub text_chars: i64,
}

#[cfg(test)]
mod tests {
    use super::{SiteView, ValueView};
    use crate::{Site, Value};

    #[test]
    fn a_view_reads_what_its_record_writes() {
        let value = Value {
            type_name: "numpy.ndarray".into(),
            shape: vec![2, -1],
            text: "[\n".into(),
            ..Value::default()
        };
        let json = serde_json::to_string(&value).unwrap();
        let view: ValueView = serde_json::from_str(&json).unwrap();
        assert_eq!((&*view.type_name, view.shape, &*view.text), ("numpy.ndarray", vec![2, -1], "[\n"));
        let json = serde_json::to_string(&Site { name: "x".into(), row: 7, ..Site::default() }).unwrap();
        let view: SiteView = serde_json::from_str(&json).unwrap();
        assert_eq!((&*view.name, view.row), ("x", 7));
    }
}
