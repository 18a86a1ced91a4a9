//! Where to compute.

use anyhow::Result;
use candle_core::Device;

/// The names of [`device`].
pub const DEVICES: [&str; 2] = ["cpu", "cuda"];

/// A device by its name.
///
/// # Errors
/// If this is a build without the feature `cuda`, or there is no driver.
pub fn device(name: &str) -> Result<Device> {
    if name == "cuda" { gpu() } else { Ok(Device::Cpu) }
}

#[cfg(feature = "cuda")]
fn gpu() -> Result<Device> {
    // Without a driver candle does not fail but panics.
    let has_driver = std::path::Path::new("/proc/driver/nvidia/version").exists();
    anyhow::ensure!(has_driver, "there is no NVIDIA driver on this machine");
    Ok(Device::new_cuda(0)?)
}

#[cfg(not(feature = "cuda"))]
fn gpu() -> Result<Device> {
    anyhow::bail!("this build computes on the CPU alone; docs/cuda.md says how to build for a GPU")
}
