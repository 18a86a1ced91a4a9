//! The model in the box: `models/default/`, inside the program, so that it works wherever it is copied.

use std::borrow::Cow;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use learn::Device;
use nalin_model::Model;

/// The model of a folder, or the one in the box.
pub(crate) fn load(folder: Option<&Path>, device: &Device) -> Result<Model> {
    if let Some(folder) = folder {
        return Model::load(folder, device);
    }
    let read = |name: &str| -> Result<Cow<[u8]>> {
        let bytes: &'static [u8] = match name {
            "config.json" => include_bytes!("../../../models/default/config.json"),
            "statistics.json" => include_bytes!("../../../models/default/statistics.json"),
            "model.safetensors" => include_bytes!("../../../models/default/model.safetensors"),
            "evidence.zst" => include_bytes!("../../../models/default/evidence.zst"),
            _ => bail!("there is no {name} in this program"),
        };
        Ok(Cow::Borrowed(bytes))
    };
    Model::of_files(&read, device).context("the model in this program")
}

#[cfg(test)]
mod tests {
    use learn::Device;
    use nalin_model::Subject;
    use records::Value;

    #[test]
    fn the_model_in_the_box_answers() {
        let model = super::load(None, &Device::Cpu).unwrap();
        let value = Value { type_name: "int".to_owned(), text: "3".to_owned(), len: -1, ..Value::default() };
        let scores =
            model.scores(&[Subject { name: "row_count", value: &value, type_class: "int" }]).unwrap();
        assert!((0.0..=1.0).contains(&scores[0]), "{scores:?}");
    }
}
