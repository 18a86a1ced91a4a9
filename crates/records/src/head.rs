//! The notebook that a record speaks of: three fields that many records have in common.

use serde::{Deserialize, Serialize};

use crate::Script;

/// Which notebook a record is from. Its fields stand among the record's own, in this order.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Head {
    /// `id` of the script.
    pub notebook: String,
    /// Path of the notebook.
    pub path: String,
    /// Repository of the notebook.
    pub repo: String,
}

impl Head {
    /// The head of what is said of a script.
    pub fn of(script: &Script) -> Self {
        Self { notebook: script.id.clone(), path: script.path.clone(), repo: script.repo.clone() }
    }
}

#[cfg(test)]
mod tests {
    use crate::Assignment;

    #[test]
    fn the_head_stands_among_the_fields_of_its_record() {
        let line = r#"{"schema":"assignment/1","id":"i","notebook":"n","path":"a.ipynb","repo":"r","site":{"name":"x","kind":"assign","cell":1,"line":1,"column":1,"row":2,"physical_line":9,"scope":"","text":"x = 1","pragma":""},"value":{"type":"int","len":-1,"rank":-1,"shape":[],"size":-1,"dtype":"","iterable":false,"text":"1","text_chars":1},"occurrence":1,"occurrences":1,"evidence":"run","mine":[1,{"a":null}]}"#;
        let read: Assignment = serde_json::from_str(line).unwrap();
        assert_eq!((&*read.head.notebook, &*read.head.path, &*read.head.repo), ("n", "a.ipynb", "r"));
        assert_eq!(read.extra.keys().collect::<Vec<_>>(), ["mine"]);
        assert_eq!(serde_json::to_string(&read).unwrap(), line);
    }
}
