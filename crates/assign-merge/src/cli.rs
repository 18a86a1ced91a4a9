//! The arguments of `assign-merge`.

/// Under construction.
#[derive(clap::Parser, Debug)]
pub struct Args {
    #[command(flatten)]
    common: filter::Common,
}

impl filter::Filter for Args {
    const NAME: &'static str = "assign-merge";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, _stage: &mut filter::Stage) -> anyhow::Result<()> {
        Ok(())
    }
}
