//! A model for the tests of the process.

use std::sync::OnceLock;

use learn::Device;
use nalin_model::{Arch, Beside, LabelledSubject, Plan, Schedule, train};
use records::{Example, Split};
use testkit::{Folder, examples};

/// A small model that knows the made-up examples.
pub fn model() -> &'static Folder {
    static MODEL: OnceLock<Folder> = OnceLock::new();
    MODEL.get_or_init(|| {
        let examples: Vec<Example> = examples(300)
            .into_iter()
            .map(|example| serde_json::from_value(example).expect("an example"))
            .collect();
        let part = |split| -> Vec<LabelledSubject> {
            let of_part = examples.iter().filter(|example| example.split == split);
            of_part
                .map(|one| LabelledSubject {
                    subject: one.into(),
                    negative: one.label == 1,
                    weight: 1.0,
                    repos: [0; 2],
                })
                .collect()
        };
        let schedule = Schedule { epochs: 8, ..Arch::Default.schedule(1) };
        let plan = Plan { schedule, ..Plan::own(Arch::Default, 1) };
        let parts = (&part(Split::Train)[..], &part(Split::Valid)[..]);
        let model = train(&plan, parts, &Beside::default(), &Device::Cpu, None, &mut |_| Ok(()));
        let folder = Folder::new();
        for (name, bytes) in model.and_then(|model| model.files()).expect("a model") {
            folder.write(name, bytes);
        }
        folder
    })
}
