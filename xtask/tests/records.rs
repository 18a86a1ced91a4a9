//! Samples, schemas and types say the same, to the field.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use records::Record;
use serde_json::{Map, Value};
use testkit::sample;

#[test]
fn schemas_and_page_are_up_to_date() {
    let status = Command::new(env!("CARGO_BIN_EXE_xtask")).args(["schemas", "--check"]).status();
    assert!(status.expect("xtask runs").success(), "run `cargo xtask schemas`");
}

/// Every object of a sample has exactly the keys that its schema lists: none unknown, none missing.
#[test]
fn samples_have_the_keys_of_their_schema() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas");
    let mut records = 0;
    for entry in fs::read_dir(folder).expect("docs/schemas is there") {
        let path = entry.expect("an entry can be read").path();
        let name = path.file_stem().expect("a schema has a name").to_str().expect("UTF-8").to_owned();
        let schema: Value =
            serde_json::from_slice(&fs::read(&path).expect("readable")).expect("a schema is JSON");
        for line in sample(&name).split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            records += 1;
            let mut record: Value = serde_json::from_slice(line).expect("a sample is JSON");
            if ["crash", "example", "scored"].contains(&name.as_str()) {
                // They carry what else the record before them had.
                let known = schema["properties"].as_object().expect("a record has fields");
                record.as_object_mut().expect("a record").retain(|key, _| known.contains_key(key));
            }
            agree(&schema, &schema, &record, &name);
        }
    }
    assert!(records >= 11);
}

fn agree(root: &Value, schema: &Value, value: &Value, place: &str) {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    if let Some(name) = reference.and_then(|path| path.rsplit('/').next()) {
        return agree(root, &root["$defs"][name], value, place);
    }
    if let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
        let keys = |object: &Map<String, Value>| object.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(fields), keys(properties), "keys of {place}");
        for (key, field) in fields {
            agree(root, &properties[key], field, &format!("{place}.{key}"));
        }
    }
    if let Some(items) = value.as_array() {
        for item in items {
            agree(root, &schema["items"], item, place);
        }
    }
}

/// Reading and writing a sample loses nothing and adds nothing.
#[test]
fn samples_survive_a_round_trip() {
    fn trip<T: Record>() {
        let name = T::SCHEMA.split('/').next().expect("a schema has a name");
        for line in sample(name).split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let record: T = serde_json::from_slice(line).expect("a sample parses");
            let before: Value = serde_json::from_slice(line).expect("a sample is JSON");
            let after = serde_json::to_value(&record).expect("a record can be written");
            assert_eq!(before, after);
            assert_eq!(before["schema"], T::SCHEMA);
        }
    }
    trip::<records::Source>();
    trip::<records::Script>();
    trip::<records::Instrumented>();
    trip::<records::Assignment>();
    trip::<records::Run>();
    trip::<records::Pair>();
    trip::<records::Example>();
    trip::<records::Scored>();
    trip::<records::Finding>();
    trip::<records::Label>();
    trip::<records::Metric>();
    trip::<records::Evaluation>();
    trip::<records::Function>();
    trip::<records::Bug>();
    trip::<records::Reject>();
    trip::<records::Summary>();
}
