//! Tests of the JSON cursor.

use proptest::prelude::*;
use serde_json::Value;

use super::{Json, JsonError};

fn check(text: &str) -> Result<(), JsonError> {
    let mut json = Json::new(text);
    json.skip()?;
    json.end()
}

#[test]
fn takes_what_jupyter_takes() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for text in ["NaN", "[Infinity, -Infinity]", r#""\ud800""#, r#"{"a": 1, "a": [2.5e-3]}"#, &deep] {
        assert_eq!(check(text), Ok(()), "{}", &text[..text.len().min(40)]);
    }
}

#[test]
fn faults_have_a_place() {
    let cases = [
        ("", 0, "the text ends too early"),
        ("[1, 2,]", 5, "a comma with nothing after it"),
        ("{\"a\": 1,\n}", 7, "a comma with nothing after it"),
        ("[1 2]", 3, "expected `,` or `]`"),
        ("{a: 1}", 1, "expected a key in quotes"),
        ("{\"a\" 1}", 5, "expected `:` after the key"),
        ("[01]", 1, "expected a value"),
        ("[1e]", 1, "expected a value"),
        ("\"ab", 3, "the text ends inside a string"),
        ("\"a\nb\"", 2, "a control character inside a string"),
        (r#""a\q""#, 2, "no such escape in JSON"),
        (r#""\u12g4""#, 1, "`\\u` without four hex digits"),
        ("[] []", 3, "expected the end of the text"),
    ];
    for (text, at, what) in cases {
        assert_eq!(check(text), Err(JsonError { at, what }), "{text}");
    }
}

#[test]
fn surrogates() {
    let decode = |text| {
        let decoded = Json::new(text).string().unwrap().decode();
        (decoded.text.into_owned(), decoded.lone_surrogates)
    };
    assert_eq!(decode(r#""a\ud83d\ude00b""#), ("a😀b".to_owned(), 0));
    assert_eq!(decode(r#""\ud83d\u0041\ude00\\ud83d""#), ("\u{fffd}A\u{fffd}\\ud83d".to_owned(), 2));
}

#[test]
fn plain_prefixes_end_at_the_first_special_byte() {
    for length in 0..100 {
        for special in [b'"', b'\\', 0, 0x1f] {
            let mut bytes = "é".repeat(50).into_bytes();
            bytes[length] = special;
            bytes[length + 1..].fill(b'"');
            assert_eq!(super::plain_prefix(&bytes), length);
        }
    }
    assert_eq!(super::plain_prefix("é !~\u{7f}".repeat(9).as_bytes()), 54);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn rebuild(json: &mut Json<'_>) -> Result<Value, JsonError> {
    Ok(match json.kind() {
        super::Kind::Object => {
            let mut map = serde_json::Map::new();
            json.object(|json, key| {
                map.insert(key.to_owned(), rebuild(json)?);
                Ok(())
            })?;
            Value::Object(map)
        }
        super::Kind::Array => {
            let mut list = Vec::new();
            json.array(|json| {
                list.push(rebuild(json)?);
                Ok(())
            })?;
            Value::Array(list)
        }
        super::Kind::String => Value::from(json.text()?.unwrap().into_owned()),
        super::Kind::Other => serde_json::from_str(json.raw()?).unwrap(),
    })
}

proptest! {
    #[test]
    fn reads_what_serde_writes(value in any_json(), pretty in any::<bool>()) {
        let write = if pretty { serde_json::to_string_pretty } else { serde_json::to_string };
        let text = write(&value).unwrap();
        let mut json = Json::new(&text);
        prop_assert_eq!(rebuild(&mut json).unwrap(), value);
        prop_assert_eq!(check(&text), Ok(()));
    }

    #[test]
    fn damaged_text_is_damaged_for_serde_too(value in any_json(), cut in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let mut bytes = serde_json::to_vec(&value).unwrap();
        let place = cut.index(bytes.len());
        bytes[place] = byte;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let serde = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
            // We take more than serde does (NaN); what serde takes, we must.
            prop_assert!(check(text).is_ok() || !serde, "{}", text);
        }
    }
}
