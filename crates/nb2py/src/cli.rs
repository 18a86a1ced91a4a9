//! The arguments of `nb2py`.

/// Under construction.
#[derive(clap::Parser, Debug)]
pub struct Args {
    #[command(flatten)]
    common: filter::Common,
}

impl filter::Filter for Args {
    const NAME: &'static str = "nb2py";

    fn common(&self) -> &filter::Common {
        &self.common
    }

    fn run(self, _stage: &mut filter::Stage) -> anyhow::Result<()> {
        Ok(())
    }
}
