//! Where tensors live.
//!
//! On a GPU candle computes the dense layers and, as a graph, the GRU; tables and the optimiser stay with the
//! processor by design: a step touches a few of their rows, which would travel anyway.

use anyhow::Result;
use candle_core::Device;

/// The first NVIDIA GPU.
///
/// # Errors
/// If this is a build without the feature `cuda`, or if there is no driver.
pub fn gpu() -> Result<Device> {
    #[cfg(feature = "cuda")]
    {
        // Without a driver candle does not fail but panics.
        anyhow::ensure!(
            std::path::Path::new("/proc/driver/nvidia/version").exists(),
            "there is no NVIDIA driver on this machine"
        );
        Ok(Device::new_cuda(0)?)
    }
    #[cfg(not(feature = "cuda"))]
    anyhow::bail!("this build computes on the CPU alone; docs/cuda.md says how to build for a GPU")
}
