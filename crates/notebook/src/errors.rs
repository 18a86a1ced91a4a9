//! What most readers of a notebook pass over: the errors among a cell's outputs, and its cells of text.
//!
//! [`crate::read`] gives out their places; they are read here, for whoever asks.

use std::ops::Range;

use crate::fault::text_of;
use crate::json::Json;
use crate::read::{CodeCell, Walk, elements, entries, strings};
use records::Reason;

/// An error as it was saved among a cell's outputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorOutput {
    /// Type of the exception, `""` when it is not there.
    pub name: String,
    /// Its message; `None` when it is not there or no text.
    pub value: Option<String>,
    /// The traceback, piece by piece, with the colours that it was saved with.
    pub traceback: Vec<String>,
}

/// The errors among the outputs of a cell, in their order; `bytes` are those that the cell was read from.
pub fn errors(bytes: &[u8], cell: &CodeCell) -> Vec<ErrorOutput> {
    let mut errors = Vec::new();
    let Some(mut json) = json_at(bytes, &cell.outputs) else { return errors };
    let walk = elements(&mut json, |json| {
        let (mut error, mut is_error) = (ErrorOutput::default(), false);
        entries(json, |json, key| read_entry(json, key, &mut error, &mut is_error))?;
        if is_error {
            errors.push(error);
        }
        Ok(())
    });
    debug_assert_eq!(walk, Ok(()), "what was passed over can be read");
    errors
}

fn read_entry(json: &mut Json<'_>, key: &str, error: &mut ErrorOutput, is_error: &mut bool) -> Walk {
    match key {
        "output_type" => *is_error = matches!(json.text()?.as_deref(), Some("error" | "pyerr")),
        "ename" => error.name = json.text()?.unwrap_or_default().into_owned(),
        "evalue" => error.value = json.text()?.map(|text| text.into_owned()),
        "traceback" => {
            error.traceback.clear();
            strings(json, |piece| error.traceback.push(piece.decode().text.into_owned()))?;
        }
        _ => json.skip()?,
    }
    Ok(())
}

/// The text of a cell of text, by its place in [`crate::Notebook::notes`].
pub fn note(bytes: &[u8], place: &Range<usize>) -> String {
    let mut text = String::new();
    if let Some(mut json) = json_at(bytes, place) {
        let walk = strings(&mut json, |piece| {
            piece.append_to(&mut text);
        });
        debug_assert_eq!(walk, Ok(()), "what was passed over can be read");
    }
    text
}

fn json_at<'a>(bytes: &'a [u8], place: &Range<usize>) -> Option<Json<'a>> {
    let text = text_of(bytes, Reason::NotJson).ok().filter(|_| !place.is_empty())?;
    Some(Json::at(text, place.start))
}

#[cfg(test)]
mod tests {
    use super::{errors, note};
    use crate::read;

    #[test]
    fn errors_and_notes_are_read_where_they_stand() {
        let text = "\u{feff}{\"nbformat\": 4, \"cells\": [\
            {\"cell_type\": \"markdown\", \"source\": [\"# Fails\\n\", \"on purpose\"]},\
            {\"cell_type\": \"code\", \"source\": \"f()\", \"metadata\": {\"tags\": [\"x\", \"raises-exception\"]},\
             \"outputs\": [{\"output_type\": \"stream\", \"text\": \"t\", \"ename\": \"no\"},\
              {\"ename\": \"A\", \"evalue\": \"b\", \"traceback\": [\"c\", \"\\u001b[0md\"], \"output_type\": \"error\"},\
              {\"output_type\": \"pyerr\", \"ename\": \"E\", \"evalue\": 7, \"traceback\": \"one\"}]},\
            {\"cell_type\": \"code\", \"source\": \"g()\", \"outputs\": [{\"output_type\": \"stream\"}]}]}";
        let notebook = read(text.as_bytes()).unwrap();
        assert_eq!((notebook.n_cells, notebook.notes[0].0), (3, 1));
        assert_eq!(note(text.as_bytes(), &notebook.notes[0].1), "# Fails\non purpose");
        let [failing, sound] = &notebook.cells[..] else { panic!("two cells of code") };
        assert!(failing.expects_error && failing.has_error && !sound.has_error && !sound.expects_error);
        let found = errors(text.as_bytes(), failing);
        assert_eq!((found[0].name.as_str(), found[0].value.as_deref()), ("A", Some("b")));
        assert_eq!(found[0].traceback, ["c", "\u{1b}[0md"]);
        assert_eq!((found[1].name.as_str(), &found[1].value, found[1].traceback.len()), ("E", &None, 1));
        assert!(errors(text.as_bytes(), sound).is_empty());
    }
}
